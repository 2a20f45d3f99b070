import type { Commit } from '../storage/commit.js';
import { untouched, type FileIdentity } from '../storage/file-identity.js';
import { indexedLookup, scannedLookup, type Lookup } from './row-lookup.js';
import type { Table } from '../format/table.js';
import { UidIndex } from './uid-index.js';

interface Known {
  readonly layoutKey: string;
  identity: FileIdentity;
  /** Undefined: the file has too many rows. */
  readonly index: UidIndex | undefined;
}

/** The uid index of one file, valid for exactly one state of it. */
export class IndexCache {
  #known: Known | undefined;
  #building: Promise<unknown> | undefined;

  get byteLength(): number {
    return this.#known?.index?.byteLength ?? 0;
  }

  get isBusy(): boolean {
    return this.#building !== undefined;
  }

  forget(): void {
    this.#known = undefined;
  }

  /** Finds rows by uid; `uids` are those that will be asked for. Reads the whole file when its state is not known yet. */
  async lookup(table: Table, uids: () => ReadonlySet<string>, signal: AbortSignal): Promise<Lookup> {
    const index = await this.#indexOf(table, signal);
    return index === undefined ? scannedLookup(table, uids(), signal) : indexedLookup(index, table, signal);
  }

  /** Keeps the index in step with what was written. */
  follow(table: Table, { edits, appended, after }: Commit): void {
    const known = this.#known;
    if (known === undefined || after === undefined || !isAbout(known, table)) {
      this.forget();
      return;
    }
    if (edits.length === 0) known.index?.appended(appended);
    else known.index?.rewritten(edits, appended);
    known.identity = after;
  }

  async #indexOf(table: Table, signal: AbortSignal): Promise<UidIndex | undefined> {
    for (;;) {
      if (this.#known !== undefined && isAbout(this.#known, table)) return this.#known.index;
      if (this.#building === undefined) return this.#build(table, signal);
      // Who builds may be aborted; then the next one does it.
      await this.#building.catch(() => undefined);
    }
  }

  async #build(table: Table, signal: AbortSignal): Promise<UidIndex | undefined> {
    const building = UidIndex.build(table, signal);
    this.#building = building;
    try {
      const index = await building;
      this.#known = { layoutKey: table.layout.key, identity: table.file.identity, index };
      return index;
    } finally {
      this.#building = undefined;
    }
  }
}

function isAbout(known: Known, table: Table): boolean {
  return known.layoutKey === table.layout.key && untouched(known.identity, table.file.identity);
}
