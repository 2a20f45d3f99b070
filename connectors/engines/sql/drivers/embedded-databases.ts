import type { PGlite, QueryOptions } from '@electric-sql/pglite';
import { mkdir } from 'node:fs/promises';

/** One running PGlite with the order in which its users get at it. */
export class EmbeddedDatabase {
  readonly instance: PGlite;
  readonly directory: string | undefined;
  /** Every type as text, both ways: the library's own conversions lose digits and time zones. */
  readonly asText: QueryOptions;
  #last: Promise<void> = Promise.resolve();

  constructor(instance: PGlite, directory: string | undefined) {
    this.instance = instance;
    this.directory = directory;
    const asGiven = (types: object): Record<string, (value: string) => string> => Object.fromEntries(Object.keys(types).map((type) => [type, (value: string) => value]));
    this.asText = { rowMode: 'array', parsers: asGiven(instance.parsers), serializers: asGiven(instance.serializers) };
  }

  /** Resolves when all before have ended their turn; to be ended by the function it answers. */
  takeTurn(): Promise<() => void> {
    const before = this.#last;
    let endTurn = (): void => {};
    this.#last = new Promise((resolve) => { endTurn = resolve; });
    return before.then(() => endTurn);
  }

  async alone<T>(work: () => Promise<T>): Promise<T> {
    const endTurn = await this.takeTurn();
    try {
      return await work();
    } finally {
      endTurn();
    }
  }
}

interface Entry { readonly database: Promise<EmbeddedDatabase>; users: number }

/** By directory: two PGlites in one directory would destroy it, so all configurations of this process share one. */
const open = new Map<string, Entry>();

async function start(directory: string | undefined): Promise<EmbeddedDatabase> {
  const { PGlite } = await import('@electric-sql/pglite');
  if (directory !== undefined) await mkdir(directory, { recursive: true, mode: 0o700 });
  return new EmbeddedDatabase(await PGlite.create(directory ?? 'memory://'), directory);
}

/** In memory: one of its own each time. */
export function acquireDatabase(directory: string | undefined): Promise<EmbeddedDatabase> {
  if (directory === undefined) return start(undefined);
  const known = open.get(directory);
  if (known !== undefined) {
    known.users++;
    return known.database;
  }
  const database = start(directory);
  open.set(directory, { database, users: 1 });
  database.catch(() => open.delete(directory));
  return database;
}

export async function releaseDatabase(database: EmbeddedDatabase): Promise<void> {
  const { directory } = database;
  const entry = directory === undefined ? undefined : open.get(directory);
  if (entry !== undefined && directory !== undefined) {
    if (--entry.users > 0) return;
    open.delete(directory);
  }
  await database.alone(() => database.instance.close());
}
