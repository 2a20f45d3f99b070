import { readFile } from 'node:fs/promises';
import type { EnrolmentToken } from '../../certs/enrolment/token.js';
import type { ControllerConfig } from '../config/controller-config.js';
import type { EnrolmentConfig } from '../config/enrolment-config.js';
import { silentLog } from '../log.js';
import { serverChain } from '../tls/server-chain.js';
import type { CertificateRegister, TokenWish } from './certificate-register.js';
import { listenerFiles } from './open-enrolment.js';
import { Signing } from './signing.js';

/** As in certificates: what a `connectorHostRef` can hold. */
const AGENT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const LONGEST_TOKEN_LIFE = 7 * 86_400_000;
const LONGEST_GROUP = 64; // ub-organizational-unit-name, RFC 5280 appendix A.1

export interface TokenRequest extends Pick<TokenWish, 'agent' | 'group' | 'others'> {
  /** Milliseconds. @default enrolment.tokenLife */
  readonly life?: number | undefined;
  /** Where agents reach the enrolment listener. @default enrolment.url, or the first name of its certificate */
  readonly url?: string | undefined;
}

/** Makes an enrolment token and keeps it in the register. Throws an Error that says what is wrong with the request. */
export async function issueToken(config: Pick<ControllerConfig, 'gateway'> & { readonly enrolment: EnrolmentConfig }, register: CertificateRegister, request: TokenRequest): Promise<{ readonly token: EnrolmentToken; readonly expires: string }> {
  const { agent, group, others } = request;
  requireNames(agent, group);
  const life = request.life ?? config.enrolment.tokenLife;
  if (life > LONGEST_TOKEN_LIFE) throw new Error('A token may live 7 days at most: until it is used, whoever finds it can become the agent.');
  const signing = await Signing.open(config.enrolment, silentLog);
  const chain = serverChain(await readFile(listenerFiles(config).certificate, 'utf8'), signing.trust);
  const token = await register.createToken({ agent, group, life, fingerprint: chain.root, url: request.url ?? urlOf(config.enrolment, chain.names), others });
  return { token, expires: new Date(Date.now() + life).toISOString() };
}

function requireNames(agent: string, group: string | undefined): void {
  if (!AGENT_NAME.test(agent)) throw new Error(`"${agent}" is no agent name: expected 1 to 63 letters, digits, dots, hyphens or underscores, starting with a letter or digit.`);
  if (group !== undefined && (group === '' || group.length > LONGEST_GROUP || /\p{Cc}/u.test(group))) throw new Error(`A group has 1 to ${LONGEST_GROUP} printable characters.`);
}

function urlOf({ url, port }: EnrolmentConfig, [name]: readonly string[]): string {
  if (url !== undefined) return url;
  if (port === 0 || name === undefined) throw new Error('Say where agents reach the enrolment listener: --url https://HOST:PORT, or enrolment.url in the configuration.');
  return `https://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
