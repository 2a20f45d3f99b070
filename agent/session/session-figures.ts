import type { PeerFigures } from '../../protocol/session/contract.js';
import type { FailureClass } from './failure-class.js';
import type { SessionState } from './session-states.js';

/** Where an attempt, or a connection, ended. */
export type FailureStage = 'dialing' | 'handshaking' | 'serving';

/** What the lines of one partner went through since the start. */
export interface LineFigures {
  /** Lines by where they stand now. */
  readonly states: ReadonlyMap<SessionState, number>;
  /** Failures by `STAGE CLASS`. */
  readonly failures: ReadonlyMap<`${FailureStage} ${FailureClass}`, number>;
  /** Lines that serve again after they were lost, by why they were. */
  readonly reconnects: ReadonlyMap<FailureClass, number>;
}

export interface SessionFigures extends LineFigures {
  readonly peer: PeerFigures;
}

function isStage(state: SessionState): state is FailureStage {
  return state === 'dialing' || state === 'handshaking' || state === 'serving';
}

function countUp<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Counts the moves of one partner's lines. */
export class LineCounts {
  readonly #failures = new Map<`${FailureStage} ${FailureClass}`, number>();
  readonly #reconnects = new Map<FailureClass, number>();
  /** Why each line was lost that has not come back yet. */
  readonly #lost = new Map<number, FailureClass>();
  readonly #states = new Map<number, SessionState>();

  /** `why`: of a move that a failure made. */
  moved(line: number, from: SessionState, to: SessionState, why?: FailureClass): void {
    if (to === 'stopped') this.#states.delete(line);
    else this.#states.set(line, to);
    if (why !== undefined && isStage(from)) countUp(this.#failures, `${from} ${why}`);
    const lost = this.#lost.get(line);
    if (to === 'serving' && lost !== undefined) countUp(this.#reconnects, lost);
    if (to === 'serving' || to === 'stopped') this.#lost.delete(line);
    if (from === 'serving' && to === 'waiting' && why !== undefined) this.#lost.set(line, why);
  }

  figures(): LineFigures {
    const states = new Map<SessionState, number>();
    for (const state of this.#states.values()) countUp(states, state);
    return { states, failures: this.#failures, reconnects: this.#reconnects };
  }
}
