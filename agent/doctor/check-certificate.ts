import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { certificatesOf, fingerprintOf, trustBundle } from '../../certs/trust-bundle.js';
import type { AgentConfig } from '../config/agent-config.js';
import { readTlsFiles, type TlsFiles } from '../transport/tls-files.js';
import { showsIdentity } from '../wiring.js';
import { certificateText, iso } from './check-tls.js';
import { skewText } from './check-clock.js';
import { Faults, type Finding } from './finding.js';
import { nameText } from './look-at-tls.js';
import { readIdentity, type ShownIdentity } from './shown-identity.js';

export const certificateFaults = new Faults('certificate', {
  'certificate-unreadable': { outcome: 'failed', why: 'The file of certificate or key cannot be used.', advice: 'Check path, rights and content of the file: PEM with "-----BEGIN …-----" lines, and the right passphrase for a key or PKCS #12 file that has one.' },
  'certificate-key-mismatch': { outcome: 'failed', why: 'Certificate and private key do not belong together.', advice: 'Put the key beside the certificate it was made for: after a renewal both files have to be replaced.' },
  'certificate-expired': { outcome: 'failed', why: 'The certificate of this agent has expired.', advice: 'Have a new one issued; for an enrolled agent: causeway agent enroll --replace' },
  'certificate-not-yet-valid': { outcome: 'failed', why: 'The certificate of this agent is not valid yet.', advice: 'Check the clock of this machine first, then that of the machine that issued it.' },
  'certificate-wrong-usage': { outcome: 'failed', why: 'The certificate is not meant for a client, so a controller refuses it.', advice: 'Have one for client authentication issued (causeway certs issue-agent, or enrolment).' },
  'certificate-revoked': { outcome: 'failed', why: 'The certificate of this agent is on the revocation list.', advice: 'If that was not meant, ask for a new enrolment token at the controller and run: causeway agent enroll --replace' },
  'certificate-chain-broken': { outcome: 'warning', why: 'The certificates in the file do not follow each other, each signed by the next: the controller may find no way up to its authority.', advice: 'Order the file: the agent\'s certificate first, then each authority that signed the one before.' },
  'certificate-ends-soon': { outcome: 'warning', why: 'The certificate of this agent ends soon.', advice: 'Have a new one issued now; files that are replaced are used from the next connection on.' },
  'certificate-not-renewed': { outcome: 'warning', why: 'The enrolled certificate should have been renewed by now.', advice: 'Look into the log of the agent for the reason; the enrolment listener of the controller (or the ACME server) has to be reachable.' },
  'certificate-key-open': { outcome: 'warning', why: 'Others than its owner can read the private key: who has it can be this agent.', advice: 'chmod 600 the file; if others could have read it, enrol again.' },
  'certificate-identity-missing': { outcome: 'failed', why: 'This agent has neither a certificate nor credentials for a controller.', advice: 'Enrol it (causeway agent enroll), or set tls.certificate or auth.' },
  'certificate-identity-unreadable': { outcome: 'failed', why: 'The enrolled identity cannot be used.', advice: 'Run the doctor as the user the agent runs as; if the files are damaged, enrol again: causeway agent enroll --replace' },
});

/** A certificate with its private key, PEM. */
interface Pair {
  readonly certificate: string;
  readonly key: string | Buffer;
  readonly passphrase?: string | undefined;
}

export interface CertificateOptions {
  readonly now: number;
  /** File of revocation lists, PEM or DER. */
  readonly revocationList?: string | undefined;
  /** PEM of authorities that may have signed a list. */
  readonly authorities?: string | undefined;
}

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;
const CLIENT_USAGE = '1.3.6.1.5.5.7.3.2';
const OTHERS = 0o077;

/** Looks at every certificate this agent would show a controller. `identity`: read already, so that it is read once. */
export async function checkCertificates(config: AgentConfig, identity: ShownIdentity | Error | undefined, options: CertificateOptions): Promise<Finding[]> {
  const sections: [string, TlsFiles | undefined][] = [['tls', config.tls], ...config.controllers.map(({ tls }, index): [string, TlsFiles | undefined] => [`controllers[${index}].tls`, tls])];
  const own = sections.flatMap(([setting, files]) => (files?.certificate === undefined && files?.pkcs12 === undefined ? [] : [{ setting, files }]));
  const findings: Finding[] = [];
  for (const { setting, files } of own) findings.push(...await checkFiles(setting, files, options));
  if (config.controllers.some((controller) => showsIdentity(config, controller))) findings.push(...await checkIdentity(config, identity, options));
  return findings.length > 0 ? findings : [certificateFaults.skipped('certificate', 'This agent shows no certificate: it goes by the credentials in auth, or by none.')];
}

async function checkFiles(setting: string, files: TlsFiles, options: CertificateOptions): Promise<Finding[]> {
  const subject = files.certificate === undefined ? `${setting}.pkcs12` : `${setting}.certificate`;
  try {
    const { cert, key, pfx, passphrase, ca } = await readTlsFiles(files);
    const open = await openKey(subject, files.key ?? files.pkcs12);
    if (pfx !== undefined) {
      createSecureContext({ pfx: pfx as Buffer, ...(passphrase === undefined ? {} : { passphrase }) });
      return [...open, certificateFaults.ok(subject, `${files.pkcs12 ?? ''} can be opened. What it holds is seen when it is shown.`)];
    }
    const pair: Pair = { certificate: (cert as Buffer).toString('latin1'), key: key as Buffer, passphrase };
    return [...open, ...await inspect(subject, pair, { ...options, authorities: (ca as Buffer | undefined)?.toString('latin1') })];
  } catch (error) {
    return [certificateFaults.found('certificate-unreadable', subject, error instanceof Error ? error.message : String(error))];
  }
}

async function openKey(subject: string, path: string | undefined): Promise<Finding[]> {
  const found = path === undefined || process.platform === 'win32' ? undefined : await stat(path).catch(() => undefined);
  if (path === undefined || found === undefined || (found.mode & OTHERS) === 0) return [];
  return [certificateFaults.found('certificate-key-open', subject, `${path} has the mode ${(found.mode & 0o777).toString(8)}.`)];
}

async function inspect(subject: string, { certificate, key, passphrase }: Pair, options: CertificateOptions): Promise<Finding[]> {
  const chain = certificatesOf(certificate);
  const [leaf] = chain;
  if (leaf === undefined) return [certificateFaults.found('certificate-unreadable', subject, 'There is no PEM certificate ("-----BEGIN CERTIFICATE-----") in the file.')];
  const shown = certificateText(leaf);
  const findings: Finding[] = [];
  if (!leaf.checkPrivateKey(createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) }))) findings.push(certificateFaults.found('certificate-key-mismatch', subject, `${shown}: the private key is of another certificate.`));
  findings.push(...validity(subject, leaf, shown, options.now));
  const usages = leaf.keyUsage as readonly string[] | undefined;
  if (usages !== undefined && !usages.includes(CLIENT_USAGE)) findings.push(certificateFaults.found('certificate-wrong-usage', subject, `${shown}: it is not for client authentication (clientAuth).`));
  const broken = chain.findIndex((each, index) => index > 0 && chain[index - 1]?.checkIssued(each) !== true);
  if (broken > 0) findings.push(certificateFaults.found('certificate-chain-broken', subject, `${shown}: certificate ${broken + 1} of the file (${nameText(chain[broken]?.subject ?? '')}) did not sign the one before it.`));
  findings.push(...await revocation(subject, leaf, chain, options));
  if (findings.length > 0) return findings;
  return [certificateFaults.ok(subject, `${shown} (${daysLeft(leaf, options.now)} days left); the key belongs to it, and it is for client authentication.`)];
}

function daysLeft({ validTo }: X509Certificate, now: number): number {
  return Math.floor((Date.parse(validTo) - now) / DAY_MS);
}

function validity(subject: string, leaf: X509Certificate, shown: string, now: number): Finding[] {
  const [from, to] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  if (now > to) return [certificateFaults.found('certificate-expired', subject, `${shown}: that was ${skewText(now - to).replace(' ahead', '')} ago.`)];
  if (now < from) return [certificateFaults.found('certificate-not-yet-valid', subject, `${shown}, valid from ${iso(leaf.validFrom)}; by the clock of this machine it is ${new Date(now).toISOString()}.`)];
  if (daysLeft(leaf, now) < SOON_DAYS && to - from > SOON_DAYS * DAY_MS) return [certificateFaults.found('certificate-ends-soon', subject, `${shown}: ${daysLeft(leaf, now)} days are left.`)];
  return [];
}

async function revocation(subject: string, leaf: X509Certificate, chain: readonly X509Certificate[], { revocationList, authorities = '' }: CertificateOptions): Promise<Finding[]> {
  if (revocationList === undefined) return [];
  const { readRevocationLists } = await import('../../certs/revocation-list.js');
  const bundle = trustBundle(authorities, ...chain.slice(1).map((certificate) => certificate.toString()));
  const lists = readRevocationLists(await readFile(revocationList), bundle);
  const issuer = bundle.certificates.find((candidate) => leaf.checkIssued(candidate) && leaf.verify(candidate.publicKey));
  if (issuer === undefined || !lists.isRevoked(fingerprintOf(issuer), leaf.serialNumber)) return [];
  return [certificateFaults.found('certificate-revoked', subject, `${certificateText(leaf)}, serial number ${leaf.serialNumber}, is on the list ${revocationList}.`)];
}

async function checkIdentity(config: AgentConfig, identity: ShownIdentity | Error | undefined, options: CertificateOptions): Promise<Finding[]> {
  const subject = 'identity';
  if (identity instanceof Error) return [certificateFaults.found('certificate-identity-unreadable', subject, identity.message)];
  if (identity === undefined) return [certificateFaults.found('certificate-identity-missing', subject, `There is no enrolled identity in ${config.agent.stateDirectory}, and the configuration names no certificate and no auth.`)];
  const { certificate, key, trust, renewAfter } = identity;
  const [leaf] = certificatesOf(certificate);
  const findings = await inspect(subject, { certificate, key }, { ...options, authorities: trust });
  const due = Date.parse(renewAfter);
  const isLate = leaf !== undefined && options.now > due + (Date.parse(leaf.validTo) - due) / 2;
  if (isLate && !findings.some(({ outcome }) => outcome === 'failed')) findings.push(certificateFaults.found('certificate-not-renewed', subject, `It was to be renewed after ${renewAfter}.`));
  return findings;
}

/** Reads the identity where a controller would be shown it; an error instead of it where it cannot be read. */
export async function identityFor(config: AgentConfig): Promise<ShownIdentity | Error | undefined> {
  if (!config.controllers.some((controller) => showsIdentity(config, controller))) return undefined;
  try {
    return await readIdentity(config);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
