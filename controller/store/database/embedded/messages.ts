import type { SqlFailure } from '../database-errors.js';

/** What the thread starts with. */
export interface ThreadData {
  /** Folder of the database; undefined: in memory. */
  readonly folder: string | undefined;
  /** PGlite's own files, which in the single executable are not beside its module. */
  readonly files: DatabaseFiles;
}

export interface DatabaseFiles {
  readonly program: Uint8Array;
  readonly initialiser: Uint8Array;
  readonly data: Uint8Array;
}

/** To the thread. `values`: undefined for a text of several statements. */
export type Asked = { readonly kind: 'query'; readonly id: number; readonly sql: string; readonly values: readonly (string | null)[] | undefined } | { readonly kind: 'close'; readonly id: number };

/** From the thread. */
export type Told =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unusable'; readonly reason: string }
  | { readonly kind: 'rows'; readonly id: number; readonly rows: readonly object[] }
  | { readonly kind: 'refused'; readonly id: number; readonly failure: SqlFailure }
  | { readonly kind: 'broken'; readonly id: number; readonly reason: string };
