/** `told`: the agent itself found something amiss at a start, and wrote so. */
export type FaultKind = 'changed' | 'removed' | 'out-of-order' | 'malformed' | 'truncated' | 'file' | 'head' | 'key' | 'anchor' | 'told';

export interface Fault {
  readonly kind: FaultKind;
  readonly file: string;
  /** From 1; 0 for the file as a whole. */
  readonly line: number;
  readonly text: string;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly files: number;
  readonly lines: number;
  /** Numbers of the first and the last line; 0 when there are none. */
  readonly first: number;
  readonly last: number;
  /** Of the last line: keep it elsewhere, and give it to a later check as an anchor. */
  readonly lastHash: string;
  readonly faults: readonly Fault[];
  /** Faults beyond those listed. */
  readonly further: number;
  /** What is in order but worth knowing. */
  readonly notes: readonly string[];
}

const MOST = 100;

/** Collects what is found; keeps the first hundred faults and notes. */
export class Findings {
  readonly faults: Fault[] = [];
  readonly notes: string[] = [];
  #further = 0;

  get further(): number {
    return this.#further;
  }

  fault(kind: FaultKind, file: string, line: number, text: string): void {
    if (this.faults.length < MOST) this.faults.push({ kind, file, line, text });
    else this.#further += 1;
  }

  note(text: string): void {
    if (this.notes.length < MOST) this.notes.push(text);
  }
}
