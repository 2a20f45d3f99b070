import { ACCOUNT, ALL, ConnectorError, Uid, type SyncDelta, type SyncToken } from '../../../protocol/model/index.js';
import type { Call, Changes, SyncRequest } from '../../framework/spi.js';
import type { DataFile } from './storage/data-file.js';
import { ObjectMapper } from './mapping.js';
import { dataFile, requireAccount, type CsvSession } from './session.js';
import { copies, copyPath, dropSnapshot, exists, isUnchanged, keepCopy, noteUnchanged, prune, readToken, takeSnapshot, tokenOf, type Snapshot } from './history/copies.js';
import { differences, type Difference } from './history/differences.js';
import { Table } from './format/table.js';

/**
 * Changes between the historical copy a token stands for and the file as it is. Both sides are frozen, the file by a
 * snapshot that becomes the next copy, so writes during the run belong to the next one. Deltas carry the old token, as
 * with Java: a run that is broken off is repeated. Without changes the token stays. Without a token the present file is
 * the base and there are no changes. Where Java starts over in silence because the copy is gone, losing what happened in
 * between, this fails.
 */
export async function* sync(session: CsvSession, request: SyncRequest, call: Call): Changes {
  requireAccount(request.objectClass, ALL);
  const file = await dataFile(session);
  if (request.token === null) return tokenOf(await takeBase(file, session, call));
  const token = readToken(request.token);
  if (!await exists(copyPath(file, token))) {
    throw new ConnectorError('connector', `The copy ${copyPath(file, token)} that the sync token stands for is gone, so what changed since cannot be told (${session.config.syncFileRetentionCount} copies are kept: syncFileRetentionCount). Run a reconciliation, then reset the sync token.`);
  }
  if (await isUnchanged(file, token)) return tokenOf(token);
  const snapshot = await takeSnapshot(file, call.signal);
  try {
    const any = yield* deltas(file, session, request, tokenOf(token), snapshot, call);
    if (!any) noteUnchanged(file, token, snapshot);
    return tokenOf(any ? await keep(file, session, snapshot) : token);
  } finally {
    await dropSnapshot(snapshot);
  }
}

/** The newest copy's token, as with Java; the first time, the present file becomes the first copy. */
export async function latestSyncToken(session: CsvSession, objectClass: string, call: Call): Promise<SyncToken> {
  requireAccount(objectClass, ALL);
  const file = await dataFile(session);
  const newest = (await copies(file)).at(-1);
  return tokenOf(newest ?? await takeBase(file, session, call));
}

async function takeBase(file: DataFile, session: CsvSession, call: Call): Promise<number> {
  const table = await file.open(session.layout);
  await table.close();
  const snapshot = await takeSnapshot(file, call.signal);
  try {
    return await keep(file, session, snapshot);
  } finally {
    await dropSnapshot(snapshot);
  }
}

async function keep(file: DataFile, session: CsvSession, snapshot: Snapshot): Promise<number> {
  const token = await keepCopy(file, snapshot);
  await prune(file, session.config.syncFileRetentionCount, token);
  return token;
}

/** Answers whether there were any. */
async function* deltas(file: DataFile, session: CsvSession, request: SyncRequest, token: SyncToken, snapshot: Snapshot, call: Call): AsyncGenerator<SyncDelta, boolean, void> {
  const old = await Table.open(copyPath(file, readToken(token)), session.layout);
  try {
    const now = await Table.open(snapshot.path, session.layout, undefined, file.path);
    try {
      const mapper = new ObjectMapper(now.columns, request.options.attributesToGet);
      let any = false;
      for await (const difference of differences(old, now, call.signal)) {
        any = true;
        yield deltaOf(difference, token, mapper);
      }
      return any;
    } finally {
      await now.close();
    }
  } finally {
    await old.close();
  }
}

function deltaOf(difference: Difference, token: SyncToken, mapper: ObjectMapper): SyncDelta {
  const common = { token, uid: new Uid(difference.uid), objectClass: ACCOUNT };
  if (difference.kind === 'deleted') return { ...common, kind: 'DELETE' };
  return { ...common, kind: difference.kind === 'created' ? 'CREATE' : 'UPDATE', object: mapper.object(difference.row) };
}
