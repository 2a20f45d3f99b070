import { createHash, createHmac } from 'node:crypto';
import type { GuardedString } from '../../../../protocol/model/index.js';
import type { Credentials, HttpAuthentication } from '../../http/http-authentication.js';
import type { HttpRequest } from '../../http/http-client.js';

export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretKey: GuardedString;
  /** Of temporary keys. */
  readonly sessionToken?: GuardedString | undefined;
}

/** Where keys come from: `awsRole` (./aws-role.ts), or `fixedKeys`. */
export interface AwsKeySource {
  get(signal: AbortSignal): Promise<AwsKeys>;
  /** Has other keys fetched, as those were refused; false where there are no others. */
  drop(accessKeyId: string): boolean;
}

export interface AwsSignatureSettings {
  readonly keys: AwsKeySource;
  readonly region: string;
  /** The signing name, e.g. `iam`. Not for S3, which is signed otherwise. */
  readonly service: string;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** What AWS calls temporary keys whose time is over, in the body or the header x-amzn-errortype. */
const EXPIRED = ['ExpiredToken', 'ExpiredTokenException'];
/** Bytes of an answer that are looked through for it. */
const ERROR_BYTES = 4_096;
const SIGNED_HEADERS = ['x-amz-date', 'x-amz-security-token', 'authorization'];

export function fixedKeys(keys: AwsKeys): AwsKeySource {
  return { get: async () => keys, drop: () => false };
}

/**
 * Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html. A request whose temporary keys were refused as
 * expired is repeated once with new ones.
 */
export function awsSignature({ keys, region, service, now = Date.now }: AwsSignatureSettings): HttpAuthentication {
  return {
    headers: async (request, signal) => signedHeaders(request, await keys.get(signal), { region, service, date: new Date(now()) }),
    answered: async ({ status, headers, body }, used) => {
      if (!used.has('authorization') || (status !== 400 && status !== 401 && status !== 403)) return false;
      const said = `${headers.get('x-amzn-errortype') ?? ''} ${new TextDecoder().decode(body.subarray(0, ERROR_BYTES))}`;
      return EXPIRED.some((code) => said.includes(code)) && keys.drop(accessKeyOf(used));
    },
  };
}

/** Out of `AWS4-HMAC-SHA256 Credential=<access key>/...`. */
function accessKeyOf(used: Credentials): string {
  return used.get('authorization')?.split('Credential=')[1]?.split('/')[0] ?? '';
}

/** Signs the host and all headers that a proxy does not touch. */
export async function signedHeaders({ method, url, headers, body }: HttpRequest, keys: AwsKeys, { region, service, date }: { readonly region: string; readonly service: string; readonly date: Date }): Promise<Credentials> {
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const { accessKeyId, secretKey, sessionToken } = keys;
  const credentials = { accessKeyId, secretAccessKey: secretKey.reveal(), ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }) };
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256, applyChecksum: false });
  const query = Object.fromEntries([...url.searchParams.keys()].map((name) => [name, url.searchParams.getAll(name)]));
  const signed = await signer.sign({
    method: method.toUpperCase(), protocol: url.protocol, hostname: url.hostname, path: url.pathname, query, body: body?.bytes,
    headers: { ...Object.fromEntries(headers), host: url.host },
  }, { signingDate: date });
  return new Map(SIGNED_HEADERS.flatMap((name): [string, string][] => (signed.headers[name] === undefined ? [] : [[name, signed.headers[name]]])));
}

type Source = string | ArrayBuffer | ArrayBufferView;

/** Node's own hash in the form the signer takes one: HMAC where there is a secret. */
class Sha256 {
  readonly #hash: { update(data: NodeJS.ArrayBufferView): unknown; digest(): Buffer };

  constructor(secret?: Source) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', viewOf(secret));
  }

  update(data: Source): void {
    this.#hash.update(viewOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function viewOf(data: Source): NodeJS.ArrayBufferView {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}
