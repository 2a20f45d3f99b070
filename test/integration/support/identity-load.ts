import type { RestClient } from '../../support/rest-client.js';

const ACCOUNTS = '/openidm/system/csv/account';
/** Accounts u0 to u49. */
const PEOPLE = 50;
/** What is refused may be kept waiting for an agent to come back: no longer than this is it waited for here. */
const REFUSED_WITHIN = 5_000;
const USUAL_LIMIT = 60_000;

interface Phase {
  readonly name: string;
  /** Its operations are refused, and should be. */
  readonly mayBeRefused: boolean;
  readonly began: number;
  readonly done: Record<Kind, number>;
  readonly failed: Map<string, number>;
  slowest: number;
  ended: number;
}

const KINDS = ['query', 'read', 'update'] as const;
type Kind = (typeof KINDS)[number];

export interface IdentityFigures {
  /** In phases in which none may fail. */
  readonly failed: number;
  /** Markdown. */
  readonly table: readonly string[];
}

/** Queries, reads and updates, one after the other without a pause, counted in phases. */
export class IdentityLoad {
  /** What failed although nothing may. */
  readonly failed: string[] = [];
  readonly #rest: () => RestClient;
  readonly #phases: Phase[] = [];
  #ended: Promise<void> = Promise.resolve();
  #isGoing = false;
  #done = 0;

  constructor(rest: () => RestClient) {
    this.#rest = rest;
  }

  /** Operations that were answered, whatever the answer. */
  get done(): number {
    return this.#done;
  }

  /** Operations refused where they should be. */
  get refused(): number {
    return this.#phases.filter(({ mayBeRefused }) => mayBeRefused).reduce((sum, { failed }) => sum + countOf(failed), 0);
  }

  start(phase: string): void {
    this.enter(phase);
    this.#isGoing = true;
    this.#ended = this.#work();
  }

  /** Operations that end from now on belong to this phase. */
  enter(name: string, mayBeRefused = false): void {
    this.#endPhase();
    this.#phases.push({ name, mayBeRefused, began: Date.now(), done: { query: 0, read: 0, update: 0 }, failed: new Map(), slowest: 0, ended: 0 });
  }

  /** Resolves when the last operation has been answered. Idempotent. */
  async stop(): Promise<void> {
    this.#isGoing = false;
    await this.#ended;
    this.#endPhase();
  }

  figures(): IdentityFigures {
    const cell = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
    return {
      failed: this.#phases.filter(({ mayBeRefused }) => !mayBeRefused).reduce((sum, { failed }) => sum + countOf(failed), 0),
      table: [
        cell(['', 'seconds', 'queries', 'reads', 'updates', 'failed', 'slowest, ms', 'by cause']), cell(['---', ...Array<string>(6).fill('---:'), '---']),
        ...this.#phases.map((phase) => cell([
          phase.name, ((phase.ended - phase.began) / 1000).toFixed(1), ...KINDS.map((kind) => String(phase.done[kind])), String(countOf(phase.failed)), String(phase.slowest),
          phase.failed.size === 0 ? '-' : [...phase.failed].map(([cause, count]) => `${count} × ${cause}`).join(', ') + (phase.mayBeRefused ? ' (as it should be)' : ''),
        ])),
      ],
    };
  }

  async #work(): Promise<void> {
    for (let turn = 0; this.#isGoing; turn++) {
      const account = `${ACCOUNTS}/u${turn % PEOPLE}`;
      await this.#ask('query', (timeout) => this.#rest().send(`${ACCOUNTS}?_queryFilter=true&_fields=uid`, { timeout }));
      await this.#ask('read', (timeout) => this.#rest().send(account, { timeout }));
      await this.#ask('update', (timeout) => this.#rest().send(account, { method: 'PATCH', timeout, body: [{ operation: 'replace', field: '/firstName', value: `Turn ${turn}` }] }));
    }
  }

  async #ask(kind: Kind, ask: (timeout: number) => Promise<{ readonly status: number; readonly body: unknown }>): Promise<void> {
    if (!this.#isGoing) return;
    const began = Date.now();
    const { status, body } = await ask(this.#phases.at(-1)?.mayBeRefused === true ? REFUSED_WITHIN : USUAL_LIMIT).catch((error: unknown) => ({ status: 0, body: String(error) }));
    const phase = this.#phases.at(-1);
    if (phase === undefined) return;
    this.#done++;
    phase.done[kind]++;
    phase.slowest = Math.max(phase.slowest, Date.now() - began);
    if (status === 200) return;
    const cause = `${kind} ${status === 0 ? 'without an answer' : status}`;
    phase.failed.set(cause, (phase.failed.get(cause) ?? 0) + 1);
    if (!phase.mayBeRefused) this.failed.push(`${phase.name}: ${cause} ${JSON.stringify(body)}`);
  }

  #endPhase(): void {
    const last = this.#phases.at(-1);
    if (last?.ended === 0) last.ended = Date.now();
  }
}

function countOf(failed: ReadonlyMap<string, number>): number {
  return [...failed.values()].reduce((sum, count) => sum + count, 0);
}
