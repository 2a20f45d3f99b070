import { X509Certificate } from 'node:crypto';
import { oneLine } from './check-issued.js';
import { issuedNext, type IdentityManifest, type IssuedSlot } from './identity-manifest.js';

const DAY_MS = 86_400_000;

/** `none`: not due. `asking`: due, no answer yet. `issued`: the new certificate waits to be accepted by a controller. `failing`: asked in vain. */
export type RenewalState = 'none' | 'asking' | 'issued' | 'failing';

/** An enrolled identity as the status page shows it. Times are ISO 8601. */
export interface IdentityStatus {
  /** Where it came from and is renewed: the enrolment listener of a controller, or an ACME server. */
  readonly source: 'enrolment' | 'acme';
  readonly agent: string;
  readonly group: string | undefined;
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notAfter: string;
  /** With one decimal; negative once expired. */
  readonly daysLeft: number;
  readonly renewal: {
    readonly state: RenewalState;
    readonly due: string;
    /** Attempts that failed since the last that did not. */
    readonly failures: number;
    /** Why the last one failed; empty when it did not. */
    readonly problem: string;
  };
  readonly trust: {
    readonly revision: string;
    readonly checked: string | undefined;
    readonly problem: string;
  };
}

/** What the renewal knows besides the manifest. */
export interface RenewalReport {
  readonly failures: number;
  readonly problem: string;
  readonly trustChecked: string | undefined;
  readonly trustProblem: string;
}

/** What a certificate says of itself. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notAfter: number;
}

export function factsOf({ certificate }: Pick<IssuedSlot, 'certificate'>): CertificateFacts {
  const { subject, issuer, serialNumber, validTo } = new X509Certificate(certificate);
  return { subject: oneLine(subject), issuer: oneLine(issuer), serialNumber, notAfter: Date.parse(validTo) };
}

export function identityStatus(manifest: IdentityManifest | undefined, report: RenewalReport, now: number): IdentityStatus | undefined {
  const current = manifest?.current;
  if (manifest === undefined || current === undefined) return undefined;
  const { subject, issuer, serialNumber, notAfter } = factsOf(current);
  return {
    source: manifest.source ?? 'enrolment', agent: manifest.agent ?? '', group: manifest.group, subject, issuer, serialNumber, notAfter: new Date(notAfter).toISOString(),
    daysLeft: Math.floor((notAfter - now) / DAY_MS * 10) / 10,
    renewal: { state: stateOf(manifest, report), due: current.renewAfter, failures: report.failures, problem: report.problem },
    trust: { revision: manifest.trust?.revision ?? '', checked: report.trustChecked, problem: report.trustProblem },
  };
}

function stateOf(manifest: IdentityManifest, { failures }: RenewalReport): RenewalState {
  if (issuedNext(manifest) !== undefined) return 'issued';
  if (failures > 0) return 'failing';
  return manifest.next === undefined || manifest.next.token !== undefined ? 'none' : 'asking';
}
