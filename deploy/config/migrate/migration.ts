import type { GuardedString } from '../../../protocol/model/index.js';

/** What became of a source file: `as-is`, byte for byte; `changed`; `not-taken`: nothing of it was written. */
export type Outcome = 'as-is' | 'changed' | 'not-taken';

/** Something to know, or to do something about. Never a value of a secret. */
export interface Point {
  /** The setting in the source; empty for the file as a whole. */
  readonly path: string;
  readonly text: string;
}

/** One source file in the report. */
export interface MigratedFile {
  readonly source: string;
  readonly kind: string;
  readonly outcome: Outcome;
  /** Paths below the output directory. */
  readonly written: readonly string[];
  /** What was changed, and how. */
  readonly changes: readonly Point[];
  /** Why it needs a person, and what to do. */
  readonly attention: readonly Point[];
  /** What behaves differently, is ignored, or cannot be told from here. */
  readonly notes: readonly Point[];
}

export interface MigrationReport {
  /** Undefined when only the report was asked for. */
  readonly out: string | undefined;
  /** Points that need attention, of all files. */
  readonly attention: number;
  readonly files: readonly MigratedFile[];
  /** What was made of no single file. */
  readonly made: readonly { readonly file: string; readonly text: string }[];
  /** What is left to do, in its order. */
  readonly next: readonly string[];
}

/** A file to be written; `path` below the output directory, with slashes. */
export interface PlannedFile {
  readonly path: string;
  readonly content: string | GuardedString | Buffer;
  /** The file it comes from, for messages. */
  readonly source: string;
}

/** Of one source: its line in the report, and what is to be written. */
export interface Migrated {
  readonly report: MigratedFile;
  readonly files: readonly PlannedFile[];
}
