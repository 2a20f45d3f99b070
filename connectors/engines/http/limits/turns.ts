import { setMaxListeners } from 'node:events';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { systemClock, type Clock } from '../../../framework/clock.js';
import type { TargetWaits } from '../../../framework/target-waits.js';
import type { Budget } from './budget.js';
import type { Place } from './throttle.js';

/** Who asks: requests of one lane and kind pass in their order, lanes take turns. */
export interface Applicant {
  /** What the request belongs to, such as one operation; compared by identity. */
  readonly lane: unknown;
  readonly kind: string;
  /** The same ones for all requests of a kind. */
  readonly budgets: readonly Budget[];
  /** Told where the request does not pass at once. */
  readonly waits?: TargetWaits | undefined;
}

interface Waiter {
  readonly applicant: Applicant;
  isWaiting: boolean;
  admit(place: Place): void;
}

const MOST_WAITING = 1_000;
/** Milliseconds: limits of an hour are waited for, limits of a day are not. */
const LONGEST_WAIT = 7_200_000;

/** Lets requests pass as their budgets allow: lane by lane in turn, and within a lane and kind first come, first served. */
export class Turns {
  readonly #clock: Clock;
  readonly #mostWaiting: number;
  /** Nobody's line is empty; whose turn it was goes to the end. */
  #lines: Waiter[][] = [];
  #waiting = 0;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock = systemClock, mostWaiting = MOST_WAITING) {
    this.#clock = clock;
    this.#mostWaiting = mostWaiting;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** As {@link Throttle.pass}. */
  pass(applicant: Applicant, signal: AbortSignal): Promise<Place> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#waiting >= this.#mostWaiting) {
        throw new ConnectorError('retryable', `${this.#waiting} requests wait already for the rate limit of the service; it is asked for more than it allows. Try again later, or with fewer operations at a time.`, { outcome: 'notApplied' });
      }
      let over: (() => void) | undefined;
      const end = (): void => {
        waiter.isWaiting = false;
        cancel();
        signal.removeEventListener('abort', leave);
        over?.();
      };
      const waiter: Waiter = {
        applicant, isWaiting: true,
        admit: (place) => {
          end();
          resolve(place);
        },
      };
      const leave = (): void => {
        end();
        this.#leave(waiter);
        reject(signal.reason as Error);
      };
      const cancel = this.#clock.after(LONGEST_WAIT, () => {
        end();
        this.#leave(waiter);
        reject(new ConnectorError('retryable', `The rate limit of the service lets no request pass for ${LONGEST_WAIT / 60_000} minutes. Try again later.`, { outcome: 'notApplied' }));
      });
      // Many requests of one operation wait here at a time.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', leave, { once: true });
      this.#join(waiter);
      this.#dispatch();
      if (waiter.isWaiting) over = applicant.waits?.begun('limit');
    });
  }

  #join(waiter: Waiter): void {
    const { lane, kind } = waiter.applicant;
    const line = this.#lines.find(([first]) => first?.applicant.lane === lane && first?.applicant.kind === kind);
    if (line === undefined) this.#lines.push([waiter]);
    else line.push(waiter);
    this.#waiting++;
  }

  #leave(waiter: Waiter): void {
    const line = this.#lines.find((each) => each.includes(waiter));
    if (line === undefined) return;
    line.splice(line.indexOf(waiter), 1);
    this.#waiting--;
    if (line.length === 0) this.#lines = this.#lines.filter((each) => each !== line);
    // Whom nobody waits for any more need not be woken.
    this.#dispatch();
  }

  /** Lets pass who may, and wakes when the next one may. */
  #dispatch(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    let earliest: number;
    do earliest = this.#admitOne(this.#clock.now()); while (earliest === 0);
    if (earliest < Infinity) this.#cancel = this.#clock.after(Math.max(1, earliest - this.#clock.now()), () => this.#dispatch());
  }

  /** 0 when somebody passed; otherwise when somebody may, as far as is known. */
  #admitOne(now: number): number {
    let earliest = Infinity;
    for (const [index, line] of this.#lines.entries()) {
      const waiter = line[0];
      if (waiter === undefined) continue;
      const at = Math.max(...waiter.applicant.budgets.map((budget) => budget.readyAt(now)), 0);
      if (at > now) {
        earliest = Math.min(earliest, at);
        continue;
      }
      line.shift();
      this.#waiting--;
      this.#lines.splice(index, 1);
      if (line.length > 0) this.#lines.push(line);
      waiter.admit(this.#place(waiter.applicant.budgets, now));
      return 0;
    }
    return earliest;
  }

  #place(budgets: readonly Budget[], now: number): Place {
    const request = { sentAt: now };
    for (const budget of budgets) budget.sent(request);
    let isOver = false;
    return {
      answered: (answer) => {
        if (isOver) return undefined;
        isOver = true;
        const pauses = budgets.map((budget) => budget.answered?.(request, answer, this.#clock.now())).filter((pause) => pause !== undefined);
        this.#dispatch();
        return pauses.length === 0 ? undefined : Math.max(...pauses);
      },
      failed: () => {
        if (isOver) return;
        isOver = true;
        for (const budget of budgets) budget.failed?.(request);
        this.#dispatch();
      },
    };
  }
}
