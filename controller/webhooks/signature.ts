import { createHmac } from 'node:crypto';

/** What is signed: `{id}.{timestamp}.{body}`. */
export interface SignedMessage {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

const LEAST_BYTES = 24;
const MOST_BYTES = 64;

/** The key in a secret such as `whsec_…` (Base64 of 24 to 64 bytes). Throws a TypeError without showing it. */
export function signingKey(secret: string): Buffer {
  const text = secret.trim();
  const encoded = text.startsWith('whsec_') ? text.slice('whsec_'.length) : text;
  const key = Buffer.from(encoded, 'base64');
  if (unpadded(key.toString('base64')) !== unpadded(encoded) || key.length < LEAST_BYTES || key.length > MOST_BYTES) {
    throw new TypeError(`The secret of a webhook is whsec_ and ${LEAST_BYTES} to ${MOST_BYTES} bytes in Base64, as \`echo whsec_$(openssl rand -base64 32)\` makes one.`);
  }
  return key;
}

/** By hand: an engine keeps what a regular expression has matched last. */
function unpadded(text: string): string {
  let end = text.length;
  while (end > 0 && text.charAt(end - 1) === '=') end -= 1;
  return text.slice(0, end);
}

/** The headers of a message, as Standard Webhooks 1.0 has them: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function signedHeaders({ id, timestamp, body }: SignedMessage, key: Buffer): Record<string, string> {
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}
