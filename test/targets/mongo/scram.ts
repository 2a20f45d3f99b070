import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** RFC 5802 and RFC 7677, the server's side. */
export type ScramMechanism = 'SCRAM-SHA-1' | 'SCRAM-SHA-256';
export const MECHANISMS: readonly ScramMechanism[] = ['SCRAM-SHA-1', 'SCRAM-SHA-256'];

export interface ScramCredential { readonly salt: Buffer; readonly iterations: number; readonly storedKey: Buffer; readonly serverKey: Buffer }

/** A real server takes 10,000 and 15,000; the driver wants 4,096 at least. */
const ITERATIONS = 4096;
const hashName = (mechanism: ScramMechanism): string => (mechanism === 'SCRAM-SHA-1' ? 'sha1' : 'sha256');
const hmac = (mechanism: ScramMechanism, key: Buffer, text: string): Buffer => createHmac(hashName(mechanism), key).update(text).digest();
const hash = (mechanism: ScramMechanism, value: Buffer): Buffer => createHash(hashName(mechanism)).update(value).digest();

export function scramCredential(mechanism: ScramMechanism, user: string, password: string): ScramCredential {
  const secret = mechanism === 'SCRAM-SHA-1' ? createHash('md5').update(`${user}:mongo:${password}`).digest('hex') : password;
  const salt = randomBytes(mechanism === 'SCRAM-SHA-1' ? 16 : 28);
  const salted = pbkdf2Sync(secret, salt, ITERATIONS, mechanism === 'SCRAM-SHA-1' ? 20 : 32, hashName(mechanism));
  return { salt, iterations: ITERATIONS, storedKey: hash(mechanism, hmac(mechanism, salted, 'Client Key')), serverKey: hmac(mechanism, salted, 'Server Key') };
}

/** The first message of a client: `n,,n=user,r=nonce`. */
export function scramUser(payload: string): string {
  return (/(?:^|,)n=([^,]*)/.exec(payload.replace(/^n,,/, ''))?.[1] ?? '').replace(/=2C/g, ',').replace(/=3D/g, '=');
}

export class ScramConversation {
  readonly user: string;
  readonly #mechanism: ScramMechanism;
  readonly #credential: ScramCredential;
  readonly #clientFirst: string;
  readonly #nonce: string;

  constructor(mechanism: ScramMechanism, credential: ScramCredential, payload: string) {
    this.user = scramUser(payload);
    this.#mechanism = mechanism;
    this.#credential = credential;
    this.#clientFirst = payload.replace(/^n,,/, '');
    this.#nonce = (/(?:^|,)r=([^,]*)/.exec(this.#clientFirst)?.[1] ?? '') + randomBytes(18).toString('base64');
  }

  get first(): string {
    return `r=${this.#nonce},s=${this.#credential.salt.toString('base64')},i=${this.#credential.iterations}`;
  }

  /** What proves the server, or undefined when the client's proof is wrong. */
  final(payload: string): string | undefined {
    const [, withoutProof = '', proof = ''] = /^(.*),p=(.*)$/.exec(payload) ?? [];
    const message = `${this.#clientFirst},${this.first},${withoutProof}`;
    const given = Buffer.from(proof, 'base64');
    const signature = hmac(this.#mechanism, this.#credential.storedKey, message);
    if (given.length !== signature.length || !withoutProof.endsWith(`r=${this.#nonce}`)) return undefined;
    const clientKey = Buffer.from(given.map((byte, index) => byte ^ (signature[index] ?? 0)));
    if (!timingSafeEqual(hash(this.#mechanism, clientKey), this.#credential.storedKey)) return undefined;
    return `v=${hmac(this.#mechanism, this.#credential.serverKey, message).toString('base64')}`;
  }
}
