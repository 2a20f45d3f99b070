import { readFile } from 'node:fs/promises';
import { certificatesOf, fingerprintOf, trustBundle } from '../../certs/trust-bundle.js';
import type { ControllerConfig } from '../config/controller-config.js';
import { agentTrustSources } from '../enrolment/identities.js';
import { isTrustedByAgents, listenerChain, listenerFiles } from '../enrolment/open-enrolment.js';
import { Signing } from '../enrolment/signing.js';
import { AgentTrust, type TrustSources } from '../gateway/agent-trust.js';
import { silentLog } from '../log.js';
import { issuerOf } from '../tls/server-chain.js';
import { checkAuthorityFile } from './check-authority-file.js';
import { checkValidity, nameOf } from './check-validity.js';
import { attempt, failed, lookAtFile, ok, warning, type CheckResult } from './check-result.js';

const GATEWAY = 'gateway.tls.certificate';
const CA = 'gateway.tls.ca';
const CRL = 'gateway.tls.crl';
const AUTHORITY = 'enrolment.authority';

/** Who may sign agents, who is revoked, and whether agents that enrol will trust what they then dial. */
export async function checkAgentTrust(config: ControllerConfig, now: number): Promise<CheckResult[]> {
  const sources = agentTrustSources(config);
  if (sources === undefined) return [];
  const results = [...await checkAuthorities(sources.ca, now), ...await checkEnrolment(config, now)];
  const isUsable = !results.some(({ outcome, setting }) => outcome === 'failed' && [CA, AUTHORITY].includes(setting));
  return [...results, ...isUsable ? await checkRevocation(sources, now) : []];
}

/** Authorities whose end has come are of no use; when it is all of them, no agent gets in. */
async function checkAuthorities(file: string | undefined, now: number): Promise<CheckResult[]> {
  if (file === undefined) return [];
  const subject = { setting: CA, file };
  const unreadable = await lookAtFile(CA, file);
  if (unreadable !== undefined) return [unreadable];
  const opened = await attempt(subject, () => AgentTrust.open({ ca: file, authority: undefined, crl: undefined }, silentLog), 'Put the PEM of the authorities that sign agents there.');
  if ('result' in opened) return [opened.result];
  const { certificates } = opened.value.now.bundle;
  const judged = certificates.flatMap((certificate) => checkValidity(subject, certificate, { now, what: 'the authority' }));
  const isAnyInUse = judged.some(({ outcome }) => outcome !== 'failed');
  const wrong = judged.filter(({ outcome }) => outcome !== 'ok').map((result) => (isAnyInUse && result.outcome === 'failed' ? { ...result, outcome: 'warning' as const } : result));
  return wrong.length > 0 ? wrong : [ok(subject, `${certificates.length} ${certificates.length === 1 ? 'authority' : 'authorities'}.`)];
}

async function checkRevocation(sources: TrustSources, now: number): Promise<CheckResult[]> {
  const { crl: file } = sources;
  if (file === undefined) return [];
  const subject = { setting: CRL, file };
  const unreadable = await lookAtFile(CRL, file);
  if (unreadable !== undefined) return [unreadable];
  const opened = await attempt(subject, () => AgentTrust.open(sources, silentLog), 'Fetch the list anew, or correct the setting.');
  if ('result' in opened) return [opened.result];
  const { lists } = opened.value.now;
  const next = lists?.nextUpdate;
  if (next !== undefined && next.getTime() < now) return [warning(subject, `should have been replaced by ${next.toISOString()}: who was revoked since is not known. Fetch the list anew.`)];
  return [ok(subject, `${lists?.count ?? 0} revoked.`)];
}

async function checkEnrolment(config: ControllerConfig, now: number): Promise<CheckResult[]> {
  const { enrolment } = config;
  if (enrolment === undefined) return checkGatewayIssuer(config);
  const subject = { setting: AUTHORITY, file: enrolment.authority };
  const results = enrolment.trust === undefined ? [] : [await checkAuthorityFile('enrolment.trust', enrolment.trust)];
  const opened = await attempt(subject, () => Signing.open({ ...enrolment, trust: undefined }, silentLog));
  if ('result' in opened) return [...results, opened.result];
  const signing = opened.value;
  const issuer = signing.trust.certificates.find((certificate) => fingerprintOf(certificate) === signing.issuer);
  if (issuer !== undefined) results.push(...checkValidity(subject, issuer, { now, what: 'the authority' }));
  if (results.some(({ outcome }) => outcome === 'failed')) return results;
  const complete = await Signing.open(enrolment, silentLog);
  return [...results, ...await checkListenerChain(config, complete), ...await checkGatewayChain(config, complete)];
}

/** A start refuses a listener that agents could not trust. */
async function checkListenerChain(config: ControllerConfig, signing: Signing): Promise<CheckResult[]> {
  const setting = config.enrolment?.tls === undefined ? GATEWAY : 'enrolment.tls.certificate';
  const { certificate: file } = listenerFiles(config);
  const pem = await certificatePem(file);
  if (pem === undefined) return [];
  const chained = await attempt({ setting, file }, async () => listenerChain(pem, signing), 'Add that authority to enrolment.trust, or have the certificate issued by the one in enrolment.authority.');
  return 'result' in chained ? [chained.result] : [];
}

/** Of a gateway with another certificate than the listener's a start complains, and goes on. */
async function checkGatewayChain({ enrolment, gateway }: ControllerConfig, signing: Signing): Promise<CheckResult[]> {
  if (gateway?.tls === undefined || enrolment?.tls === undefined) return [];
  const { certificate: file } = gateway.tls;
  const pem = await certificatePem(file);
  if (pem === undefined || isTrustedByAgents(pem, signing)) return [];
  return [warning({ setting: GATEWAY, file }, 'is of an authority that agents which enrol here will not trust. Add the authority to enrolment.trust.')];
}

/** Of an authority that was made anew under the same name, nobody finds out until the first agent comes. */
async function checkGatewayIssuer({ gateway }: ControllerConfig): Promise<CheckResult[]> {
  if (gateway?.tls?.ca === undefined) return [];
  const { certificate: file, ca } = gateway.tls;
  const [pem, authorities] = await Promise.all([certificatePem(file), certificatePem(ca)]);
  if (pem === undefined || authorities === undefined) return [];
  const top = certificatesOf(pem).at(-1);
  const bundle = trustBundle(authorities);
  const isNamed = top !== undefined && !top.checkIssued(top) && bundle.certificates.some(({ subject }) => subject === top.issuer);
  if (!isNamed || issuerOf(top, bundle) !== undefined) return [];
  return [failed({ setting: GATEWAY, file }, `${nameOf(top)} names the authority in gateway.tls.ca as its issuer, and that one did not sign it: there are two authorities of one name. Have the certificate issued by the authority in use now.`)];
}

/** Undefined for a file that cannot be used, which is told elsewhere. */
async function certificatePem(file: string): Promise<string | undefined> {
  try {
    const pem = await readFile(file, 'utf8');
    return certificatesOf(pem).length === 0 ? undefined : pem;
  } catch {
    return undefined;
  }
}
