import type { SessionLog } from '../../protocol/session/contract.js';
import type { Failure } from './failure-policy.js';
import { CONTROLLER, type Partner } from './partner.js';
import type { SessionState } from './session-states.js';

/** Where the sockets of one partner stand; for readiness, status and log. */
export interface DialledStatus {
  readonly url: string;
  /** `connected`: at least one socket serves. `waiting`: the last attempt failed, another follows. `refused`: until somebody acts, tried rarely or not at all. */
  readonly state: 'connected' | 'connecting' | 'waiting' | 'refused';
  /** ISO time since which that is so. */
  readonly since: string;
  readonly serving: number;
  /** Sockets that are not stopped, serving or not. */
  readonly lines: number;
  /** Why the last attempt failed or the last socket was lost; empty while one serves. */
  readonly problem: string;
  /** The last failure, even when it is over. */
  readonly lastFailure: { readonly time: string; readonly problem: string } | undefined;
}

/** Listens to the moves of one partner's lines. The same failure again and again is one log line, not a flood. */
export class SessionReporter {
  readonly #url: string;
  readonly #partner: Partner;
  readonly #log: SessionLog;
  readonly #now: () => number;
  readonly #states = new Map<number, SessionState>();
  #problem = '';
  #isRefused = false;
  #state: DialledStatus['state'] = 'connecting';
  #since: number;
  #lastFailure: DialledStatus['lastFailure'];

  constructor(url: string, log: SessionLog, partner: Partner = CONTROLLER, now: () => number = Date.now) {
    this.#url = url;
    this.#partner = partner;
    this.#log = log;
    this.#now = now;
    this.#since = now();
  }

  status(): DialledStatus {
    const states = [...this.#states.values()];
    return {
      url: this.#url, state: this.#state, since: new Date(this.#since).toISOString(),
      serving: states.filter((state) => state === 'serving').length, lines: states.length, problem: this.#problem, lastFailure: this.#lastFailure,
    };
  }

  onMove(line: number, from: SessionState, to: SessionState, why: string, pace?: Failure['pace']): void {
    if (to === 'stopped') this.#states.delete(line);
    else this.#states.set(line, to);
    this.#noteState(to, why, pace);
    const { name } = this.#partner;
    const fields = { [name === 'controller' ? 'controller' : 'server']: this.#url, line, from, to, ...(why === '' ? {} : { why }) };
    if (to === 'serving') {
      this.#problem = '';
      this.#log.info(fields, `Connected to the ${name}.`);
    } else if (to === 'waiting' && why !== this.#problem) {
      this.#problem = why;
      if (pace === 'long') this.#log.error(fields, `The ${name} refuses this agent until somebody acts; trying again from time to time.`);
      else this.#log.warn(fields, from === 'serving' ? `A connection to the ${name} was lost.` : `The ${name} cannot be reached; trying again.`);
    } else if (to === 'stopped' && why !== 'stopping') {
      this.#problem = why;
      this.#log.error(fields, `The ${name} will not let this agent in; giving up on it.`);
    } else {
      this.#log.debug(fields, 'session');
    }
  }

  #noteState(to: SessionState, why: string, pace: Failure['pace'] | undefined): void {
    const isFailure = to === 'waiting' || (to === 'stopped' && why !== 'stopping' && why !== 'rotated');
    if (isFailure && why !== '') this.#lastFailure = { time: new Date(this.#now()).toISOString(), problem: why };
    if (to === 'serving') this.#isRefused = false;
    else if (isFailure) this.#isRefused = pace === 'long' || to === 'stopped';
    const state = this.#stateNow();
    if (state === this.#state) return;
    this.#state = state;
    this.#since = this.#now();
  }

  #stateNow(): DialledStatus['state'] {
    const states = [...this.#states.values()];
    if (states.includes('serving')) return 'connected';
    if (this.#isRefused) return 'refused';
    return states.includes('waiting') || this.#problem !== '' ? 'waiting' : 'connecting';
  }
}
