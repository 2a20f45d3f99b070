import { readFile } from 'node:fs/promises';
import type { Json, RestAnswer } from '../../support/rest-client.js';
import { until } from '../../support/until.js';
import { DirectoryTruth, type WriteKind } from './directory-truth.js';
import { CROWD, type FaultWorld } from './fault-world.js';

export const OPERATIONS = ['search', 'sync', 'create', 'update', 'delete'] as const;
export type OperationName = (typeof OPERATIONS)[number];

/**
 * What the caller of the REST API saw: it is done; it failed and says that nothing was changed, or it is a read; it may or
 * may not have been done (a connection that ended without an answer, an answer that says so).
 */
export type Seen = 'done' | 'failed' | 'unknown';

export interface Attempt {
  readonly seen: Seen;
  /** Status and message, or why there is no answer. */
  readonly answer: string;
}

export interface Verdict {
  /** Told as done, and not there; or left out of a read told as complete. */
  readonly lost: number;
  /** Done, or given, more than once. */
  readonly twice: number;
  /** Told as not done, and done all the same. */
  readonly untrue: number;
}

/** An operation of one round: everything it needs is there when `run` is called, and `verify` asks the target itself. */
export interface RoundOperation {
  run(): Promise<Attempt>;
  /** Called once everything works again; for a write once more at the end of all rounds: what comes late counts, too. */
  verify(attempt: Attempt): Promise<Verdict>;
}

/** A caller who waits longer than that for an answer has none: on a busy machine no less true. */
const ANSWER_LIMIT_MS = 120_000;
/** For a run of liveSync to succeed again once everything is well. */
const SYNC_LIMIT_MS = 90_000;
const FINE: Verdict = { lost: 0, twice: 0, untrue: 0 };
const ACCOUNT = '/openidm/system/ldap/account';

export async function prepareOperation(name: OperationName, world: FaultWorld, uid: string): Promise<RoundOperation> {
  switch (name) {
    case 'search': return searchOf(world);
    case 'sync': return await syncOf(world, uid);
    case 'create': return createOf(world, uid);
    case 'update': return await updateOf(world, uid);
    case 'delete': return await deleteOf(world, uid);
  }
}

async function attempt(call: Promise<RestAnswer>, isDone: (answer: RestAnswer) => boolean, isRead: boolean): Promise<Attempt> {
  try {
    const answer = await call;
    const text = `${answer.status} ${JSON.stringify(answer.body).slice(0, 600)}`;
    if (isDone(answer)) return { seen: 'done', answer: `${answer.status}` };
    return { seen: !isRead && /outcome is unknown|outcome unknown|may have been/i.test(text) ? 'unknown' : 'failed', answer: text };
  } catch (error) {
    // A read that breaks off has failed; a write whose answer never came may have been done.
    return { seen: isRead ? 'failed' : 'unknown', answer: error instanceof Error ? error.message : String(error) };
  }
}

const succeeded = ({ status }: RestAnswer): boolean => status >= 200 && status < 300;

function searchOf({ controller: { rest } }: FaultWorld): RoundOperation {
  let given: string[] = [];
  let count: unknown;
  return {
    run: () => attempt(rest.send('/openidm/system/crowd/account?_queryFilter=true&_fields=uid', { timeout: ANSWER_LIMIT_MS }), (answer) => {
      const { result, error } = answer.body;
      if (!succeeded(answer) || error !== undefined || !Array.isArray(result)) return false;
      given = (result as Json[]).map((object) => String(object['uid']));
      count = answer.body['resultCount'];
      return true;
    }, true),
    async verify({ seen }) {
      if (seen !== 'done') return FINE;
      const different = new Set(given);
      return { lost: Math.abs(CROWD.size - different.size), twice: given.length - different.size, untrue: count === given.length ? 0 : 1 };
    },
  };
}

/** Changes made to the directory from outside reach the other system, each once, though the run that should have carried them failed. */
async function syncOf({ controller: { rest }, truth, copyFile }: FaultWorld, uid: string): Promise<RoundOperation> {
  const uids = ['a', 'b', 'c'].map((end) => `${uid}${end}`);
  const run = async (): Promise<RestAnswer> => rest.send('/openidm/system?_action=liveSync&source=system/changes/account', { method: 'POST', timeout: ANSWER_LIMIT_MS });
  await run();
  for (const each of uids) await truth.add(each);
  const isDone = (answer: RestAnswer): boolean => succeeded(answer) && answer.body['lastException'] === undefined;
  const rowsOf = async (): Promise<number[]> => {
    const rows = (await readFile(copyFile, 'utf8')).split('\n').map((line) => line.split(',')[0]?.replaceAll('"', ''));
    return uids.map((each) => rows.filter((row) => row === each).length);
  };
  return {
    run: () => attempt(run(), isDone, true),
    async verify() {
      await until(async () => isDone(await run()), 'liveSync to succeed again', SYNC_LIMIT_MS, 200);
      const rows = await rowsOf();
      return { ...FINE, lost: rows.filter((count) => count === 0).length, twice: rows.filter((count) => count > 1).length };
    },
  };
}

/** Judges a write by what the directory's log says was done. */
async function judge(truth: DirectoryTruth, uid: string, kind: WriteKind, { seen }: Attempt): Promise<Verdict> {
  const done = await truth.writes(uid, kind);
  return { lost: seen === 'done' && done === 0 ? 1 : 0, twice: Math.max(0, done - 1), untrue: seen === 'failed' && done > 0 ? 1 : 0 };
}

function createOf({ controller: { rest }, truth }: FaultWorld, uid: string): RoundOperation {
  const body = { dn: DirectoryTruth.dn(uid), uid, cn: uid, sn: uid };
  return {
    run: () => attempt(rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', body, timeout: ANSWER_LIMIT_MS }), succeeded, false),
    verify: (seen) => judge(truth, uid, 'add', seen),
  };
}

async function idOf({ controller: { rest }, truth }: FaultWorld, uid: string): Promise<string> {
  await truth.add(uid);
  const { result } = await rest.ok(`${ACCOUNT}?_queryFilter=${encodeURIComponent(`uid eq "${uid}"`)}`) as { result: Json[] };
  return String(result[0]?.['_id']);
}

async function updateOf(world: FaultWorld, uid: string): Promise<RoundOperation> {
  const id = await idOf(world, uid);
  const { controller: { rest }, truth } = world;
  const body = [{ operation: 'replace', field: '/title', value: uid }];
  return {
    run: () => attempt(rest.send(`${ACCOUNT}/${id}`, { method: 'PATCH', body, timeout: ANSWER_LIMIT_MS }), succeeded, false),
    async verify(seen) {
      const verdict = await judge(truth, uid, 'modify', seen);
      return seen.seen === 'done' && await truth.value(uid, 'title') !== uid ? { ...verdict, lost: 1 } : verdict;
    },
  };
}

async function deleteOf(world: FaultWorld, uid: string): Promise<RoundOperation> {
  const id = await idOf(world, uid);
  const { controller: { rest }, truth } = world;
  return {
    run: () => attempt(rest.send(`${ACCOUNT}/${id}`, { method: 'DELETE', timeout: ANSWER_LIMIT_MS }), succeeded, false),
    async verify(seen) {
      const verdict = await judge(truth, uid, 'delete', seen);
      return seen.seen === 'done' && await truth.exists(uid) ? { ...verdict, lost: 1 } : verdict;
    },
  };
}
