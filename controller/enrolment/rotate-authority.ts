import { readFile } from 'node:fs/promises';
import { readRoles, readTrusted, type AuthorityRoles } from '../../certs/authority-directory.js';
import { activateRotation, finishRotation, prepareRotation } from '../../certs/rotation.js';
import { certificatesOf, trustBundle, type TrustBundle } from '../../certs/trust-bundle.js';
import type { ControllerConfig } from '../config/controller-config.js';
import type { EnrolmentConfig } from '../config/enrolment-config.js';
import { silentLog } from '../log.js';
import { issuerOf } from '../tls/server-chain.js';
import { IdentityAudit } from './enrolment-audit.js';
import { withRegister } from './open-register.js';
import type { CertificateRecord } from './register-state.js';
import { Signing } from './signing.js';

export type RotationStep = 'prepare' | 'activate' | 'finish';

type Settings = Pick<ControllerConfig, 'data' | 'gateway' | 'store'> & { readonly enrolment: EnrolmentConfig };

const STEPS = { prepare: prepareRotation, activate: activateRotation, finish: finishRotation } as const;
const AUDITED = { prepare: 'authority-prepared', activate: 'authority-activated', finish: 'authority-finished' } as const;
const MOST_NAMED = 20;

/** One step of replacing the authority. Rejects, unless forced, when the step would lock somebody out, and says whom. */
export async function rotateAuthority(step: RotationStep, settings: Settings, { force }: { readonly force: boolean }): Promise<AuthorityRoles> {
  const obstacles = force ? [] : await obstaclesTo(step, settings);
  if (obstacles.length > 0) throw new Error([`It is too early to ${step}:`, ...obstacles.map((line) => `  ${line}`), 'Wait, or say --force: those agents have to be enrolled anew then.'].join('\n'));
  const roles = await STEPS[step](settings.enrolment.authority);
  const audit = new IdentityAudit(settings.data, silentLog);
  audit.record(AUDITED[step], { reason: force ? 'forced' : undefined });
  await audit.close();
  return roles;
}

async function obstaclesTo(step: RotationStep, settings: Settings): Promise<string[]> {
  if (step === 'prepare') return [];
  const living = await withRegister(settings, (register) => Promise.resolve([...register.state.certificates.values()].filter((record) => register.whyRefused(record) === undefined)));
  if (step === 'activate') {
    const { trust } = await Signing.open(settings.enrolment, silentLog);
    const late = living.filter(({ revision, given }) => (revision ?? given) !== trust.revision);
    return named(late, 'has not fetched the trust bundle with the next authority yet');
  }
  const previous = await previousAuthorities(settings.enrolment.authority);
  const late = living.filter(({ issuer }) => previous.has(issuer));
  return [...named(late, 'has a certificate of a previous authority; it is told to renew it when it asks for the trust bundle'), ...await serversOf(previous, settings)];
}

/** Agents would not trust a server any more whose certificate a previous authority signed. */
async function serversOf(previous: TrustBundle, { enrolment, gateway }: Settings): Promise<string[]> {
  const files = [...new Set([enrolment.tls?.certificate, gateway?.tls?.certificate].filter((path) => path !== undefined))];
  const found = await Promise.all(files.map(async (path) => {
    const [own] = certificatesOf(await readFile(path, 'utf8'));
    return own !== undefined && issuerOf(own, previous) !== undefined ? [`${path} is signed by a previous authority: issue it again (causeway certs issue-controller) first`] : [];
  }));
  return found.flat();
}

async function previousAuthorities(directory: string): Promise<TrustBundle> {
  const [roles, trusted] = await Promise.all([readRoles(directory), readTrusted(directory)]);
  return trustBundle(...trusted.filter(({ id }) => roles.previous.includes(id)).map(({ certificate }) => certificate));
}

function named(records: readonly CertificateRecord[], what: string): string[] {
  const agents = [...new Set(records.map(({ agent }) => agent))];
  const lines = agents.slice(0, MOST_NAMED).map((agent) => `agent ${agent} ${what}`);
  return agents.length > MOST_NAMED ? [...lines, `and ${agents.length - MOST_NAMED} more`] : lines;
}
