import { createHmac, randomBytes } from 'node:crypto';
import { systemClock, type Clock } from '../../../framework/clock.js';
import type { TargetWaits } from '../../../framework/target-waits.js';
import type { HttpRequest } from '../http-client.js';
import type { Budget } from './budget.js';
import { FixedBudget } from './fixed-budget.js';
import type { FixedLimit } from './fixed-limits.js';
import { shareOf } from './rate.js';
import { ServerBudget, type ServerBudgetOptions } from './server-budget.js';
import type { Place, Throttle } from './throttle.js';
import { Turns } from './turns.js';

/** Whose limits they are. */
export interface LimitedTarget {
  readonly origin: string;
  /** What the server counts by: the credentials, a tenant, or nothing where it is the address. May be a secret; a hash of it is kept. */
  readonly identity: string;
}

type AnnouncedBudget = Omit<ServerBudgetOptions, 'share'>;

export interface RequestLimits {
  readonly fixed?: readonly FixedLimit[] | undefined;
  /**
   * What the server announces: `one` limit for all requests, or one for each kind, as where every method has its own; `off` leaves
   * it alone. @default one
   */
  readonly announced?: 'one' | 'eachKind' | 'off' | undefined;
  /** Several where it announces several limits that hold together, such as one of an hour and one of bursts. */
  readonly server?: AnnouncedBudget | readonly AnnouncedBudget[] | undefined;
  /**
   * For agents that use one budget together: what this one may take of it, above 0, up to 1. Fixed rates are lowered to it. Of what
   * a server announces it is an upper bound for each window, so that together they cannot take too much; what others have taken the
   * server's `Remaining` says besides. @default 1
   */
  readonly share?: number | undefined;
  /** What limits count a request as, where it does not say so itself: a few names. @default `read` for GET and HEAD, else `write` */
  readonly kindOf?: ((request: HttpRequest) => string) | undefined;
}

/** Limits in use; who opened them closes them. */
export interface OpenLimits extends Throttle {
  close(): void;
}

interface Shared {
  readonly turns: Turns;
  readonly budgets: Map<string, Budget>;
  users: number;
  /** Milliseconds after which what was sent counts no more. */
  memory: number;
  forget: (() => void) | undefined;
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const SHORTEST_MEMORY = 300_000;

/** The limits of this process, by target and credentials: configurations that lead to the same ones share them. */
export class TargetLimits {
  readonly #clock: Clock;
  readonly #key = randomBytes(32);
  readonly #shared = new Map<string, Shared>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Targets whose limits are kept. */
  get size(): number {
    return this.#shared.size;
  }

  open(target: LimitedTarget, limits: RequestLimits, waits?: TargetWaits): OpenLimits {
    const key = `${target.origin} ${createHmac('sha256', this.#key).update(target.identity).digest('hex')}`;
    const shared = this.#shared.get(key) ?? { turns: new Turns(this.#clock), budgets: new Map(), users: 0, memory: SHORTEST_MEMORY, forget: undefined };
    this.#shared.set(key, shared);
    shared.users++;
    shared.forget?.();
    shared.forget = undefined;
    shared.memory = Math.max(shared.memory, ...(limits.fixed ?? []).map(({ rate }) => rate.period));
    let isOpen = true;
    return {
      pass: (request, signal) => pass(shared, limits, request, signal, waits),
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        // Whoever opens a session for each operation must not begin anew with each.
        if (--shared.users === 0) shared.forget = this.#clock.after(shared.memory, () => this.#shared.delete(key));
      },
    };
  }
}

/** One for each clock: but for tests, the system's. */
const ofThisProcess = new WeakMap<Clock, TargetLimits>();

/** Throttle for `HttpSettings.throttle`. Waits for nothing. `waits`: told of the requests of whoever opens these. */
export function openLimits(target: LimitedTarget, limits: RequestLimits, clock: Clock = systemClock, waits?: TargetWaits): OpenLimits {
  const known = ofThisProcess.get(clock) ?? new TargetLimits(clock);
  ofThisProcess.set(clock, known);
  return known.open(target, limits, waits);
}

function pass({ turns, budgets }: Shared, limits: RequestLimits, request: HttpRequest, signal: AbortSignal, waits: TargetWaits | undefined): Promise<Place> {
  const kind = request.kind ?? limits.kindOf?.(request) ?? (SAFE.has(request.method) ? 'read' : 'write');
  const applicant = { lane: request.lane ?? signal, kind, budgets: budgetsFor(kind, limits, budgets), waits };
  return turns.pass(applicant, signal);
}

/** Configurations with the same words share a budget, and others each have their own. */
function budgetsFor(kind: string, { fixed = [], announced = 'one', server = {}, share = 1 }: RequestLimits, known: Map<string, Budget>): readonly Budget[] {
  const budget = (key: string, make: () => Budget): Budget => {
    const found = known.get(key) ?? make();
    known.set(key, found);
    return found;
  };
  const rates = fixed.filter(({ kinds }) => kinds === undefined || kinds.includes(kind)).map(({ rate, kinds }) => {
    const own = shareOf(rate, share);
    return budget(JSON.stringify(['fixed', kinds, own]), () => new FixedBudget(own));
  });
  if (announced === 'off') return rates;
  const counted = announced === 'one' ? '' : kind;
  return [...rates, ...[server].flat().map((each) => budget(JSON.stringify(['announced', counted, share, each.headers, each.window]), () => new ServerBudget({ ...each, share })))];
}
