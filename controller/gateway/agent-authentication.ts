import type { IncomingMessage } from 'node:http';
import { basicCredentials, bearerToken } from '../authentication/basic-credentials.js';
import type { TokenVerifier } from '../authentication/bearer-tokens.js';
import { TooManyChecks, type UserStore } from '../authentication/user-store.js';
import type { Judgement } from '../enrolment/certificate-judge.js';
import { clientCertificate, type ClientCertificate } from './client-certificate.js';

/** Whether a connection is an agent's, and which. */
export type AgentVerdict =
  | { readonly name: string; readonly certificate?: ClientCertificate | undefined; readonly group?: string | undefined }
  /** `status` answers the upgrade: 401 asks for credentials, 403 refuses those that came, 503 asks for patience. */
  | { readonly status: 401 | 403 | 503; readonly reason: string };

export interface AgentAuthenticationParts {
  /** Principals with passwords. */
  readonly passwords: UserStore;
  readonly verifyToken?: TokenVerifier | undefined;
  /** Whether an agent of that name may connect. */
  isAllowed(name: string): boolean;
  readonly identities: Identities;
  /** Whose certificates say which group of agents they are of: those enrolled here, those of any authority that is trusted, nobody's. */
  readonly groups: 'enrolled' | 'any' | 'none';
}

/** What is known of certificates and names besides what TLS says. */
export interface Identities {
  certificate(shown: ClientCertificate): Judgement;
  /** To be waited for before `certificate` is asked. Never rejects. */
  learn(shown: ClientCertificate): Promise<void>;
  /** Why nobody may be that agent by password or token; undefined when somebody may. */
  name(agent: string): string | undefined;
}

/** A name an agent may have: what `connectorHostRef` can hold, and safe in logs and paths. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/**
 * Finds out which agent opens a socket: by its TLS certificate (common name), else by an OAuth 2 bearer token, else by
 * principal and password. A certificate wins, because a Java agent sends Basic credentials in any case.
 */
export async function authenticateAgent(request: IncomingMessage, parts: AgentAuthenticationParts): Promise<AgentVerdict> {
  const shown = clientCertificate(request.socket);
  const found = shown?.name === undefined ? await byCredentials(request, parts) : await byCertificate(shown, shown.name, parts);
  if ('status' in found) return found;
  if (!NAME.test(found.name)) return { status: 403, reason: 'the name is no agent name (letters, digits, dots, hyphens, underscores)' };
  return parts.isAllowed(found.name) ? found : { status: 403, reason: `agent ${found.name} is not allowed to connect` };
}

/** The certificate decides: whatever else its holder sends, it is this agent or nobody. */
async function byCertificate(certificate: ClientCertificate, name: string, { identities, groups }: AgentAuthenticationParts): Promise<AgentVerdict> {
  await identities.learn(certificate);
  const judgement = identities.certificate(certificate);
  if (judgement.counts) return { name, certificate, group: groups === 'any' || (groups === 'enrolled' && judgement.isEnrolled) ? certificate.group : undefined };
  return { status: judgement.fault === 'unknown' ? 503 : 403, reason: `agent ${name.slice(0, 64)}, serial number ${certificate.serial}: ${judgement.reason}` };
}

async function byCredentials(request: IncomingMessage, parts: AgentAuthenticationParts): Promise<AgentVerdict> {
  const found = await byHeader(request.headers.authorization, parts);
  const reason = 'status' in found ? undefined : parts.identities.name(found.name);
  return reason === undefined ? found : { status: 403, reason };
}

async function byHeader(authorization: string | undefined, parts: AgentAuthenticationParts): Promise<AgentVerdict> {
  const token = bearerToken(authorization);
  if (token !== undefined && parts.verifyToken !== undefined) {
    try {
      return { name: await parts.verifyToken(token) };
    } catch (error) {
      return { status: 401, reason: `bearer token refused: ${error instanceof Error ? error.message : 'unknown reason'}` };
    }
  }
  const credentials = basicCredentials(authorization);
  if (credentials === undefined) return { status: 401, reason: 'no certificate and no credentials' };
  return byPassword(credentials.name.trim(), credentials.password.trim(), parts);
}

async function byPassword(name: string, password: string, { passwords }: AgentAuthenticationParts): Promise<AgentVerdict> {
  try {
    const user = await passwords.authenticate(name, password);
    return user === undefined ? { status: 403, reason: `principal ${name.slice(0, 64)} or its password is wrong` } : { name: user.name };
  } catch (error) {
    if (error instanceof TooManyChecks) return { status: 503, reason: error.message };
    throw error;
  }
}
