import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Of what is kept in state directories. Raised when a version writes what the one before it would misread. */
export const STATE_FORMAT = 1;
const FILE = 'format.json';

/** The state cannot be used by this version; the message says what to do. */
export class StateFormatError extends Error {
  override readonly name = 'StateFormatError';
}

export interface Kept { readonly format: number; readonly writtenBy: string }

export interface StateClaim {
  /** Names the directory in messages. */
  readonly setting: string;
  /** Of this program. */
  readonly version: string;
  /** @default STATE_FORMAT */
  readonly format?: number;
}

/** What is kept about the format; throws a {@link StateFormatError} for one that this version does not know. Writes nothing. */
export async function requireKnownFormat(directory: string, { setting, version, format = STATE_FORMAT }: StateClaim): Promise<Kept | undefined> {
  const kept = await readKept(join(directory, FILE), setting);
  if (kept !== undefined && kept.format > format) {
    throw new StateFormatError(`${setting}: ${directory} holds state of format ${kept.format}, written by Causeway ${kept.writtenBy}; this is Causeway ${version}, which knows formats up to ${format}. Nothing was changed. Install ${kept.writtenBy} or later again, or put back the copy of the directory made before the upgrade.`);
  }
  return kept;
}

/**
 * Refuses a state directory that a later version has changed beyond what this one understands, so that going back to an
 * earlier version never misreads it; otherwise notes this version in it. `setting` names the directory in messages.
 */
export async function claimStateFormat(directory: string, claim: StateClaim): Promise<void> {
  const { version, format = STATE_FORMAT } = claim;
  const file = join(directory, FILE);
  const kept = await requireKnownFormat(directory, claim);
  if (kept?.format === format && kept.writtenBy === version) return;
  try {
    await writeFile(`${file}.new`, `${JSON.stringify({ format, writtenBy: version })}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
  } catch (error) {
    // Both ends start on a full disk; it is noted at the next start.
    if (!['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Undefined before the first start of a version that writes the file. */
async function readKept(file: string, setting: string): Promise<Kept | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { format, writtenBy } = JSON.parse(text) as { format?: unknown; writtenBy?: unknown };
    if (typeof format === 'number' && typeof writtenBy === 'string') return { format, writtenBy };
  } catch {
    // Said below.
  }
  throw new StateFormatError(`${setting}: ${file} does not say which format the state has. It is written whole or not at all, so something else has changed it: put it back from a backup, or remove it when the state is surely of this version.`);
}
