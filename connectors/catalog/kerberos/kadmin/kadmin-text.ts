/** kadmin's output, as of MIT Kerberos 1.20 (src/kadmin/cli/kadmin.c: kadmin_getprinc, kadmin_getpol). */

/** What getprinc prints: `Expiration date` → `[never]`. */
export type PrincipalFields = ReadonlyMap<string, string>;

/**
 * The principals getprinc has printed, one after the other. Lines that are none of its own, such as prompts, are left out; a
 * prompt before `Principal:` is no part of it.
 */
export function principalsIn(output: string): readonly PrincipalFields[] {
  const principals: Map<string, string>[] = [];
  for (const line of output.split(/\r?\n/)) {
    const name = /^(?:kadmin(?:\.local)?: +)*Principal: (.*)$/.exec(line)?.[1];
    if (name !== undefined) principals.push(new Map([['Principal', name]]));
    else addField(principals.at(-1), line);
  }
  return principals;
}

function addField(principal: Map<string, string> | undefined, line: string): void {
  const colon = line.indexOf(': ');
  if (principal === undefined || colon < 0) return;
  const name = line.slice(0, colon);
  // Keys repeat, and nobody asks for them.
  if (!principal.has(name)) principal.set(name, line.slice(colon + 2).trim());
}

/** What of a policy decides on lockout. */
export interface LockoutPolicy {
  /** 0: nobody is ever locked. */
  readonly maxFailures: number;
  /** Seconds; 0: until somebody unlocks. */
  readonly duration: number;
}

/** Undefined where there is no such policy in the output. */
export function lockoutPolicyIn(output: string): LockoutPolicy | undefined {
  const failures = /^Maximum password failures before lockout: (\d+)/m.exec(output)?.[1];
  if (failures === undefined) return undefined;
  const duration = /^Password lockout duration: (.+)$/m.exec(output)?.[1] ?? '';
  return { maxFailures: Number(failures), duration: secondsOf(duration) ?? 0 };
}

/** `1 day 02:03:04`, in seconds; undefined for anything else. */
export function secondsOf(text: string): number | undefined {
  const found = /^(\d+) days? (\d\d):(\d\d):(\d\d)$/.exec(text.trim());
  if (found === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1).map(Number);
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** `Sun Nov 22 13:00:00 UTC 2026`, in milliseconds since 1970; undefined for `[never]` and other zones than UTC. */
export function timeOf(text: string): number | undefined {
  const found = /^\w{3} (\w{3}) +(\d{1,2}) (\d\d:\d\d:\d\d) (?:UTC|GMT) (\d{4})$/.exec(text.trim());
  if (found === null) return undefined;
  const [, month = '', day = '', time = '', year = ''] = found;
  const at = Date.parse(`${day} ${month} ${year} ${time} GMT`);
  return Number.isNaN(at) ? undefined : at;
}

/** Whether the KDC refuses the principal for too many failures (src/plugins/kdb/db2/lockout.c, locked_check_p). */
export function isLocked(principal: PrincipalFields, policy: LockoutPolicy | undefined, now: number): boolean {
  if (policy === undefined || policy.maxFailures === 0) return false;
  if (Number(principal.get('Failed password attempts') ?? 0) < policy.maxFailures) return false;
  const failedAt = timeOf(principal.get('Last failed authentication') ?? '');
  return policy.duration === 0 || failedAt === undefined || now < failedAt + policy.duration * 1000;
}

/** The principal's policy; undefined for none. kadmin marks one that is gone by `[does not exist]`. */
export function policyOf(principal: PrincipalFields): string | undefined {
  const policy = principal.get('Policy');
  return policy === undefined || policy === '[none]' ? undefined : policy.replace(/ \[does not exist\]$/, '');
}
