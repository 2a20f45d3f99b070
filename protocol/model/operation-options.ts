import type { GuardedString } from './guarded.js';
import { IcfArray, QualifiedUid, SortKey, type CountPolicy, type IcfValue } from './values.js';

/** Keys of the standard options (protocol section 7.9). */
export const OPTION = {
  scope: 'SCOPE',
  container: 'CONTAINER',
  runAsUser: 'RUN_AS_USER',
  runWithPassword: 'RUN_WITH_PASSWORD',
  attributesToGet: 'ATTRS_TO_GET',
  pagedResultsCookie: 'PAGED_RESULTS_COOKIE',
  pagedResultsOffset: 'PAGED_RESULTS_OFFSET',
  pageSize: 'PAGE_SIZE',
  sortKeys: 'SORT_KEYS',
  totalPagedResultsPolicy: 'TOTAL_PAGED_RESULTS_POLICY',
  failOnError: 'FAIL_ON_ERROR',
  requireSerial: 'REQUIRE_SERIAL',
} as const;

/** Typed reading of the options map; `entries` is what travels. An option of another type reads as absent. */
export class OperationOptions {
  static readonly none = new OperationOptions(new Map());
  readonly entries: ReadonlyMap<string, IcfValue>;

  constructor(entries: ReadonlyMap<string, IcfValue>) {
    this.entries = entries;
  }

  static of(entries: Readonly<Record<string, IcfValue>>): OperationOptions {
    return new OperationOptions(new Map(Object.entries(entries)));
  }

  with(key: string, value: IcfValue): OperationOptions {
    return new OperationOptions(new Map(this.entries).set(key, value));
  }

  #string(key: string): string | undefined {
    const value = this.entries.get(key);
    return typeof value === 'string' ? value : undefined;
  }

  #integer(key: string): number | undefined {
    const value = this.entries.get(key);
    return typeof value === 'number' ? value : undefined;
  }

  get scope(): string | undefined { return this.#string(OPTION.scope); }
  get container(): QualifiedUid | undefined {
    const value = this.entries.get(OPTION.container);
    return value instanceof QualifiedUid ? value : undefined;
  }
  get runAsUser(): string | undefined { return this.#string(OPTION.runAsUser); }
  get runWithPassword(): GuardedString | undefined {
    const value = this.entries.get(OPTION.runWithPassword);
    return value !== null && typeof value === 'object' && 'reveal' in value ? (value as GuardedString) : undefined;
  }
  /** Undefined: the caller did not say; an empty list: identifiers only. */
  get attributesToGet(): readonly string[] | undefined {
    const value = this.entries.get(OPTION.attributesToGet);
    return value instanceof IcfArray ? value.items.filter((item) => typeof item === 'string') : undefined;
  }
  get pagedResultsCookie(): string | undefined { return this.#string(OPTION.pagedResultsCookie); }
  get pagedResultsOffset(): number | undefined { return this.#integer(OPTION.pagedResultsOffset); }
  get pageSize(): number | undefined { return this.#integer(OPTION.pageSize); }
  get sortKeys(): readonly SortKey[] {
    const value = this.entries.get(OPTION.sortKeys);
    return value instanceof IcfArray ? value.items.filter((item) => item instanceof SortKey) : [];
  }
  /** A Java peer cannot send this option; ours send it as String. */
  get totalPagedResultsPolicy(): CountPolicy {
    const value = this.#string(OPTION.totalPagedResultsPolicy);
    return value === 'ESTIMATE' || value === 'EXACT' ? value : 'NONE';
  }
  get failOnError(): boolean { return this.entries.get(OPTION.failOnError) === true; }
  get requireSerial(): boolean { return this.#string(OPTION.requireSerial)?.toLowerCase() === 'true'; }
}
