import type { AuditFileEntry } from '../audit-files.js';
import { readFileBegin } from '../file-begin.js';

/** Finds the files that hold the lines of a time, by their first lines. */
export class FileTimes {
  readonly #files: readonly AuditFileEntry[];

  constructor(files: readonly AuditFileEntry[]) {
    this.#files = files;
  }

  /** Milliseconds since 1970; undefined: no bound. A file whose beginning cannot be read is always among them. */
  async between(from: number | undefined, to: number | undefined): Promise<readonly AuditFileEntry[]> {
    if (from === undefined && to === undefined) return this.#files;
    const begins = await Promise.all(this.#files.map(async ({ path }) => (await readFileBegin(path).catch(() => undefined))?.at));
    return this.#files.filter((_, index) => {
      const begun = begins[index];
      const next = begins[index + 1];
      return (from === undefined || next === undefined || next >= from) && (to === undefined || begun === undefined || begun <= to);
    });
  }
}
