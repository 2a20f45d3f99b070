import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { X509Certificate } from 'node:crypto';
import { tlsOptions } from '../transport/dial.js';
import { codeOf } from '../transport/dial-failure.js';
import { isTimeout, within, type Patience } from './bounded.js';
import type { ControllerPath } from './controller-path.js';
import { headOver, lookAtTls, nameText, type HeadAnswer, type TlsLook } from './look-at-tls.js';
import type { Finding } from './finding.js';
import { isClientCertificateAlert, tlsFaults, tlsProblem } from './tls-problems.js';

/** What the TLS step found, and the answer that came over the connection, which tells the time. */
export interface TlsChecked {
  readonly finding: Finding;
  readonly answer: HeadAnswer | undefined;
}

/** Words by which devices that read TLS call their authorities. */
const INSPECTION = /zscaler|netskope|blue ?coat|symantec web|forcepoint|websense|palo ?alto|fortinet|fortigate|sophos|umbrella|barracuda|check ?point|mcafee|skyhigh|mitm|inspect|\bproxy\b|firewall|(web|secure|internet) gateway/i;

/** TLS to the controller with the certificate the agent would show, and one HEAD request without credentials. */
export async function checkTls(path: ControllerPath, patience: Patience, now: () => number): Promise<TlsChecked> {
  const { subject, name, target } = path;
  let secure: SecureContextOptions;
  try {
    secure = await tlsOptions(target, await target.identity?.());
    createSecureContext(secure);
  } catch (error) {
    return { finding: tlsFaults.found('tls-files-unusable', subject, `Not tried: ${error instanceof Error ? error.message : String(error)}`), answer: undefined };
  }
  let look: TlsLook;
  try {
    look = await within(patience, async (signal) => lookAtTls(await path.open(signal), { name, secure }, signal));
  } catch (error) {
    patience.signal.throwIfAborted();
    return { finding: await brokenHandshake(path, error, secure, patience), answer: undefined };
  }
  const { protocol, problem, chain: [leaf] } = look;
  const answered = await headAnswer(path, look, patience, now);
  const answer = answered instanceof Error ? undefined : answered;
  const shown = `${protocol}; the server shows ${leaf === undefined ? 'no certificate' : certificateText(leaf)}`;
  if (problem !== undefined) return { finding: await untrusted(path, look, shown, secure, patience), answer };
  if (answered instanceof Error && isRefusal(answered)) return { finding: refused(subject, shown, answered, secure), answer };
  return { finding: tlsFaults.ok(subject, `${shown}, which is trusted.`), answer };
}

/** A server that does not answer HTTP is none of this step's business. */
async function headAnswer(path: ControllerPath, look: TlsLook, patience: Patience, now: () => number): Promise<HeadAnswer | Error | undefined> {
  try {
    return await within(patience, (signal) => headOver(look.socket, path.target.url, signal, now));
  } catch (error) {
    patience.signal.throwIfAborted();
    look.socket.destroy();
    return error instanceof Error && !isTimeout(error) ? error : undefined;
  }
}

/** TLS 1.3 tells a client that its certificate is refused only after its own handshake; some just hang up. */
function isRefusal(error: Error): boolean {
  const code = codeOf(error) ?? '';
  return code === 'ECONNRESET' || code === 'EPIPE' || isClientCertificateAlert(code);
}

function refused(subject: string, shown: string, error: Error, secure: SecureContextOptions): Finding {
  const code = codeOf(error) ?? 'closed';
  const has = secure.cert !== undefined || secure.pfx !== undefined;
  if (!has) return tlsFaults.found('tls-client-certificate-wanted', subject, `${shown}, which is trusted, and ends the connection because no client certificate was shown (${code}).`);
  const because = code.includes('EXPIRED') ? ': it says that the certificate has expired' : code.includes('REVOKED') ? ': it says that the certificate is revoked' : code.includes('UNKNOWN_CA') ? ': it does not know the authority that signed it' : '';
  return tlsFaults.found('tls-client-certificate-refused', subject, `${shown}, which is trusted, and ends the connection after it was shown the certificate of this agent${because} (${code}).`);
}

/** There was no handshake: by which version it would have been, and whether it is TLS at all. */
async function brokenHandshake(path: ControllerPath, error: unknown, secure: SecureContextOptions, patience: Patience): Promise<Finding> {
  const { subject } = path;
  if (isTimeout(error)) return tlsFaults.found('tls-no-answer', subject, `TLS handshake: ${(error as Error).message}.`);
  const code = codeOf(error as NodeJS.ErrnoException) ?? (error instanceof Error ? error.message : 'unknown error');
  if (isClientCertificateAlert(code)) return refused(subject, 'The server', error as Error, secure);
  const problem = tlsProblem(code, false);
  if (problem !== 'tls-version') return tlsFaults.found(problem, subject, `TLS handshake: it failed (${code}).`);
  const older = await olderVersion(path, patience);
  return tlsFaults.found(problem, subject, `TLS handshake: no common version (${code}). This agent accepts ${secure.minVersion ?? 'TLSv1.2'} and newer${older === undefined ? '' : `; the server speaks ${older}`}.`);
}

async function olderVersion(path: ControllerPath, patience: Patience): Promise<string | undefined> {
  try {
    const look = await within(patience, async (signal) => lookAtTls(await path.open(signal), { name: path.name, secure: { minVersion: 'TLSv1' } }, signal));
    look.socket.destroy();
    return look.protocol;
  } catch {
    return undefined;
  }
}

async function untrusted(path: ControllerPath, { problem = '', chain }: TlsLook, shown: string, secure: SecureContextOptions, patience: Patience): Promise<Finding> {
  const { subject, name } = path;
  const [leaf] = chain;
  const kind = tlsProblem(problem, true);
  const what = `${shown} (${problem}).`;
  if (leaf === undefined) return tlsFaults.found('tls-untrusted', subject, what);
  if (kind === 'tls-name-mismatch') return tlsFaults.found(kind, subject, `${shown}. It holds the names ${namesOf(leaf)}; ${name} was dialled.`);
  if (kind === 'tls-expired' || kind === 'tls-not-yet-valid') return tlsFaults.found(kind, subject, `${shown}, valid from ${iso(leaf.validFrom)} to ${iso(leaf.validTo)}; by the clock of this machine it is ${new Date().toISOString()}.`);
  if (kind !== 'tls-unknown-authority') return tlsFaults.found(kind, subject, what);
  const inspected = await inspection(path, chain, secure, patience);
  return inspected === undefined ? tlsFaults.found(kind, subject, what) : tlsFaults.found('tls-inspected', subject, what, { why: `Something in between replaces certificates: ${inspected}` });
}

/** Why the certificate is not thought to be the controller's own; undefined when nothing speaks for it. */
async function inspection(path: ControllerPath, chain: readonly X509Certificate[], secure: SecureContextOptions, patience: Patience): Promise<string | undefined> {
  const [leaf] = chain;
  const issuer = nameText(leaf?.issuer ?? '');
  const other = await certificateWithoutProxy(path, secure, patience);
  if (other !== undefined && other.fingerprint256 !== leaf?.fingerprint256) return `through the proxy the issuer is ${issuer}, without it ${nameText(other.issuer)}.`;
  const named = chain.map((certificate) => nameText(certificate.issuer)).find((text) => INSPECTION.test(text));
  if (named !== undefined) return `the issuer is ${named}, by its name a device that reads TLS.`;
  return path.isTrustPinned && path.openDirect !== undefined ? `the issuer is ${issuer}, which is not the controller's authority, and the connection goes through a proxy.` : undefined;
}

/** What the controller shows past the proxy; undefined without a proxy, or where there is no other way. */
async function certificateWithoutProxy({ openDirect, name }: ControllerPath, secure: SecureContextOptions, patience: Patience): Promise<X509Certificate | undefined> {
  if (openDirect === undefined) return undefined;
  try {
    const look = await within(patience, async (signal) => lookAtTls(await openDirect(signal), { name, secure }, signal));
    look.socket.destroy();
    return look.chain[0];
  } catch {
    patience.signal.throwIfAborted();
    return undefined;
  }
}

export function certificateText(certificate: X509Certificate): string {
  return `${nameText(certificate.subject === '' ? namesOf(certificate) : certificate.subject)}, issued by ${nameText(certificate.issuer)}, valid until ${iso(certificate.validTo)}`;
}

function namesOf({ subjectAltName = '', subject }: X509Certificate): string {
  const names = subjectAltName.split(', ').map((name) => name.replace(/^(DNS|IP Address):/, '')).filter((name) => name !== '');
  return names.length === 0 ? nameText(subject) : nameText(names.join(', '));
}

export function iso(time: string): string {
  return new Date(time).toISOString();
}
