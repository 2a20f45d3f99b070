import { randomUUID } from 'node:crypto';
import { isDiskFull } from '../audit/disk-reserve.js';
import { DurableDirectory } from '../enrolment/durable-directory.js';
import { ConfigError } from '../config/config-problems.js';

const FILE = 'host-id';
const MADE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * What this machine is called where its configuration gives it no `agent.hostId`: a random id, made once and kept in the state
 * directory. It goes with that directory: to a new machine, but also to a copy. A file that holds something else is replaced.
 */
export async function keptHostId(stateDirectory: string): Promise<string> {
  const directory = new DurableDirectory(stateDirectory);
  try {
    const kept = (await directory.read(FILE))?.trim();
    if (kept !== undefined && MADE.test(kept)) return kept;
    const made = randomUUID();
    await directory.write(FILE, `${made}\n`, `${FILE}-${process.pid}.tmp`).catch((error: unknown) => {
      if (!isDiskFull(error)) throw error;              // the next start makes another one; reads must go on meanwhile
    });
    return made;
  } catch (error) {
    throw new ConfigError([`agent.stateDirectory: ${stateDirectory}/${FILE} cannot be read or written (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`]);
  }
}
