import type { AcmeConfig } from '../../config/acme-settings.js';
import type { CertificateSource } from '../certificate-source.js';
import type { IdentityManifest, NextSlot } from '../identity-manifest.js';
import { IdentityError, type IdentityStore } from '../identity-store.js';
import { refuseToReplace, retried } from '../enrol.js';
import { fingerprintOf } from './acme-source.js';

export interface AcmeEnrolOptions {
  readonly store: IdentityStore;
  readonly config: AcmeConfig;
  readonly source: CertificateSource;
  /** An identity that exists gives way to the new one. */
  readonly replace: boolean;
  readonly stop: AbortSignal;
  /** Told of each attempt that failed and will be made again. */
  onRetry(reason: string): void;
}

/**
 * The first certificate of an authority that speaks ACME. Whatever is interrupted is gone on with when it is started again:
 * the same key, and the same order.
 */
export async function enrolByAcme(options: AcmeEnrolOptions): Promise<IdentityManifest> {
  const { store, source, config, stop } = options;
  await refuseToReplace(options);
  const prepared = await prepare(options);
  const key = await store.readKey(prepared.slot);
  const { certificate, renewAfter } = await retried(options, async () => {
    const manifest = await store.read();
    if (manifest?.next?.slot !== prepared.slot) throw changedMeanwhile(store);
    return source.ask({ manifest, current: undefined, next: manifest.next, key }, stop);
  });
  const installed = await store.change((manifest) => {
    if (manifest?.next?.slot !== prepared.slot) return undefined;
    return { source: 'acme', url: config.directory.href, agent: config.names[0], current: { slot: prepared.slot, certificate, renewAfter } };
  });
  if (installed?.current?.slot !== prepared.slot) throw changedMeanwhile(store);
  return installed;
}

function changedMeanwhile({ path }: IdentityStore): IdentityError {
  return new IdentityError(`Something else changed the identity in ${path} at the same time; run the command again.`);
}

/** The key and the request to ask with: those of an earlier attempt for the same names, or new ones. */
async function prepare({ store, source, config }: AcmeEnrolOptions): Promise<NextSlot> {
  const token = fingerprintOf(config);
  const before = (await store.read())?.next;
  if (before?.token === token) return before;
  const { slot, key } = await store.addKey(source.keyType);
  const next: NextSlot = { slot, request: await source.request(key, undefined), token };
  await store.change((manifest) => ({ ...(manifest ?? { url: config.directory.href }), next }));
  return next;
}
