import { ConnectorError } from '../../../protocol/model/index.js';
import type { SessionLog } from '../../../protocol/session/contract.js';
import type { AuditLog } from '../../audit/audit-log.js';
import type { Change } from '../changes.js';
import { isInScope, type Question } from '../decide.js';
import { PolicyRefusal } from '../policy-refusal.js';
import type { Brake } from '../policy.js';
import { BrakeCount, type KeptCount } from './brake-count.js';

/** Systems one agent keeps counts of. */
const MAX_COUNTS = 10_000;
/** Stands for all systems together. */
const ALL_SYSTEMS = '*';

export interface BrakesOptions {
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number;
  readonly log: SessionLog;
  readonly audit: Pick<AuditLog, 'event'>;
  /** Keeps the counts; rejects when they cannot be kept. */
  readonly save: (counts: readonly KeptCount[]) => Promise<void>;
}

export interface BrakeStatus {
  readonly brake: string;
  readonly system: string;
  readonly count: number;
  readonly limit: number;
  /** Window in milliseconds. */
  readonly window: number;
  /** ISO time at which it tripped. */
  readonly tripped: string | undefined;
}

/** A change that is about to be made. */
export interface CountedChange extends Pick<Question, 'connector' | 'targets'> {
  readonly changes: ReadonlySet<Change>;
  /** For messages, e.g. `delete of __ACCOUNT__`. */
  readonly what: string;
  readonly principal: string;
}

/** Counts changes, and stops those that are too many. */
export class Brakes {
  readonly #options: BrakesOptions;
  readonly #counts = new Map<string, BrakeCount>();
  #brakes: readonly Brake[] = [];
  /** Counts of brakes that the policy does not have now. */
  #unclaimed: readonly KeptCount[] = [];
  #saving: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(options: BrakesOptions) {
    this.#options = options;
  }

  /** Takes up what was kept by an earlier process. Before `use`. */
  restore(kept: readonly KeptCount[]): void {
    this.#unclaimed = kept;
  }

  /** The brakes of the policy from now on. Counts of brakes that keep their name go on. */
  use(brakes: readonly Brake[]): void {
    const now = this.#options.now();
    this.#brakes = brakes;
    const byName = new Map(brakes.map((brake) => [brake.name, brake]));
    for (const [id, count] of this.#counts) {
      const brake = byName.get(count.brake.name);
      if (brake === undefined) {
        this.#unclaimed = [...this.#unclaimed, count.keep(false).kept];
        this.#counts.delete(id);
      } else count.adopt(brake, now);
    }
    for (const kept of this.#unclaimed) {
      const brake = byName.get(kept.brake);
      if (brake !== undefined) this.#countOf(brake, kept.system).restore(kept, now);
    }
    this.#unclaimed = this.#unclaimed.filter(({ brake }) => !byName.has(brake)).slice(-MAX_COUNTS);
  }

  /**
   * Counts a change with every brake it is about, once the counts are safe on the disk. Throws a refusal when one of the
   * brakes has tripped, or trips now; then nothing is counted. Answers how to take the change back if it was not made.
   */
  async take(change: CountedChange): Promise<() => void> {
    const brakes = this.#brakes.filter((brake) => isAbout(brake, change));
    if (brakes.length === 0) return () => undefined;
    const now = this.#options.now();
    const counts = brakes.flatMap((brake) => systemsOf(brake, change).map((system) => this.#countOf(brake, system)));
    const taken: BrakeCount[] = [];
    const takeBack = (): void => { for (const count of taken.splice(0)) count.takeBack(now); };
    try {
      for (const count of counts) {
        if (count.isBlocked(now)) throw stopped(count, change);
        if (!count.add(now)) await this.#trip(count, change, now);
        taken.push(count);
      }
      while (counts.some((count) => count.isUnsafe)) await this.#save(true);
    } catch (error) {
      takeBack();
      throw error instanceof ConnectorError ? error : new ConnectorError('retryable', `${change.what} was not begun: this agent counts such changes and cannot keep its count (${error instanceof Error ? error.message : String(error)}).`, { cause: error, outcome: 'notApplied' });
    }
    return takeBack;
  }

  /** Why a change would be refused now; undefined when it would not be. Counts nothing. */
  look(change: CountedChange): PolicyRefusal | undefined {
    const now = this.#options.now();
    for (const brake of this.#brakes.filter((candidate) => isAbout(candidate, change))) {
      for (const system of systemsOf(brake, change)) {
        const count = this.#counts.get(idOf(brake.name, system));
        if (count?.isBlocked(now) === true) return stopped(count, change);
        if ((count?.total(now) ?? 0) >= brake.limit) return new PolicyRefusal(brake.name, change.what, `it would trip the brake ${brake.name} (${brake.limit} changes in ${brake.window} ms)`);
      }
    }
    return undefined;
  }

  /** Lets go of the brakes of that name and system, all of them where none is given. Answers how many had tripped. */
  async release({ brake, system }: { readonly brake?: string | undefined; readonly system?: string | undefined }, by: string): Promise<number> {
    const chosen = [...this.#counts.values()].filter((count) => (brake === undefined || count.brake.name === brake) && (system === undefined || count.system === system));
    const released = chosen.filter(({ tripped }) => tripped !== undefined);
    for (const count of chosen) count.release();
    await this.#save(false);
    for (const count of released) {
      this.#options.log.warn({ brake: count.brake.name, system: count.system, by }, 'A brake of the policy was released.');
      await this.#options.audit.event({ kind: 'brake-released', detail: { brake: count.brake.name, system: count.system, by } });
    }
    return released.length;
  }

  status(): readonly BrakeStatus[] {
    const now = this.#options.now();
    return [...this.#counts.values()].filter((count) => count.isBlocked(now) || count.total(now) > 0).map((count) => ({
      brake: count.brake.name, system: count.system, count: count.total(now), limit: count.brake.limit, window: count.brake.window,
      tripped: count.tripped === undefined ? undefined : new Date(count.tripped).toISOString(),
    }));
  }

  /** Keeps the exact counts. */
  async close(): Promise<void> {
    await this.#saving?.catch(() => undefined);
    if (this.#counts.size > 0) await this.#save(false);
  }

  #countOf(brake: Brake, system: string): BrakeCount {
    const id = idOf(brake.name, system);
    const known = this.#counts.get(id);
    if (known !== undefined) return known;
    if (this.#counts.size >= MAX_COUNTS) this.#makeRoom(brake, system);
    const count = new BrakeCount(brake, system);
    this.#counts.set(id, count);
    return count;
  }

  #makeRoom(brake: Brake, system: string): void {
    const now = this.#options.now();
    for (const [id, count] of this.#counts) if (count.total(now) === 0 && count.isEmpty) this.#counts.delete(id);
    if (this.#counts.size >= MAX_COUNTS) throw new PolicyRefusal(brake.name, `A change of ${system}`, `it counts changes of ${MAX_COUNTS} systems already, and no more`);
  }

  async #trip(count: BrakeCount, change: CountedChange, now: number): Promise<never> {
    count.tripped = now;
    const { brake, system } = count;
    this.#options.log.error({ brake: brake.name, system, limit: brake.limit, window: brake.window, principal: change.principal, operation: change.what }, 'A brake of the policy has tripped: too many changes. Such changes are refused from now on.');
    await this.#options.audit.event({ kind: 'brake-tripped', outcome: 'refused', principal: change.principal, detail: { brake: brake.name, system, limit: brake.limit, windowMs: brake.window, release: brake.release } });
    await this.#save(true).catch((error: unknown) => { this.#options.log.error({ err: error }, 'The state of the brakes could not be kept.'); });
    throw stopped(count, change);
  }

  /** Changes that come while one write is under way share the next. */
  #save(ahead: boolean): Promise<void> {
    if (this.#saving === undefined) return this.#saving = this.#write(ahead).finally(() => { this.#saving = undefined; });
    return this.#next ??= this.#saving.catch(() => undefined).then(() => {
      this.#next = undefined;
      return this.#save(ahead);
    });
  }

  async #write(ahead: boolean): Promise<void> {
    // Those that have nothing to keep are told too: the file no longer says what it said of them.
    const keeping = [...this.#counts.values()].map((count) => count.keep(ahead));
    await this.#options.save([...keeping.map(({ kept }) => kept).filter(({ parts, tripped }) => parts.length > 0 || tripped !== null), ...this.#unclaimed]);
    for (const { written } of keeping) written();
  }
}

function isAbout(brake: Brake, change: CountedChange): boolean {
  return [...change.changes].some((one) => brake.changes.has(one)) && isInScope(brake, change, true);
}

/** One for each place the change may reach, so that another list of servers is no new system. */
export function systemsOf({ per }: Brake, { connector, targets }: Pick<CountedChange, 'connector' | 'targets'>): readonly string[] {
  if (per === 'agent') return [ALL_SYSTEMS];
  if (targets === undefined || targets.length === 0) return [connector[0] ?? ALL_SYSTEMS];
  return [...new Set(targets.map(({ text }) => text))];
}

function idOf(brake: string, system: string): string {
  return `${brake} ${system}`;
}

function stopped({ brake, system, tripped }: BrakeCount, { what }: CountedChange): PolicyRefusal {
  const end = brake.release === 'manual' ? `until somebody releases it there: causeway policy release --brake ${brake.name}` : `until ${new Date((tripped ?? 0) + brake.window).toISOString()}`;
  return new PolicyRefusal(brake.name, what, `the brake ${brake.name} has tripped at ${system === ALL_SYSTEMS ? 'all systems' : system}, more than ${brake.limit} changes in ${duration(brake.window)}; it holds ${end}`);
}

function duration(milliseconds: number): string {
  return milliseconds % 3_600_000 === 0 ? `${milliseconds / 3_600_000} h` : milliseconds % 60_000 === 0 ? `${milliseconds / 60_000} min` : `${milliseconds / 1000} s`;
}
