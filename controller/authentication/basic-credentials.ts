import { authorizationWord } from '../../protocol/transport/authorization-header.js';

export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** Reads `Authorization: Basic`; undefined when it is another scheme or unreadable. UTF-8, else Latin-1 as Java sends it. */
export function basicCredentials(authorization: string | undefined): Credentials | undefined {
  const encoded = authorizationWord(authorization, 'basic');
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  const text = decodeText(bytes);
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

/** The token of `Authorization: Bearer`. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return authorizationWord(authorization, 'bearer');
}
