/** What is looked at, in the order in which it is told. */
export const STEPS = [
  'configuration', 'clock', 'certificate', 'dns', 'proxy', 'tcp', 'tls', 'upgrade', 'handshake',
  'system-configuration', 'system-resolve', 'system-connect', 'system-tls', 'system-login', 'system-test',
] as const;
export type Step = (typeof STEPS)[number];

export type Outcome = 'ok' | 'warning' | 'failed' | 'skipped';

/** What one step found out about one subject. Texts are for people and never hold a secret. */
export interface Finding {
  readonly step: Step;
  /** The setting, controller, certificate or system it is about. */
  readonly subject: string;
  readonly outcome: Outcome;
  /** Names the fault for programs, e.g. `tls-name-mismatch`; see docs/doctor.md. Undefined where nothing is wrong. */
  readonly fault?: string | undefined;
  /** What was tried and what happened. */
  readonly what: string;
  readonly why?: string | undefined;
  /** What to do. */
  readonly advice?: string | undefined;
}

/** A kind of fault as docs/doctor.md lists it. */
export interface Fault {
  readonly outcome: 'warning' | 'failed';
  readonly why: string;
  readonly advice: string;
}

/** The faults one step can name. Every finding of the step is made here, so that none is without a name, a reason and advice. */
export class Faults<Id extends string> {
  readonly step: Step;
  readonly table: Readonly<Record<Id, Fault>>;

  constructor(step: Step, table: Readonly<Record<Id, Fault>>) {
    this.step = step;
    this.table = table;
  }

  /** `more` says it of this case in other words than the table. */
  found(fault: Id, subject: string, what: string, more: Partial<Pick<Fault, 'why' | 'advice'>> = {}): Finding {
    const { outcome, why, advice } = this.table[fault];
    return { step: this.step, subject, outcome, fault, what, why: more.why ?? why, advice: more.advice ?? advice };
  }

  ok(subject: string, what: string): Finding {
    return { step: this.step, subject, outcome: 'ok', what };
  }

  skipped(subject: string, what: string): Finding {
    return { step: this.step, subject, outcome: 'skipped', what };
  }
}

export function hasFailed(findings: readonly Finding[]): boolean {
  return findings.some(({ outcome }) => outcome === 'failed');
}
