import { open, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConnectorError } from '../../../protocol/model/index.js';
import { hasCode } from './errors.js';
import { dataFile, type CsvSession } from './session.js';
import { temporaryPath } from './storage/write-file.js';

function refuse(message: string): never {
  throw new ConnectorError('configuration', message);
}

/** Opens for real: permission bits do not tell of read-only file systems and access control lists. */
async function tryOpen(path: string, flags: string, advice: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, flags, 0o600);
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EPERM', 'EROFS')) refuse(advice);
    throw error;
  } finally {
    await handle?.close();
  }
}

/**
 * Checks all the configuration refers to: the file exists, is a regular file, can be read and written, its directory can
 * be written (rewrites, the lock and the historical copies need that), and its header has the columns. The rows are not
 * read: that is the administrator's duty.
 */
export async function test(session: CsvSession): Promise<void> {
  const { csvFile } = session.config;
  const stats = await stat(csvFile).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) refuse(`The file ${csvFile} does not exist. Put a file with a header row there, or correct csvFile.`);
    throw error;
  });
  if (!stats.isFile()) refuse(`csvFile ${csvFile} is ${stats.isDirectory() ? 'a directory' : 'no regular file'}. Let it name a file.`);
  await tryOpen(csvFile, 'r', `The file ${csvFile} cannot be read by the agent's user. Grant it read access.`);
  await tryOpen(csvFile, 'r+', `The file ${csvFile} cannot be written by the agent's user. Grant it write access.`);
  const file = await dataFile(session);
  const probe = temporaryPath(file.path, 'test');
  await tryOpen(probe, 'wx', `The directory ${dirname(file.path)} cannot be written by the agent's user, which updates and synchronization need. Grant it write access.`);
  await unlink(probe);
  const table = await file.open(session.layout);
  await table.close();
}
