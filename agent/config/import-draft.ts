import { GuardedString } from '../../protocol/model/index.js';

/** A mapping of settings being put together. */
export type Settings = Record<string, unknown>;

/** What became of one property of the Java file. */
export interface ImportNote {
  readonly property: string;
  /** `mapped`: it is in the configuration; `dropped`: it has no effect here; `refused`: somebody has to act. */
  readonly outcome: 'mapped' | 'dropped' | 'refused';
  /** Where it went, why it has no effect, or what to do instead. */
  readonly text: string;
}

/** What rules write into; assembled by import-properties.ts. */
export class ImportDraft {
  readonly agent: Settings = {};
  readonly controller: Settings = {};
  readonly listener: Settings = {};
  readonly session: Settings = {};
  readonly proxy: Settings = {};
  readonly tls: Settings = {};
  readonly basic: Settings = {};
  readonly oauth: Settings = {};
  /** File name → secret. */
  readonly secrets = new Map<string, GuardedString>();
  readonly notes: ImportNote[] = [];
  urls: readonly string[] = [];

  /** Puts a secret aside; the configuration refers to it by file. */
  secret(fileName: string, value: string): { readonly file: string } {
    this.secrets.set(fileName, new GuardedString(value));
    return { file: `secrets/${fileName}` };
  }
}
