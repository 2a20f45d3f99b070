import { readFile, stat } from 'node:fs/promises';
import { CertificateError } from '../../certs/certificate-error.js';
import { parseEnrolmentToken, type EnrolmentToken } from '../../certs/enrolment/token.js';
import { prepareStateDirectory } from '../agent.js';
import type { AgentConfig } from '../config/agent-config.js';
import { loadConfig } from '../config/load-config.js';
import { enrol } from '../enrolment/enrol.js';
import { EnrolmentRefused } from '../enrolment/enrolment-client.js';
import type { IdentityManifest, IssuedSlot } from '../enrolment/identity-manifest.js';
import { identityDirectory, routeTo } from '../enrolment/enrolment-parts.js';
import { factsOf, identityStatus, type IdentityStatus } from '../enrolment/identity-status.js';
import { IdentityError, IdentityStore } from '../enrolment/identity-store.js';
import { WrongController } from '../enrolment/pinned-authority.js';
import { showsIdentity } from '../wiring.js';
import type { Write } from './agent-commands.js';
import { CliError, EXIT } from './exit-codes.js';

const MAX_TOKEN_BYTES = 16_384;
const OTHERS = 0o077;
/** An unattended installation is not to hang for ever. Milliseconds. */
export const LIMIT_MS = 300_000;

export interface EnrollRequest {
  /** The configuration file. */
  readonly file: string;
  readonly token: string;
  readonly controller?: string | undefined;
  readonly replace?: boolean | undefined;
}

export interface Enrolled {
  readonly agent: string;
  readonly group: string | undefined;
  readonly subject: string;
  readonly serialNumber: string;
  readonly notAfter: string;
  readonly renewAfter: string;
  readonly directory: string;
}

/** Enrols the agent of a configuration file. Rejects with a {@link CliError} or {@link CertificateError}; neither holds the token. */
export async function enrollAgent(request: EnrollRequest, warn: Write): Promise<Enrolled> {
  const config = await loadConfig(request.file);
  const token = parseEnrolmentToken(await tokenText(request.token, warn));
  const url = listenerUrl(request.controller, token);
  await prepareStateDirectory(config.agent.stateDirectory);
  const store = new IdentityStore(identityDirectory(config));
  const stop = AbortSignal.timeout(LIMIT_MS);
  try {
    const manifest = await enrol({
      store, token, route: routeTo(config, url), name: config.agent.name, hostId: config.agent.hostId,
      replace: request.replace === true, stop, onRetry: (reason) => { warn(`${reason}; trying again.\n`); },
    });
    if (manifest.current === undefined) throw new IdentityError('The enrolment is not complete; run it again with the same token.');
    return reportOf(config, { manifest, current: manifest.current, directory: store.path }, warn);
  } catch (error) {
    throw explained(error, stop);
  }
}

/** What is printed of a new identity; warns of what keeps it from being used. */
export function reportOf(config: AgentConfig, { manifest, current, directory }: { readonly manifest: IdentityManifest; readonly current: IssuedSlot; readonly directory: string }, warn: Write): Enrolled {
  const { subject, serialNumber, notAfter } = factsOf(current);
  const enrolled = { agent: manifest.agent ?? '', group: manifest.group, subject, serialNumber, notAfter: new Date(notAfter).toISOString(), renewAfter: current.renewAfter, directory };
  warnOf(config, enrolled, warn);
  return enrolled;
}

function explained(error: unknown, stop: AbortSignal): unknown {
  if (error instanceof EnrolmentRefused) {
    const advice = error.code === 'unknown_token' ? ' A token works once, for a short time: ask for a new one at the controller (causeway controller enrolment token).' : '';
    return new CliError(`The controller refused the enrolment: ${error.message}${advice}`);
  }
  if (stop.aborted) return new CliError(`The enrolment was not complete after ${LIMIT_MS / 1000} seconds. Run it again with the same token.`);
  if (error instanceof IdentityError || error instanceof WrongController || error instanceof CertificateError) return new CliError(error.message);
  return error instanceof Error ? new CliError(`The enrolment failed: ${error.message}`) : error;
}

/** The token's URL, unless this machine reaches the listener by another. */
function listenerUrl(given: string | undefined, token: EnrolmentToken): string {
  if (given === undefined) return token.url;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new CliError('--controller takes the https:// URL of the enrolment listener, without credentials or query.', EXIT.usage);
  }
  let path = url.pathname;
  while (path.endsWith('/')) path = path.slice(0, -1);
  return `${url.origin}${path}`;
}

function warnOf(config: AgentConfig, { agent }: Enrolled, warn: Write): void {
  if (agent !== config.agent.name) warn(`Warning: the controller knows this agent as ${agent}, agent.yaml calls it ${config.agent.name}.\n`);
  if (!config.controllers.some((controller) => showsIdentity(config, controller))) {
    warn('Warning: no controller of this configuration is shown the enrolled identity: each has a certificate or auth of its own, or is dialled without TLS. See controllers[].enrolled.\n');
  }
}

async function tokenText(given: string, warn: Write): Promise<string> {
  if (given === '-') return fromStandardInput();
  if (given.startsWith('@')) return fromFile(given.slice(1), warn);
  warn('Warning: other users of this machine could see the token on the command line; better --token @FILE, or --token - with the token on standard input.\n');
  return given;
}

async function fromStandardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > MAX_TOKEN_BYTES) throw new CliError('What came on standard input is too long for an enrolment token.', EXIT.usage);
  }
  return text;
}

async function fromFile(path: string, warn: Write): Promise<string> {
  try {
    const { mode, size } = await stat(path);
    if (size > MAX_TOKEN_BYTES) throw new CliError(`${path} is too long for an enrolment token.`, EXIT.usage);
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) warn(`Warning: other users of this machine can read ${path}.\n`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`The token file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`, EXIT.usage);
  }
}

/** Undefined when the agent of the configuration is not enrolled. */
export async function showIdentity(file: string): Promise<IdentityStatus | undefined> {
  const config = await loadConfig(file);
  try {
    const manifest = await new IdentityStore(identityDirectory(config)).read();
    return identityStatus(manifest, { failures: 0, problem: '', trustChecked: undefined, trustProblem: '' }, Date.now());
  } catch (error) {
    throw error instanceof IdentityError ? new CliError(error.message) : error;
  }
}
