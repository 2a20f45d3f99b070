import type { SqlValue, TableColumns } from '../../store/database/database.js';

/** Objects looked at together: few enough to hold, many enough that neither scripts nor statements are paid for singly. */
const BATCH = 500;

/** Collects objects of a read and hands them on in batches; whoever reads waits meanwhile. */
export class StagingBuffer<Item> {
  readonly #store: (batch: readonly Item[]) => Promise<void>;
  #items: Item[] = [];

  constructor(store: (batch: readonly Item[]) => Promise<void>) {
    this.#store = store;
  }

  add(item: Item): Promise<void> | void {
    this.#items.push(item);
    if (this.#items.length >= BATCH) return this.flush();
  }

  async flush(): Promise<void> {
    const batch = this.#items;
    this.#items = [];
    if (batch.length > 0) await this.#store(batch);
  }
}

/** Columns from `name type` pairs. */
export function columns(table: string, ...pairs: readonly string[]): TableColumns {
  return { table, columns: pairs.map((pair) => {
    const [name = '', type = ''] = pair.split(' ');
    return { name, type };
  }) };
}

export type Row = readonly SqlValue[];
