import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { isObject } from '../crest/json.js';
import type { Log } from '../log.js';
import type { Database } from '../store/database/database.js';
import { DatabaseRefused } from '../store/database/database-errors.js';
import { readJsonFile, writeJsonFile } from '../store/json-file.js';
import type { RegisterEvent } from './register-events.js';
import { RegisterFile } from './register-file.js';
import type { CertificateRecord, RegisterState } from './register-state.js';
import { RegisterTable } from './register-table.js';

const markerOf = (dataFolder: string): string => join(resolve(dataFolder), 'enrolment', 'register-in-database.json');

/**
 * Takes the register of a data folder over into the database that controllers share: once, all of it or nothing. Throws a
 * DatabaseRefused, with nothing changed, when the file is damaged: it says which certificates are revoked.
 */
export async function importRegister(database: Database, dataFolder: string, log: Log): Promise<void> {
  const marker = await readMarker(dataFolder);
  if (marker?.done === true) return;
  const file = await look(dataFolder);
  if (file.state.size === 0) return;
  const id = marker?.id ?? `register ${randomUUID()}`;
  // The id goes to the disk first: after a crash behind the COMMIT the database knows that it has it.
  await writeJsonFile(markerOf(dataFolder), { id, done: false });
  const now = Date.now();
  const taken = await new RegisterTable(database).change(async (state, tx) => {
    const first = await tx.query('INSERT INTO imported_folder VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1 AS first', [id, new Date(now).toISOString()]);
    if (first.length === 0) return { events: [], result: undefined };
    return { events: [...merged(file.state, state, now)], result: file.state.certificates.size };
  });
  await writeJsonFile(markerOf(dataFolder), { id, done: true });
  if (taken !== undefined) log.info({ certificates: taken }, 'the register of certificates is in the database now; the file is not used any more');
}

/** Throws an Error that says what to do when the register of the folder has gone into a database: what was revoked since is not in the file. */
export async function requireOwnRegister(dataFolder: string): Promise<void> {
  if ((await readMarker(dataFolder))?.done !== true) return;
  throw new Error(`The register of certificates went from ${resolve(dataFolder)} into a database, which knows what was revoked since. Set store.url again; or, if every agent may count as the file says, remove ${markerOf(dataFolder)}.`);
}

/** What the file says, where the database knows the certificate already: whichever of the two is stricter. */
function* merged(file: RegisterState, database: RegisterState, now: number): Generator<RegisterEvent> {
  for (const event of file.events(now)) {
    const known = event.kind === 'kept-certificate' ? database.certificates.get(event.fingerprint) : undefined;
    const token = event.kind === 'kept-token' ? database.tokens.get(event.id) : undefined;
    if (event.kind === 'kept-certificate' && known !== undefined) yield { ...event, ...earliest(event, known) };
    else if (event.kind === 'kept-token' && token !== undefined) yield { ...event, usedFor: event.usedFor ?? token.usedFor, isVoid: event.isVoid || token.isVoid };
    else yield event;
  }
}

type Limits = Pick<CertificateRecord, 'revokedAt' | 'supersededFrom'>;

function earliest(one: Limits, other: Limits): Limits {
  const least = (name: keyof Limits): Limits => {
    const found = [one[name], other[name]].filter((each) => each !== undefined);
    return found.length === 0 ? {} : { [name]: Math.min(...found) };
  };
  return { ...least('revokedAt'), ...least('supersededFrom') };
}

async function look(dataFolder: string): Promise<RegisterFile> {
  try {
    return await RegisterFile.look(dataFolder);
  } catch (error) {
    throw new DatabaseRefused(`the register of certificates in ${resolve(dataFolder)} is damaged, so nothing of it was taken over: ${error instanceof Error ? error.message : 'unknown reason'}`, { cause: error });
  }
}

async function readMarker(dataFolder: string): Promise<{ readonly id: string; readonly done: boolean } | undefined> {
  const found = await readJsonFile(markerOf(dataFolder));
  if (found === undefined) return undefined;
  const { id, done } = isObject(found) ? found : {};
  if (typeof id !== 'string' || typeof done !== 'boolean') throw new DatabaseRefused(`${markerOf(dataFolder)} is damaged. Restore it: it says whether the register of certificates was taken over`);
  return { id, done };
}
