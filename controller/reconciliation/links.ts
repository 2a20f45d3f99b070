import { join } from 'node:path';
import { LinkTable } from '../store/link-table.js';
import type { Mapping } from './mapping.js';

/** The links of a mapping, seen from its source and its target. */
export interface Links {
  readonly size: number;
  targetOf(sourceId: string): string | undefined;
  sourceOf(targetId: string): string | undefined;
  /** Nothing when they are linked; rejects when one of them has another link. Resolves once it is in the file. */
  link(sourceId: string, targetId: string): Promise<void>;
  unlink(sourceId: string, targetId: string): Promise<void>;
  flush(): Promise<void>;
}

/** For mappings with `enableLinking: false`: nothing is linked and nothing is kept. */
const NO_LINKS: Links = {
  size: 0, targetOf: () => undefined, sourceOf: () => undefined,
  link: () => Promise.resolve(), unlink: () => Promise.resolve(), flush: () => Promise.resolve(),
};

/** All link tables of this controller, each opened once. */
export class LinkTables {
  readonly #folder: string;
  readonly #tables = new Map<string, Promise<LinkTable>>();

  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'links');
  }

  /** `owner` is the mapping that defines the links: the mapping itself unless it shares another one's. */
  async of(mapping: Mapping, owner: Mapping): Promise<Links> {
    if (!mapping.settings.enableLinking) return NO_LINKS;
    const table = await this.#open(owner);
    return owner.source === mapping.source ? straight(table) : reversed(table);
  }

  async close(): Promise<void> {
    const tables = await Promise.allSettled([...this.#tables.values()]);
    this.#tables.clear();
    for (const result of tables) if (result.status === 'fulfilled') await result.value.close();
  }

  #open(owner: Mapping): Promise<LinkTable> {
    const known = this.#tables.get(owner.name);
    if (known !== undefined) return known;
    const { sourceIdsCaseSensitive, targetIdsCaseSensitive } = owner.settings;
    const table = LinkTable.open(join(this.#folder, `${encodeURIComponent(owner.name)}.jsonl`), {
      firstCaseSensitive: sourceIdsCaseSensitive, secondCaseSensitive: targetIdsCaseSensitive,
    });
    this.#tables.set(owner.name, table);
    table.catch(() => this.#tables.delete(owner.name));
    return table;
  }
}

function straight(table: LinkTable): Links {
  return {
    get size() { return table.size; },
    targetOf: (sourceId) => table.byFirst(sourceId)?.secondId,
    sourceOf: (targetId) => table.bySecond(targetId)?.firstId,
    link: async (sourceId, targetId) => table.add(sourceId, targetId),
    unlink: (sourceId, targetId) => table.remove({ firstId: sourceId, secondId: targetId }),
    flush: () => table.flush(),
  };
}

function reversed(table: LinkTable): Links {
  const links = straight(table);
  return {
    get size() { return table.size; },
    targetOf: links.sourceOf, sourceOf: links.targetOf, flush: links.flush,
    link: (sourceId, targetId) => links.link(targetId, sourceId),
    unlink: (sourceId, targetId) => links.unlink(targetId, sourceId),
  };
}
