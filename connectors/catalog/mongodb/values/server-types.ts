import { CODE, serverCode } from '../errors.js';

/** What a server says to a `$type` with a name it does not know. */
const UNKNOWN_NAME = /unknown type name alias: (\w+)/i;

/**
 * The types of values a server knows by the names of www.mongodb.com/docs/manual/reference/bson-types/. One that is only compatible with
 * MongoDB may lack some, and refuses a query that names them; values of these types it has none.
 */
export class ServerTypes {
  readonly #unknown = new Set<string>();

  known(names: readonly string[]): readonly string[] {
    return this.#unknown.size === 0 ? names : names.filter((name) => !this.#unknown.has(name));
  }

  /** Whether the error says so of a type that was taken for known: then the query is worth another try. */
  learn(error: unknown): boolean {
    const [, name] = error instanceof Error && serverCode(error) === CODE.badValue ? UNKNOWN_NAME.exec(error.message) ?? [] : [];
    if (name === undefined || this.#unknown.has(name)) return false;
    this.#unknown.add(name);
    return true;
  }

  /** The outcome of a query that names types; asked again as long as the server does not know one. */
  async asked<T>(query: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await query();
      } catch (error) {
        if (!this.learn(error)) throw error;
      }
    }
  }
}
