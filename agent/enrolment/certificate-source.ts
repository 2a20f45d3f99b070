import type { KeyType } from '../config/acme-settings.js';
import type { IdentityManifest, IssuedSlot, NextSlot } from './identity-manifest.js';

/** A certificate that was asked for. */
export interface IssuedCertificate {
  /** PEM chain, leaf first. */
  readonly certificate: string;
  /** ISO 8601. */
  readonly renewAfter: string;
  /** Authorities to trust from now on, where the source says so. */
  readonly trust?: { readonly bundle: string; readonly revision: string } | undefined;
}

/** What there is to ask with. */
export interface Asking {
  readonly manifest: IdentityManifest;
  /** The certificate in use; undefined for the first. */
  readonly current: IssuedSlot | undefined;
  /** The request, and, for an order that was begun, its URL. */
  readonly next: NextSlot;
  /** The key of the request, PKCS #8 in PEM. */
  readonly key: string;
}

/** Where renewed certificates come from: the controller's enrolment listener, or an authority that speaks ACME. */
export interface CertificateSource {
  readonly keyType: KeyType;
  /** PKCS #10 in PEM for a new key. */
  request(key: string, manifest: IdentityManifest | undefined): Promise<string>;
  /** The answer was checked. Rejects with an EnrolmentRefused or EnrolmentUnreachable, an IdentityError, or the reason of `stop`. */
  ask(asking: Asking, stop: AbortSignal): Promise<IssuedCertificate>;
}
