import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Transaction } from '../../store/database/database.js';
import { ResourceError } from '../../crest/resource-error.js';
import type { Log } from '../../log.js';
import type { DeletionGate } from '../actions/deletion-gate.js';
import { SituationException, failureOf, performAction, type ActionParts, type ActionResult, type LinkChange, type Subject } from '../actions/perform-action.js';
import { ThresholdReached } from '../actions/thresholds.js';
import { objectOf } from '../decisions/choose-actions.js';
import type { DecisionTables } from '../decisions/decision-tables.js';
import { messageOf } from '../message-of.js';
import { mayHaveBeenApplied } from '../../systems/translate-error.js';
import type { RunEngine } from '../run-engine.js';
import type { Progress } from '../progress.js';
import type { Action, Situation } from '../../mappings/situations.js';
import { Workers } from '../workers.js';
import { isUnreachable } from './patience.js';
import { ResultWriter } from './result-writer.js';
import { RunTaken } from './run-hold.js';

/** Links as a run changes them: in the transaction that says its object is done. */
export interface LinkWriter {
  /** Answers the links that could not be made, because one of the two has another. */
  apply(tx: Transaction, changes: readonly LinkChange[]): Promise<ReadonlySet<LinkChange>>;
  /** Links, and marks as done, what lacks nothing else; answers how many. */
  linkFound(tx: Transaction, tables: DecisionTables): Promise<number>;
}

export interface ActParts {
  readonly reconId: string;
  readonly database: Database;
  readonly tables: DecisionTables;
  /** Whether the source's set is as it was read; otherwise objects are asked for by their ids. */
  readonly hasSources: boolean;
  readonly action: Omit<ActionParts, 'isRepeated'>;
  readonly links: LinkWriter;
  readonly gate: DeletionGate;
  /** Throws when nothing more may be done; asked before each page. */
  readonly mayGoOn?: (() => Promise<void>) | undefined;
  readonly threads: number;
  readonly progress: Progress;
  readonly log: Log;
  /** See CarriedRun. */
  readonly underWay: AbortSignal;
  readonly patiently: <T>(work: () => Promise<T>) => Promise<T>;
  /** See PatienceSettings. */
  readonly settles: number | undefined;
}

/** Objects taken on at a time; so many are looked at again after a crash. */
const PAGE = 500;

interface Row {
  readonly seq: number; readonly side: 'source' | 'target'; readonly qualifier: string; readonly source_seq: number | null; readonly source_id: string | null;
  readonly target_id: string | null; readonly linked_id: string | null; readonly fingerprint: string | null; readonly ambiguous: readonly string[] | null;
  readonly situation: Situation; readonly action: Action; readonly afterwards: string | null; readonly phase: number; readonly content: string | null;
}

interface Done {
  readonly seq: number;
  readonly status: 'SUCCESS' | 'FAILURE';
  readonly result: ActionResult | undefined;
  readonly error: Error | undefined;
}

/**
 * Does what was decided and is not done: everything but deletions, or the deletions. Objects taken on are marked before anything
 * is sent, and marked done together with their links; whoever goes on after a crash looks at marked ones before doing them again.
 */
export async function act(parts: ActParts, which: 'deletions' | 'others', signal: AbortSignal): Promise<void> {
  const writer = new ResultWriter<Done>(parts.database, (tx, results) => store(parts, tx, results));
  const workers = new Workers(parts.threads);
  try {
    for (let after = 0; ;) {
      signal.throwIfAborted();
      await parts.mayGoOn?.();
      const page = await takeOn(parts, which, after);
      for (const row of page) await workers.add(() => perform(parts, row, writer, signal));
      if (page.length < PAGE) break;
      after = Number(page.at(-1)?.seq);
    }
    await workers.finish();
  } finally {
    await workers.settle();
  }
}

/** Links what was found and needs no change, all at once, where no script wants to hear of each. */
export async function linkFound({ database, tables, links, hasSources, action: { engine }, progress }: ActParts): Promise<void> {
  if (!hasSources || engine.hasHook('onLink') || engine.hasHook('postMapping')) return;
  const number = await database.transaction((tx) => links.linkFound(tx, tables));
  progress.source.processed += number;
  progress.status.SUCCESS += number;
  progress.changes.linked += number;
}

/** The next objects, as they were before they were marked. */
async function takeOn({ database, tables, hasSources }: ActParts, which: 'deletions' | 'others', after: number): Promise<readonly Row[]> {
  const content = hasSources ? { column: 's.content', join: `left join ${tables.source.rows} s on s.seq = o.source_seq` } : { column: 'null::text as content', join: '' };
  const page = await database.query<Row>(`
select o.seq, o.side, o.qualifier, o.source_seq, o.source_id, o.target_id, o.linked_id, o.fingerprint, o.ambiguous, o.situation, o.action, o.afterwards, o.phase, ${content.column}
from ${tables.objects} o ${content.join}
where o.phase < 2 and o.action is not null and o.action ${which === 'deletions' ? '=' : '<>'} 'DELETE' and o.seq > $1
order by o.seq limit ${PAGE}`, [after]);
  await database.query(`update ${tables.objects} set phase = 1 where phase = 0 and seq = any ($1::bigint[])`, [page.map(({ seq }) => seq)]);
  return page;
}

async function perform(parts: ActParts, row: Row, writer: ResultWriter<Done>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { progress, log, gate, action, underWay } = parts;
  let isRepeated = row.phase === 1;
  let result: ActionResult | undefined;
  let error: Error | undefined;
  let failed: unknown;
  try {
    const attempt = async (): Promise<ActionResult> => {
      const subject = await subjectOf(parts, row, underWay);
      if (row.action === 'DELETE') await gate.confirm(subject, underWay);
      return progress.durations.measure(DURATION_NAMES[row.action] ?? 'reconAction', () => performAction({ ...action, isRepeated }, subject, row.action, underWay));
    };
    result = await parts.patiently(async () => {
      try {
        return await attempt();
      } catch (caught) {
        failed = caught;
        const isUnclear = mayHaveBeenApplied(caught) && (row.action !== 'CREATE' || canBeFound(action.engine));
        isRepeated ||= isUnclear || isUnreachable(caught);
        if (!isUnclear || parts.settles === undefined) throw caught;
        await sleep(parts.settles, undefined, { signal });
        return attempt();
      }
    });
    if (row.afterwards !== null) await action.engine.afterwards(row.afterwards, { ...await subjectOf(parts, row, underWay), targetId: result.targetId, reconId: parts.reconId }, row.action, underWay);
  } catch (caught) {
    underWay.throwIfAborted();
    const failure = failureOf(isCut(caught, signal) ? failed : caught);
    ({ error } = failure);
    if (error instanceof ThresholdReached || error instanceof RunTaken) throw error;
    result ??= failure.result;
  }
  const status = error === undefined || error instanceof SituationException ? 'SUCCESS' : 'FAILURE';
  if (status === 'FAILURE') log.warn({ situation: row.situation, action: row.action, sourceId: row.source_id, targetId: row.target_id, reason: messageOf(error) }, 'an object failed');
  await writer.write({ seq: row.seq, status, result, error });
  progress.done(row.side, status, result);
}

/** Cancelled while it waited to be done again: how it failed before is told. */
function isCut(caught: unknown, { aborted, reason }: AbortSignal): boolean {
  return aborted && (caught === reason || (caught instanceof Error && caught.name === 'AbortError'));
}

/** Whether what was created can be told from what was not, by looking at the target. */
function canBeFound({ mapping: { correlation, correlationQueries, correlationScript } }: RunEngine): boolean {
  return correlation.length > 0 || correlationQueries.size > 0 || correlationScript !== undefined;
}

const DURATION_NAMES: Readonly<Partial<Record<Action, string>>> = { CREATE: 'createTargetObject', UPDATE: 'updateTargetObject', DELETE: 'deleteTargetObject' };

async function subjectOf({ hasSources, action }: ActParts, row: Row, signal: AbortSignal): Promise<Subject> {
  const lostId = hasSources || row.source_seq === null ? null : row.source_id;
  return {
    situation: row.situation, side: row.side, qualifier: row.qualifier, sourceId: row.source_id ?? undefined, targetId: row.target_id ?? undefined,
    source: lostId === null ? objectOf(row.content) : await action.source.read(lostId, signal),
    linkedId: row.linked_id ?? undefined, fingerprint: row.fingerprint ?? undefined, ambiguous: row.ambiguous ?? [],
  };
}

async function store({ tables, links }: ActParts, tx: Transaction, done: readonly Done[]): Promise<void> {
  const refused = await links.apply(tx, done.flatMap(({ result }) => result?.links ?? []));
  const results = done.map((one) => withoutLink(one, refused));
  const column = <T>(of: (done: Done) => T): T[] => results.map(of);
  await tx.query(`
update ${tables.objects} o set phase = 2, status = v.status, outcome = v.outcome, target_id = coalesce(v.target_id, o.target_id), message = v.message, failure = v.failure
from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as v (seq, status, outcome, target_id, message, failure)
where o.seq = v.seq`, [
    column(({ seq }) => seq), column(({ status }) => status), column(({ result }) => result?.outcome ?? 'none'), column(({ result }) => result?.targetId ?? null),
    column(({ error }) => (error === undefined ? null : messageOf(error))), column(({ status, error }) => (status === 'FAILURE' && error !== undefined ? error.name : null)),
  ]);
}

/** What was done to the target stays done; that it could not be linked is the object's failure. */
function withoutLink(done: Done, refused: ReadonlySet<LinkChange>): Done {
  const change = done.result?.links.find((link) => refused.has(link));
  if (change === undefined) return done;
  return { ...done, status: 'FAILURE', error: new ResourceError(409, `${change.sourceId} and ${change.targetId} were not linked: one of them has another link`) };
}
