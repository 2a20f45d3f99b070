import { X509Certificate } from 'node:crypto';
import type { AuditEvent } from '../audit/audit-log.js';
import { RENEW_PATH, TRUST_PATH, readCertificateAnswer, readTrustAnswer } from '../../certs/enrolment/messages.js';
import type { CertificateSource } from './certificate-source.js';
import { UnfitCertificate, checkIssued, checkTrust, leadsTo } from './check-issued.js';
import { callEnrolment, type EnrolmentRoute, type EnrolmentTls } from './enrolment-client.js';
import { issuedNext, type IdentityManifest, type IssuedSlot, type NextSlot } from './identity-manifest.js';
import { IdentityError, type IdentityStore } from './identity-store.js';

/** What an enrolled agent asks with, at the enrolment listener with its certificate as it stands. */
export interface EnrolmentCalls {
  readonly store: IdentityStore;
  readonly name: string;
  routeTo(url: string): EnrolmentRoute;
  /** Loads what renews certificates that came by ACME; undefined where the configuration has no such authority. */
  readonly acme?: (() => Promise<CertificateSource>) | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
  audit(event: AuditEvent): void;
}

/**
 * Asks for a new certificate. The key is on disk before it is asked with, and asked with again, unchanged, until an answer
 * has arrived: an answer that is lost costs nothing. Resolves with the manifest that holds the new certificate beside the old.
 */
export async function renew(calls: EnrolmentCalls, current: IssuedSlot, stop: AbortSignal): Promise<IdentityManifest> {
  const { store } = calls;
  const source = await sourceOf(calls);
  const { manifest, next } = await prepare(calls, source, current);
  const { certificate, renewAfter, trust } = await source.ask({ manifest, current, next, key: await store.readKey(next.slot) }, stop);
  const renewed = await store.change((before) => {
    if (before?.next?.slot !== next.slot || before.current?.slot !== current.slot) return undefined;
    return { ...before, ...(trust === undefined ? {} : { trust }), next: { slot: next.slot, request: next.request, certificate, renewAfter } };
  });
  if (renewed === undefined || issuedNext(renewed)?.slot !== next.slot) throw new IdentityError('The identity was replaced while it was being renewed.');
  return renewed;
}

async function sourceOf(calls: EnrolmentCalls): Promise<CertificateSource> {
  if ((await calls.store.read())?.source !== 'acme') return listenerSource(calls);
  if (calls.acme === undefined) throw new IdentityError('The certificate of this agent came by ACME, and the configuration has no enrolment.acme any more: put it back, or enrol again (causeway agent enroll --replace)');
  return calls.acme();
}

/** The enrolment listener of a controller of ours. */
function listenerSource(calls: EnrolmentCalls): CertificateSource {
  return {
    keyType: 'ecdsa-p256',
    async request(key, manifest) {
      const { makeCertificateRequest } = await import('../../certs/enrolment/certificate-request.js');
      return makeCertificateRequest(key, manifest?.agent ?? calls.name);
    },
    async ask({ manifest, current, next, key }, stop) {
      if (current === undefined) throw new IdentityError('There is no certificate to renew.');
      const tls = await tlsOf(calls.store, manifest, current);
      const { certificate, renewAfter, trust, revision } = readCertificateAnswer((await callEnrolment(calls.routeTo(manifest.url), tls, { path: RENEW_PATH, body: { csr: next.request } }, stop)).body);
      try {
        checkIssued(certificate, key, trust, calls.now());
      } catch (error) {
        if (error instanceof UnfitCertificate) throw new IdentityError(`The controller issued a certificate that cannot be used: ${error.message}.`);
        throw error;
      }
      return { certificate, renewAfter, trust: { bundle: trust, revision } };
    },
  };
}

/** A request that is refused as such is given up with its key; the next attempt makes new ones. */
export async function giveUpRequest(store: IdentityStore): Promise<void> {
  await store.change((before) => (before?.next === undefined || before.next.certificate !== undefined ? undefined : { ...before, next: undefined }));
}

async function prepare({ store }: EnrolmentCalls, source: CertificateSource, current: IssuedSlot): Promise<{ readonly manifest: IdentityManifest; readonly next: NextSlot }> {
  const before = await store.read();
  // What is left of an enrolment that was broken off gives way; a renewal that was broken off is taken up.
  if (before?.next !== undefined && before.next.token === undefined) return { manifest: before, next: before.next };
  const { slot, key } = await store.addKey(source.keyType);
  const next: NextSlot = { slot, request: await source.request(key, before) };
  const manifest = await store.change((now) => (now?.current?.slot === current.slot ? { ...now, next } : undefined));
  if (manifest?.next?.slot !== slot) throw new IdentityError('The identity was replaced while it was being renewed.');
  return { manifest, next };
}

async function tlsOf(store: IdentityStore, { trust }: IdentityManifest, { slot, certificate }: IssuedSlot): Promise<EnrolmentTls> {
  return { ca: trust?.bundle ?? [], cert: certificate, key: await store.readKey(slot) };
}

/** What a look at the trust bundle found. */
export interface TrustCheck {
  readonly manifest: IdentityManifest;
  readonly changed: boolean;
}

/**
 * Fetches the authorities to trust from now on, and when the certificate is to be renewed, which is earlier than it said
 * when its authority is being replaced. A bundle by which the listener that sent it could not be trusted is not taken.
 */
export async function refreshTrust(calls: EnrolmentCalls, manifest: IdentityManifest, shown: IssuedSlot, stop: AbortSignal): Promise<TrustCheck> {
  const { store } = calls;
  const { body, chain } = await callEnrolment(calls.routeTo(manifest.url), await tlsOf(store, manifest, shown), { path: TRUST_PATH }, stop);
  const answer = readTrustAnswer(body);
  const changed = answer.revision !== manifest.trust?.revision;
  if (changed) requireUsable(answer.trust, chain, calls.now());
  const due = answer.renewAfter;
  const isEarlier = due !== undefined && shown.slot === manifest.current?.slot && Date.parse(due) < Date.parse(shown.renewAfter);
  if (!changed && !isEarlier) return { manifest, changed };
  const after = await store.change((before) => {
    if (before === undefined || before.url !== manifest.url || before.agent !== manifest.agent) return undefined; // replaced meanwhile
    const { current } = before;
    const sooner = isEarlier && current?.slot === shown.slot ? { current: { ...current, renewAfter: due } } : {};
    return { ...before, trust: { bundle: answer.trust, revision: answer.revision }, ...sooner };
  });
  if (changed) calls.audit({ kind: 'trust-changed', detail: { revision: answer.revision, authorities: checkTrust(answer.trust, calls.now()).map(({ subject }) => subject.replaceAll('\n', ', ')) } });
  return { manifest: after ?? manifest, changed };
}

function requireUsable(bundle: string, chain: readonly Buffer[], now: number): void {
  try {
    const authorities = checkTrust(bundle, now);
    const [leaf, ...rest] = chain.map((der) => new X509Certificate(der));
    if (leaf === undefined || !leadsTo(leaf, rest, authorities, now)) throw new UnfitCertificate('the enrolment listener that sent it could not be trusted by it');
  } catch (error) {
    if (!(error instanceof UnfitCertificate)) throw error;
    throw new IdentityError(`The trust bundle of the controller is not taken: ${error.message}.`);
  }
}
