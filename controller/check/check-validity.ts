import type { X509Certificate } from 'node:crypto';
import { failed, ok, warning, type CheckResult } from './check-result.js';

const DAY_MS = 86_400_000;
/** When it is time to have another one issued. */
const SOON_DAYS = 14;

interface ValidityOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What it is called in texts, e.g. `the certificate`. */
  readonly what: string;
}

/** One result: expired, not valid yet, ending soon, or in order with the days that are left. */
export function checkValidity(subject: Pick<CheckResult, 'setting' | 'file'>, certificate: X509Certificate, { now, what }: ValidityOptions): CheckResult[] {
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  const named = `${what} (${nameOf(certificate)})`;
  if (to < now) return [failed(subject, `${named} expired on ${iso(to)}. Have a new one issued.`)];
  if (from > now) return [failed(subject, `${named} is not valid before ${iso(from)}; by the clock of this machine it is ${iso(now)}. Check that clock first, then that of the machine that issued it.`)];
  const days = Math.floor((to - now) / DAY_MS);
  const until = `valid until ${iso(to)}, ${days} ${days === 1 ? 'day' : 'days'} left`;
  return days < SOON_DAYS ? [warning(subject, `${named} is ${until}. Have a new one issued now; files that are replaced are used within seconds.`)] : [ok(subject, `${until}.`)];
}

/** The subject on one line, bounded. */
export function nameOf(certificate: X509Certificate | undefined): string {
  if (certificate === undefined) return '';
  const { subject, subjectAltName } = certificate;
  return (subject === '' ? subjectAltName ?? '' : subject).replaceAll(/[\p{Cc}\p{Cf}]+/gu, ', ').slice(0, 200);
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
