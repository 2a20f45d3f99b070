import { ACCOUNT, ConnectorError } from '../../../protocol/model/index.js';
import type { ConnectorLog, OpenContext } from '../../framework/spi.js';
import type { CsvConfig } from './config.js';
import { beforeWriting } from './errors.js';
import { DataFile } from './storage/data-file.js';
import { layoutOf, type Layout } from './format/dialect.js';

/** One configuration at work. Holds no handle: files are opened by each operation and closed at its end. */
export interface CsvSession {
  readonly config: CsvConfig;
  readonly layout: Layout;
  readonly log: ConnectorLog;
  stateDirectory(): Promise<string>;
}

/** No I/O: a missing file is for `test` and the operations to report. */
export async function open(config: CsvConfig, { log, stateDirectory }: OpenContext): Promise<CsvSession> {
  return { config, layout: layoutOf(config), log, stateDirectory };
}

export async function close(): Promise<void> {}

/** The file as it is now; symbolic links are followed anew for every operation. */
export function dataFile(session: CsvSession): Promise<DataFile> {
  return DataFile.at(session.config.csvFile);
}

/** The same for an operation that changes it: when it cannot be had, nothing was changed. */
export function fileToChange(session: CsvSession): Promise<DataFile> {
  return beforeWriting(dataFile(session));
}

/** The Java connector knows accounts only, and says so in these words. */
export function requireAccount(objectClass: string, ...others: readonly string[]): void {
  if (objectClass.toUpperCase() === ACCOUNT || others.includes(objectClass)) return;
  throw new ConnectorError('illegalArgument', `Operation requires ObjectClass ${ACCOUNT}, received ${objectClass}.`);
}
