import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, type JsonObject } from '../crest/json.js';
import { isMissing, readJsonFile, writeJsonFile } from '../store/json-file.js';

/** How often one delta has failed; survives a restart. */
export interface RetryCount {
  readonly token: string;
  readonly count: number;
}

/** Where liveSync of one object type stands. */
export interface SyncStage {
  readonly revision: number;
  /** As {@link tokenJson} makes it. */
  readonly connectorData?: JsonObject | undefined;
  readonly lastException?: JsonObject | undefined;
  readonly retries?: RetryCount | undefined;
}

/** One file per object type. A stage that cannot be read is an error, never "first run": that would skip changes. */
export class SyncStageStore {
  readonly #folder: string;

  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'livesync');
  }

  async read(source: string): Promise<SyncStage | undefined> {
    const found = await readJsonFile(this.#path(source));
    if (found === undefined) return undefined;
    if (!isObject(found) || typeof found['revision'] !== 'number') throw new Error(`${this.#path(source)} is no liveSync state; delete it to start from the current token`);
    return found as unknown as SyncStage;
  }

  async write(source: string, stage: SyncStage): Promise<void> {
    await writeJsonFile(this.#path(source), storedForm(stage));
  }

  /** The object sets that have a state. */
  async sources(): Promise<string[]> {
    try {
      return (await readdir(this.#folder)).flatMap((file) => (file.endsWith('.json') ? [decodeURIComponent(file.slice(0, -'.json'.length))] : []));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async delete(source: string): Promise<void> {
    await rm(this.#path(source), { force: true });
  }

  #path(source: string): string {
    return join(this.#folder, `${encodeURIComponent(source)}.json`);
  }
}

const storedForm = ({ revision, connectorData, lastException, retries }: SyncStage): JsonObject => ({
  revision,
  ...(connectorData === undefined ? {} : { connectorData }),
  ...(lastException === undefined ? {} : { lastException }),
  ...(retries === undefined ? {} : { retries: { ...retries } }),
});

/** The id of a stage in the API: `system/ldap/account` → `SYSTEMLDAPACCOUNT`; `__ACCOUNT__` becomes `+ACCOUNT+`. */
export function stageId(source: string): string {
  return source.replaceAll('/', '').replaceAll('__', '+').toUpperCase();
}

/** The stage as the API shows it. The failed delta is shown only to those who ask for detail. */
export function stageJson(source: string, stage: SyncStage, detailed: boolean): JsonObject {
  const { syncDelta, ...throwable } = stage.lastException ?? {};
  return {
    _id: stageId(source), _rev: String(stage.revision),
    ...(stage.connectorData === undefined ? {} : { connectorData: stage.connectorData }),
    ...(stage.lastException === undefined ? {} : { lastException: { ...throwable, ...(detailed && syncDelta !== undefined ? { syncDelta } : {}) } }),
  };
}
