import { setTimeout as delay } from 'node:timers/promises';
import { ENROL_PATH, readCertificateAnswer, type CertificateAnswer } from '../../certs/enrolment/messages.js';
import type { EnrolmentToken } from '../../certs/enrolment/token.js';
import { UnfitCertificate, checkIssued } from './check-issued.js';
import { EnrolmentRefused, EnrolmentUnreachable, callEnrolment, type EnrolmentRoute } from './enrolment-client.js';
import type { IdentityManifest, NextSlot } from './identity-manifest.js';
import { IdentityError, type IdentityStore } from './identity-store.js';
import { pinnedAuthority } from './pinned-authority.js';

export interface EnrolOptions {
  readonly store: IdentityStore;
  readonly token: EnrolmentToken;
  readonly route: EnrolmentRoute;
  /** The agent's name, for people who look at the request: the controller goes by the token. */
  readonly name: string;
  readonly hostId?: string | undefined;
  /** An identity that exists gives way to the new one. */
  readonly replace: boolean;
  readonly stop: AbortSignal;
  /** Told of each attempt that failed and will be made again. */
  onRetry(reason: string): void;
}

const TRIES = 5;
const RETRY_BASE_MS = 1000;
const LONGEST_RETRY_MS = 15_000;

/**
 * From a one-time token to an identity on disk. The key pair is made here and never leaves; the controller is verified by
 * the fingerprint in the token before anything is sent. Whatever is interrupted can be started again with the same token:
 * it asks with the same key, and gets the same certificate.
 */
export async function enrol(options: EnrolOptions): Promise<IdentityManifest> {
  const { store, token, route, stop } = options;
  await refuseToReplace(options);
  const next = await prepare(options);
  const key = await store.readKey(next.slot);
  let answer: CertificateAnswer;
  try {
    answer = await retried(options, async () => {
      const ca = await pinnedAuthority(route, token.fingerprint, stop);
      const body = { id: token.id, secret: token.revealSecret(), csr: next.request, ...(options.hostId === undefined ? {} : { hostId: options.hostId }) };
      return readCertificateAnswer((await callEnrolment(route, { ca }, { path: ENROL_PATH, body }, stop)).body);
    });
  } catch (error) {
    if (error instanceof EnrolmentRefused) await forget(store, next.slot);
    throw error;
  }
  try {
    checkIssued(answer.certificate, key, answer.trust, Date.now());
  } catch (error) {
    if (error instanceof UnfitCertificate) throw new IdentityError(`The controller issued a certificate that cannot be used: ${error.message}.`);
    throw error;
  }
  return install(store, next.slot, answer, route.url);
}

/** An identity is not replaced by accident. Rejects with an {@link IdentityError}. */
export async function refuseToReplace({ store, replace }: Pick<EnrolOptions, 'store' | 'replace'>): Promise<void> {
  const manifest = await store.read();
  if (manifest?.current === undefined || replace) return;
  throw new IdentityError(`This agent is enrolled already${manifest.agent === undefined ? '' : ` as ${manifest.agent}`} (${store.path}). --replace gives it a new identity; the old one is lost.`);
}

/** The key and the request to ask with: those of an earlier attempt with the same token, or new ones. */
async function prepare({ store, token, name, route }: EnrolOptions): Promise<NextSlot> {
  const before = (await store.read())?.next;
  if (before?.token === token.id) return before;
  const { makeCertificateRequest } = await import('../../certs/enrolment/certificate-request.js');
  const { slot, key } = await store.addKey();
  const next: NextSlot = { slot, request: await makeCertificateRequest(key, name), token: token.id };
  await store.change((manifest) => ({ ...(manifest ?? { url: route.url }), next }));
  return next;
}

/** A refused token is of no use with any key. */
async function forget(store: IdentityStore, slot: string): Promise<void> {
  await store.change((manifest) => (manifest?.next?.slot === slot ? { ...manifest, next: undefined } : undefined));
}

async function install(store: IdentityStore, slot: string, answer: CertificateAnswer, url: string): Promise<IdentityManifest> {
  const { agent, group, certificate, renewAfter, trust, revision } = answer;
  const installed = await store.change((manifest) => {
    if (manifest?.next?.slot !== slot) return undefined;
    return { url, agent, ...(group === undefined ? {} : { group }), trust: { bundle: trust, revision }, current: { slot, certificate, renewAfter } };
  });
  if (installed?.current?.slot !== slot) throw new IdentityError(`Something else changed the identity in ${store.path} at the same time; enrol again with the same token.`);
  await store.readKey(slot);
  return installed;
}

/** Asks again for a while when nobody answers. */
export async function retried<T>({ stop, onRetry }: Pick<EnrolOptions, 'stop' | 'onRetry'>, ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof EnrolmentUnreachable) || error.needsPerson || attempt >= TRIES) throw error;
      const wait = error.waitAtLeast ?? RETRY_BASE_MS * 2 ** (attempt - 1);
      if (wait > LONGEST_RETRY_MS) throw error;
      onRetry(error.message);
      await delay(wait, undefined, { signal: stop });
    }
  }
}
