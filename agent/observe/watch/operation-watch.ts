import type { OperationKind, OperationOutcome } from '../../../protocol/model/index.js';
import type { Clock } from '../../../protocol/session/contract.js';
import { failureClass, failureWeight } from './failure-weight.js';
import { Throughput, type ThroughputStatus } from './throughput.js';
import { WatchedSystems, type SystemFacts, type SystemStatus, type WatchedSystem } from './watched-systems.js';

const MOST_ERRORS = 50;
/** Operations told about; there may be more. */
const MOST_TOLD = 200;
/** Characters of a name that came from outside. */
const LONGEST_NAME = 200;

/** An operation as it begins. Names only, never a value. */
export interface OperationStart {
  /** Undefined: not known before it ends. */
  readonly operation: OperationKind | undefined;
  readonly system: SystemFacts;
  readonly objectClass: string | undefined;
  /** As authenticated on the socket. */
  readonly principal: string;
  readonly operationId: string | undefined;
}

/** Times are ISO 8601. */
export interface RunningOperation {
  readonly operation: string;
  readonly connector: string;
  readonly system: string;
  readonly targets: readonly string[];
  readonly objectClass: string | undefined;
  readonly principal: string;
  readonly operationId: string | undefined;
  readonly since: string;
  readonly runningMs: number;
  /** Results so far, as handed on. */
  readonly entries: number;
}

export interface RecentError {
  readonly time: string;
  readonly operation: string;
  readonly connector: string;
  readonly targets: readonly string[];
  readonly objectClass: string | undefined;
  readonly operationId: string | undefined;
  /** Class of the failure without its package. */
  readonly error: string;
  /** False: an answer such as "there is no such object", or a mistake of the requester's; nothing is wrong with the system. */
  readonly trouble: boolean;
  readonly durationMs: number;
}

export interface OperationsStatus {
  /** Under way now, those that wait for their turn included. */
  readonly runningCount: number;
  /** The oldest of them, at most 200. */
  readonly running: readonly RunningOperation[];
  /** Since the start. */
  readonly total: number;
  readonly failed: number;
  readonly entries: number;
  /** The newest first, at most 50. */
  readonly recentErrors: readonly RecentError[];
}

/** One operation under way. */
export interface WatchedOperation {
  /** So many more results; by the chunk, not by the result. */
  entries(count: number): void;
  /** It is over. Calls after the first are ignored. */
  end(outcome: OperationOutcome, error?: unknown, operation?: OperationKind): void;
}

interface Running {
  readonly start: OperationStart;
  readonly system: WatchedSystem;
  readonly started: number;
  count: number;
}

/** What the agent is doing and has lately done, in memory that does not grow. Names and counts, never a value. */
export class OperationWatch {
  readonly #clock: Clock;
  readonly #wallClock: () => number;
  readonly #throughput: Throughput;
  readonly #systems = new WatchedSystems();
  readonly #running = new Set<Running>();
  readonly #errors: RecentError[] = [];
  #total = 0;
  #failed = 0;
  #entries = 0;

  constructor(clock: Clock, wallClock: () => number = Date.now) {
    this.#clock = clock;
    this.#wallClock = wallClock;
    this.#throughput = new Throughput(clock.now());
  }

  begin(start: OperationStart): WatchedOperation {
    const running: Running = { start, system: this.#systems.use(start.system), started: this.#clock.now(), count: 0 };
    running.system.running += 1;
    this.#running.add(running);
    return {
      entries: (count) => { this.#counted(running, count); },
      end: (outcome, error, operation) => { if (this.#running.delete(running)) this.#ended(running, outcome, error, operation); },
    };
  }

  systems(): SystemStatus[] {
    return this.#systems.status();
  }

  throughput(): ThroughputStatus {
    return this.#throughput.status(this.#clock.now(), this.#wallClock());
  }

  operations(): OperationsStatus {
    const now = this.#clock.now();
    const running = [...this.#running].slice(0, MOST_TOLD).map(({ start, system: { facts }, started, count }): RunningOperation => ({
      operation: start.operation ?? 'unknown', connector: facts.connector, system: facts.id, targets: facts.targets, objectClass: cut(start.objectClass), principal: cut(start.principal),
      operationId: cut(start.operationId), since: this.#timeOf(started, now), runningMs: Math.round(now - started), entries: count,
    }));
    return { runningCount: this.#running.size, running, total: this.#total, failed: this.#failed, entries: this.#entries, recentErrors: [...this.#errors].reverse() };
  }

  #counted(running: Running, count: number): void {
    running.count += count;
    running.system.entries += count;
    this.#entries += count;
    this.#throughput.add('entries', count, this.#clock.now());
  }

  #ended({ start, system, started }: Running, outcome: OperationOutcome, error: unknown, kind: OperationKind | undefined): void {
    const now = this.#clock.now();
    const operation = kind ?? start.operation;
    const [time, durationMs, name] = [this.#timeOf(now, now), Math.round(now - started), operation ?? 'unknown'];
    this.#total += 1;
    this.#throughput.add('operations', 1, now);
    system.running -= 1;
    system.operations += 1;
    system.lastOperation = { operation: name, time, outcome, durationMs };
    if (outcome === 'ok') system.state = 'ok';
    if (outcome !== 'failed') return;
    this.#failed += 1;
    system.failed += 1;
    this.#throughput.add('failed', 1, now);
    const weight = failureWeight(error, operation);
    const trouble = weight === 'trouble';
    const failure = failureClass(error);
    if (weight !== 'mistake') system.state = trouble ? 'failing' : 'ok';
    if (trouble) system.lastTrouble = { time, operation: name, error: failure };
    const { connector, targets } = system.facts;
    this.#errors.push({ time, operation: name, connector, targets, objectClass: cut(start.objectClass), operationId: cut(start.operationId), error: failure, trouble, durationMs });
    if (this.#errors.length > MOST_ERRORS) this.#errors.shift();
  }

  #timeOf(then: number, now: number): string {
    return new Date(this.#wallClock() - (now - then)).toISOString();
  }
}

function cut(text: string): string;
function cut(text: string | undefined): string | undefined;
function cut(text: string | undefined): string | undefined {
  return text === undefined || text.length <= LONGEST_NAME ? text : `${text.slice(0, LONGEST_NAME)}…`;
}
