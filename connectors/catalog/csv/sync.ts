import { ACCOUNT, ALL, ConnectorError, Uid, type SyncDelta, type SyncToken } from '../../../protocol/model/index.js';
import type { Call, Changes, SyncRequest } from '../../framework/spi.js';
import type { DataFile } from './storage/data-file.js';
import { ObjectMapper } from './mapping.js';
import { dataFile, requireAccount, type CsvSession } from './session.js';
import { copies, copyPath, dropSnapshot, exists, isUnchanged, keepCopy, noteUnchanged, prune, takeSnapshot, tokenOf } from './history/copies.js';
import { placeToken, readPlace } from './history/sync-place.js';
import { differences, type Difference } from './history/differences.js';
import { Table } from './format/table.js';

/** What one run is about. */
interface Run {
  readonly file: DataFile;
  readonly session: CsvSession;
  readonly request: SyncRequest;
  readonly call: Call;
}

/**
 * Changes between the historical copy a token stands for and the file as it is. Both sides are frozen, the file by a
 * snapshot that becomes the next copy before the first change is given, so writes during the run belong to the next one.
 * Each change carries its place in the run (`SyncPlace`): a run that is broken off goes on behind the last change whose token
 * was stored, also at a restarted agent, where Java gives all of them again. Without changes the token stays. Without a token
 * the present file is the base and there are no changes. Where Java starts over in silence because the copy is gone, losing
 * what happened in between, this fails.
 */
export async function* sync(session: CsvSession, request: SyncRequest, call: Call): Changes {
  requireAccount(request.objectClass, ALL);
  const run: Run = { file: await dataFile(session), session, request, call };
  if (request.token === null) return tokenOf(await takeBase(run.file, session, call));
  const place = readPlace(request.token);
  await requireCopy(run, place.base);
  return tokenOf(place.target === undefined ? yield* changesSince(run, place.base) : yield* goOn(run, place.base, place.target, place.done));
}

async function requireCopy({ file, session }: Run, token: number): Promise<void> {
  if (await exists(copyPath(file, token))) return;
  throw new ConnectorError('connector', `The copy ${copyPath(file, token)} that the sync token stands for is gone, so what changed since cannot be told (${session.config.syncFileRetentionCount} copies are kept: syncFileRetentionCount). Run a reconciliation, then reset the sync token.`);
}

async function* changesSince(run: Run, base: number): AsyncGenerator<SyncDelta, number, void> {
  const { file, call, session: { config } } = run;
  if (await isUnchanged(file, base)) return base;
  const snapshot = await takeSnapshot(file, call.signal);
  const keepTarget = async (): Promise<number> => {
    const target = await keepCopy(file, snapshot);
    await prune(file, config.syncFileRetentionCount, [base, target]);
    return target;
  };
  try {
    const target = yield* deltas(run, base, snapshot.path, keepTarget, 0);
    if (target === undefined) {
      noteUnchanged(file, base, snapshot);
      return base;
    }
    await prune(file, config.syncFileRetentionCount, [target]);
    return target;
  } finally {
    await dropSnapshot(snapshot);
  }
}

/** The rest of a run that was broken off, between the same two copies. */
async function* goOn(run: Run, base: number, target: number, done: number): AsyncGenerator<SyncDelta, number, void> {
  await requireCopy(run, target);
  yield* deltas(run, base, copyPath(run.file, target), () => Promise.resolve(target), done);
  await prune(run.file, run.session.config.syncFileRetentionCount, [target]);
  return target;
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
    const token = await keepCopy(file, snapshot);
    await prune(file, session.config.syncFileRetentionCount, [token]);
    return token;
  } finally {
    await dropSnapshot(snapshot);
  }
}

/** Changes from the copy `base` to the state at `path`, without the first `done`. Answers the copy of that state; undefined: no change. */
async function* deltas({ file, session, request, call }: Run, base: number, path: string, target: () => Promise<number>, done: number): AsyncGenerator<SyncDelta, number | undefined, void> {
  const old = await Table.open(copyPath(file, base), session.layout);
  try {
    const now = await Table.open(path, session.layout, undefined, file.path);
    try {
      const mapper = new ObjectMapper(now.columns, request.options.attributesToGet);
      let reached: number | undefined;
      let given = 0;
      for await (const difference of differences(old, now, call)) {
        reached ??= await target();
        if (++given > done) yield deltaOf(difference, placeToken(base, reached, given), mapper);
      }
      return reached;
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
