import type { DatabaseServer } from '../targets/database-server.js';
import { GROUPS, type GroupName } from './fleet-run-world.js';

export type OperationName = 'get' | 'search' | 'create' | 'update' | 'delete';

/** What a caller was told of a write: `nothing` when the connection broke, `failed` with a 503 or before it was sent. */
export interface Written {
  readonly operation: OperationName;
  readonly group: GroupName;
  readonly uid: string;
  readonly mark: string;
  told: 'done' | 'failed' | 'unknown' | 'nothing';
}

export interface Reckoning {
  /** Told to be done, and not done. */
  readonly lost: readonly string[];
  /** Done more than once. */
  readonly doubled: readonly string[];
  /** Told to have failed, with nothing said of an unknown outcome, and done. */
  readonly untrue: readonly string[];
  /** Whose outcome the caller was not told, or told to be unknown: how many were done, and how many not. */
  readonly untold: { readonly done: number; readonly notDone: number };
  readonly toldUnknown: { readonly done: number; readonly notDone: number };
}

/** What callers did and were told, to be held against what the target noted. */
export class Ledger {
  readonly counts = new Map<OperationName, number>();
  readonly errors = new Map<string, number>();
  readonly wrongReads: string[] = [];
  readonly notRetryable: string[] = [];
  readonly #writes: Written[] = [];
  readonly #times: number[] = [];
  operations = 0;

  writing(entry: Omit<Written, 'told'>): Written {
    const written: Written = { ...entry, told: 'nothing' };
    this.#writes.push(written);
    return written;
  }

  took(operation: OperationName, milliseconds: number): void {
    this.counts.set(operation, (this.counts.get(operation) ?? 0) + 1);
    this.#times.push(milliseconds);
  }

  /** Always false. `where` names the request, for whoever looks for it in the logs. */
  failed(operation: OperationName, kind: string, isRetryable: boolean, where = ''): false {
    this.operations += 1;
    this.errors.set(kind, (this.errors.get(kind) ?? 0) + 1);
    if (!isRetryable) this.notRetryable.push(`${operation}: ${kind} ${where}`.trim());
    return false;
  }

  /** Always true: there was an answer. */
  read(operation: OperationName, isRight: boolean, found: string): true {
    this.operations += 1;
    if (!isRight) this.wrongReads.push(`${operation}: ${found}`);
    return true;
  }

  get failures(): number {
    return [...this.errors.values()].reduce((sum, each) => sum + each, 0);
  }

  /** Milliseconds. */
  quantile(share: number): number {
    const sorted = [...this.#times].sort((a, b) => a - b);
    return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  }

  get written(): number {
    return this.#writes.filter(({ told }) => told === 'done').length;
  }

  async reckon(target: DatabaseServer): Promise<Reckoning> {
    const [done, there] = [new Map<string, number>(), new Map<string, number>()];
    for (const group of GROUPS) {
      for (const { what, uid, mark } of await target.query(`SELECT what, uid, mark FROM ${group}_done`)) {
        const key = keyOf(group, String(what), String(uid), what === 'DELETE' ? '' : String(mark));
        done.set(key, (done.get(key) ?? 0) + 1);
      }
      for (const { uid, rows } of await target.query(`SELECT uid, count(*)::int AS rows FROM ${group} GROUP BY uid`)) there.set(`${group} ${String(uid)}`, Number(rows));
    }
    const deleted = new Set(this.#writes.filter(({ operation }) => operation === 'delete').map(({ group, uid }) => `${group} ${uid}`));
    const times = (write: Written): number => done.get(keyOf(write.group, { create: 'INSERT', update: 'UPDATE', delete: 'DELETE' }[write.operation as 'create'], write.uid, write.mark)) ?? 0;
    const isGone = ({ operation, group, uid }: Written): boolean => operation === 'create' && !deleted.has(`${group} ${uid}`) && !there.has(`${group} ${uid}`);
    const named = (writes: readonly Written[]): string[] => writes.map(({ operation, group, uid, told }) => `${operation} ${group}/${uid} (told: ${told})`);
    const of = (told: Written['told']): { readonly done: number; readonly notDone: number } => {
      const writes = this.#writes.filter((write) => write.told === told);
      const wereDone = writes.filter((write) => times(write) > 0).length;
      return { done: wereDone, notDone: writes.length - wereDone };
    };
    return {
      lost: named(this.#writes.filter((write) => write.told === 'done' && (times(write) === 0 || isGone(write)))),
      doubled: [...named(this.#writes.filter((write) => times(write) > 1)), ...[...there].filter(([, rows]) => rows > 1).map(([key]) => `${key} is there more than once`)],
      untrue: named(this.#writes.filter((write) => write.told === 'failed' && times(write) > 0)),
      untold: of('nothing'), toldUnknown: of('unknown'),
    };
  }
}

const keyOf = (group: string, what: string, uid: string, mark: string): string => `${group} ${what} ${uid} ${mark}`;
