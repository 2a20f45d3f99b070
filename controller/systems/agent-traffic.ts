/** What one agent was asked since the start. Times in milliseconds. */
export interface AgentFigures {
  readonly operations: number;
  readonly failed: number;
  readonly running: number;
  /** Operations that ended in each of the last minutes, the oldest first; the last one is under way. */
  readonly minutes: readonly number[];
  /** Over the operations of those minutes; 0 without any. */
  readonly averageMilliseconds: number;
}

const MINUTE = 60_000;
const KEPT_MINUTES = 30;
const MOST_AGENTS = 10_000;

interface Minute { readonly at: number; count: number; milliseconds: number }
interface Counted { operations: number; failed: number; running: number; minutes: Minute[] }

/** Counts operations by agent: a few numbers each, in memory that does not grow. */
export class AgentTraffic {
  readonly #agents = new Map<string, Counted>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** An operation begins; the result is called once when it has ended. */
  began(agent: string): (hasFailed: boolean, milliseconds: number) => void {
    const counted = this.#agents.get(agent) ?? { operations: 0, failed: 0, running: 0, minutes: [] };
    if (this.#agents.size < MOST_AGENTS) this.#agents.set(agent, counted);
    counted.running += 1;
    return (hasFailed, milliseconds) => {
      counted.running -= 1;
      counted.operations += 1;
      if (hasFailed) counted.failed += 1;
      const minute = this.#minute(counted);
      minute.count += 1;
      minute.milliseconds += milliseconds;
    };
  }

  figures(agent: string): AgentFigures {
    const { operations, failed, running, minutes } = this.#agents.get(agent) ?? { operations: 0, failed: 0, running: 0, minutes: [] };
    const last = Math.floor(this.#now() / MINUTE);
    const at = new Map(minutes.map((minute) => [minute.at, minute]));
    const shown = Array.from({ length: KEPT_MINUTES }, (_, index) => at.get(last - KEPT_MINUTES + 1 + index));
    const [count, milliseconds] = shown.reduce(([sum, time], minute) => [sum + (minute?.count ?? 0), time + (minute?.milliseconds ?? 0)], [0, 0]);
    return { operations, failed, running, minutes: shown.map((minute) => minute?.count ?? 0), averageMilliseconds: count === 0 ? 0 : Math.round(milliseconds / count * 10) / 10 };
  }

  #minute(counted: Counted): Minute {
    const at = Math.floor(this.#now() / MINUTE);
    const last = counted.minutes.at(-1);
    if (last?.at === at) return last;
    const fresh = { at, count: 0, milliseconds: 0 };
    counted.minutes = [...counted.minutes.filter((minute) => minute.at > at - KEPT_MINUTES), fresh];
    return fresh;
  }
}
