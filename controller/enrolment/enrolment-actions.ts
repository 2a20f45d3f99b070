import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readRoles, readTrusted, type AuthorityRoles } from '../../certs/authority-directory.js';
import { fingerprintOf, serialText } from '../../certs/trust-bundle.js';
import type { ControllerConfig } from '../config/controller-config.js';
import type { EnrolmentConfig } from '../config/enrolment-config.js';
import { loadConfig } from '../config/load-config.js';
import { jsonText } from '../json-option.js';
import { silentLog } from '../log.js';
import { IdentityAudit, type IdentityEvent, type IdentityFacts } from './enrolment-audit.js';
import type { TokenOptions } from './enrolment-commands.js';
import { listing } from './listing.js';
import { issueToken } from './issue-token.js';
import { withRegister } from './open-register.js';
import { rotateAuthority, type RotationStep } from './rotate-authority.js';

/** What the commands do; each resolves with the text to print. */

type Enrolling = ControllerConfig & { readonly enrolment: EnrolmentConfig };

export async function makeToken(options: TokenOptions): Promise<string> {
  const { agent, group } = options;
  const config = await enrollingConfig(options.config);
  const { token, expires } = await withRegister(config, (register) => issueToken(config, register, { agent, group, life: options.life, url: options.url, others: othersOf(options) }));
  await audited(config, 'token-created', { agent, group, token: token.id });
  return options.json === true ? jsonText({ token: token.text(), id: token.id, agent, ...(group === undefined ? {} : { group }), url: token.url, expires }) : `${token.text()}\n`;
}

function othersOf({ replace, additional }: TokenOptions): 'kept' | 'replaced' | undefined {
  if (replace === true) return 'replaced';
  return additional === true ? 'kept' : undefined;
}

export async function list({ config: path, all, json }: { readonly config: string; readonly all?: boolean; readonly json?: boolean }): Promise<string> {
  const config = await loadConfig(path);
  return withRegister(config, (register) => Promise.resolve(listing(register, { all: all === true, json: json === true })));
}

interface RevokeOptions {
  readonly config: string;
  readonly agent?: string;
  readonly serial?: string;
  readonly issuer?: string;
  readonly json?: boolean;
}

export async function revoke({ config: path, agent, serial, issuer, json }: RevokeOptions): Promise<string> {
  const config = await loadConfig(path);
  if (agent !== undefined) {
    const revoked = await withRegister(config, (register) => register.revokeAgent(agent));
    await audited(config, 'revoked', { agent });
    if (json === true) return jsonText({ revoked: { agent }, certificates: revoked.length });
    return `Agent ${agent} is revoked: ${revoked.length} enrolled certificate${revoked.length === 1 ? '' : 's'}, and every other certificate, password and open token of that name. Its connections close within seconds.\n`;
  }
  if (serial === undefined || !/^(0x)?[0-9a-f:\s]{1,96}$/i.test(serial)) throw new Error('Say whom: --agent NAME, or --serial HEX as "causeway certs show" and "… enrolment list" print it.');
  const authority = issuer === undefined ? undefined : fingerprintOf(new X509Certificate(await readFile(issuer)));
  const revoked = await withRegister(config, (register) => register.revokeSerial(serial, authority));
  await audited(config, 'revoked', { serial: serialText(serial), agent: revoked[0]?.agent });
  if (json === true) return jsonText({ revoked: { serial: serialText(serial) }, certificates: revoked.length, agent: revoked[0]?.agent ?? null });
  return `Serial number ${serialText(serial)} is revoked${revoked[0] === undefined ? '; no certificate enrolled here has it' : `: a certificate of agent ${revoked[0].agent}`}. Connections that use it close within seconds.\n`;
}

export async function restore({ config: path, agent, json }: { readonly config: string; readonly agent: string; readonly json?: boolean }): Promise<string> {
  const config = await loadConfig(path);
  if (!(await withRegister(config, (register) => register.restoreAgent(agent)))) throw new Error(`Agent ${agent} is not revoked by name.`);
  await audited(config, 'restored', { agent });
  if (json === true) return jsonText({ restored: { agent } });
  return `The name ${agent} may be used again. Certificates that were enrolled before stay revoked: make a new token.\n`;
}

export async function rotate({ config: path, step, force, json }: { readonly config: string; readonly step: RotationStep | undefined; readonly force: boolean; readonly json?: boolean }): Promise<string> {
  const config = await enrollingConfig(path);
  const { authority } = config.enrolment;
  const roles = step === undefined ? await readRoles(authority) : await rotateAuthority(step, config, { force });
  const trusted = await readTrusted(authority);
  return json === true ? rolesJson(roles, trusted) : rolesText(roles, trusted);
}

async function enrollingConfig(path: string): Promise<Enrolling> {
  const config = await loadConfig(path);
  const { enrolment } = config;
  if (enrolment === undefined) throw new Error(`${path} has no section "enrolment": this controller does not give certificates.`);
  return { ...config, enrolment };
}

async function audited(config: ControllerConfig, event: IdentityEvent, facts: IdentityFacts): Promise<void> {
  const audit = new IdentityAudit(config.data, silentLog);
  audit.record(event, facts);
  await audit.close();
}

const NEXT_STEP = {
  prepared: 'Agents fetch the new bundle at their next start and once a while. Then: rotate-ca --activate',
  activated: 'Agents renew their certificates the next time they ask. Issue server certificates again. Then: rotate-ca --finish',
  settled: 'No rotation is under way.',
} as const;

type Trusted = readonly { readonly id: string; readonly certificate: string }[];

function authoritiesOf({ current, next }: AuthorityRoles, trusted: Trusted) {
  return trusted.map(({ id, certificate }) => {
    const parsed = new X509Certificate(certificate);
    const role = id === current ? 'signs' : id === next ? 'next' : 'previous';
    return { role, subject: parsed.subject.split('\n').join(', '), notAfter: parsed.validTo, sha256: fingerprintOf(parsed) };
  });
}

function stateOf({ next, previous }: AuthorityRoles): keyof typeof NEXT_STEP {
  if (next !== undefined) return 'prepared';
  return previous.length > 0 ? 'activated' : 'settled';
}

function rolesText(roles: AuthorityRoles, trusted: Trusted): string {
  const lines = authoritiesOf(roles, trusted).map(({ role, subject, notAfter, sha256 }) => `${role.padEnd(9)}${subject}, until ${notAfter}, SHA-256 ${sha256}`);
  return `${[...lines, NEXT_STEP[stateOf(roles)]].join('\n')}\n`;
}

function rolesJson(roles: AuthorityRoles, trusted: Trusted): string {
  return jsonText({ state: stateOf(roles), authorities: authoritiesOf(roles, trusted) });
}
