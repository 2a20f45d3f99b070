import type { JsonObject } from '../../crest/json.js';
import { parseJson, writeJson, isObject } from '../../crest/json.js';
import { ResourceError } from '../../crest/resource-error.js';
import type { Database } from '../../store/database/database.js';
import { isUniqueViolation } from '../../store/database/database-errors.js';
import type { RunState } from '../progress.js';
import { RunTaken, type HeldRun } from './run-hold.js';

/** Where a run goes on when its controller was stopped: reading and deciding begin anew, acting goes on with what is not done. */
export type RunPhase = 'waiting' | 'reading' | 'deciding' | 'approval' | 'acting' | 'done';

/** What was asked for besides the mapping. */
export interface RunRequest {
  /** Overrides of the mapping, as in the body of the request. */
  readonly body?: JsonObject | undefined;
  /** One source object only. */
  readonly onlyId?: string | undefined;
  readonly dryRun?: boolean | undefined;
  /** Only what changed since the last whole run is read. */
  readonly delta?: boolean | undefined;
}

/** What a run has found out and needs again when it goes on. */
export interface RunFacts {
  readonly sourceSet?: number | undefined;
  readonly targetSet?: number | undefined;
  readonly sources?: number | undefined;
  readonly targets?: number | undefined;
  /** Of the mapping and its systems, as they were when the sets were read. */
  readonly definition?: string | undefined;
}

export interface Approval {
  readonly decision: 'approved' | 'rejected';
  readonly by: string;
  readonly at: string;
}

export interface RunRecord {
  readonly number: number;
  readonly id: string;
  readonly mapping: string;
  readonly caller: string;
  readonly request: RunRequest;
  readonly phase: RunPhase;
  readonly facts: RunFacts;
  readonly state: RunState;
  readonly approval: Approval | undefined;
  /** Somebody asked for its end. */
  readonly isCancelled: boolean;
  readonly started: Date;
  /** How often it was taken on; only the last one who did may write about it. */
  readonly carrier: number;
}

interface Row {
  readonly run_no: number; readonly id: string; readonly mapping: string; readonly caller: string; readonly request: RunRequest; readonly phase: RunPhase;
  readonly facts: RunFacts; readonly state: RunState; readonly approval: Approval | null; readonly cancel_requested: boolean; readonly started: Date;
  readonly carrier: number;
}

const COLUMNS = 'run_no, id, mapping, caller, request, phase, facts, state, approval, cancel_requested, started, carrier';

const record = (row: Row): RunRecord => ({
  number: row.run_no, id: row.id, mapping: row.mapping, caller: row.caller, request: row.request, phase: row.phase, facts: row.facts,
  state: row.state, approval: row.approval ?? undefined, isCancelled: row.cancel_requested, started: row.started, carrier: row.carrier,
});

/** All runs, of whichever controller. */
export class RunStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Throws 409 when a run of the mapping has not ended. */
  async begin(run: Pick<RunRecord, 'id' | 'mapping' | 'caller' | 'request'>, summary: JsonObject): Promise<RunRecord> {
    try {
      const [row] = await this.#database.query<Row>(
        `insert into recon_run (id, mapping, caller, request, phase, state, summary, started) values ($1, $2, $3, $4::jsonb, 'waiting', 'ACTIVE', $5, $6::timestamptz) returning ${COLUMNS}`,
        [run.id, run.mapping, run.caller, writeJson(run.request as JsonObject), writeJson(summary), new Date().toISOString()]);
      if (row === undefined) throw new ResourceError(500, 'The database did not store the run');
      return record(row);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const open = (await this.open()).find(({ mapping }) => mapping === run.mapping);
      throw new ResourceError(409, open?.phase === 'approval'
        ? `Reconciliation ${open.id} of ${run.mapping} waits for approval: POST /recon/${open.id}?_action=approve or reject first`
        : `A reconciliation of ${run.mapping} is running already`, { cause: error });
    }
  }

  /** Runs that have not ended, oldest first. */
  async open(): Promise<readonly RunRecord[]> {
    return (await this.#database.query<Row>(`select ${COLUMNS} from recon_run where ended is null order by run_no`)).map(record);
  }

  async find(id: string): Promise<RunRecord | undefined> {
    const [row] = await this.#database.query<Row>(`select ${COLUMNS} from recon_run where id = $1`, [id]);
    return row === undefined ? undefined : record(row);
  }

  /**
   * Takes a run on: from now on nobody may write about it who did so before. To be called by who has the lease of its mapping. Undefined
   * when it has ended or waits for approval.
   */
  async take(id: string): Promise<RunRecord | undefined> {
    return this.#database.transaction(async (tx) => {
      // Waits for transactions that were begun by the carrier before.
      const found = await tx.query("select run_no from recon_run where id = $1 and ended is null and phase <> 'approval' for update", [id]);
      if (found.length === 0) return undefined;
      const [row] = await tx.query<Row>(`update recon_run set carrier = carrier + 1 where id = $1 returning ${COLUMNS}`, [id]);
      return row === undefined ? undefined : record(row);
    });
  }

  /** Throws a RunTaken when another one has taken the run on, as all that follow. */
  async requireHeld(run: HeldRun): Promise<void> {
    const held = await this.#database.query('select run_no from recon_run where run_no = $1 and carrier = $2', [run.number, run.carrier]);
    if (held.length === 0) throw new RunTaken(run);
  }

  async enter(run: HeldRun, phase: RunPhase, facts: RunFacts): Promise<void> {
    const entered = await this.#database.query('update recon_run set phase = $3, facts = $4::jsonb where run_no = $1 and carrier = $2 and ended is null returning run_no', [run.number, run.carrier, phase, JSON.stringify(facts)]);
    if (entered.length === 0) throw new RunTaken(run);
  }

  /** Stores how far a run is, unless it is said to wait and somebody has decided already; answers whether somebody wants it cancelled. */
  async note(run: HeldRun, summary: JsonObject, state: RunState): Promise<boolean> {
    const [row] = await this.#database.query<{ cancel_requested: boolean }>(
      "update recon_run set summary = $3, state = $4 where run_no = $1 and carrier = $2 and ended is null and ($4 <> 'AWAITING_APPROVAL' or phase = 'approval') returning cancel_requested", [run.number, run.carrier, writeJson(summary), state]);
    if (row === undefined && state !== 'AWAITING_APPROVAL') throw new RunTaken(run);
    return row?.cancel_requested ?? false;
  }

  async end(run: HeldRun, summary: JsonObject, state: RunState): Promise<void> {
    const ended = await this.#database.query(
      "update recon_run set summary = $3, state = $4, phase = 'done', ended = $5::timestamptz where run_no = $1 and carrier = $2 and ended is null returning run_no", [run.number, run.carrier, writeJson(summary), state, new Date().toISOString()]);
    if (ended.length === 0) throw new RunTaken(run);
  }

  /** Answers false when there is no such run, or it has ended. */
  async requestCancel(id: string): Promise<boolean> {
    return (await this.#database.query('update recon_run set cancel_requested = true where id = $1 and ended is null returning run_no', [id])).length > 0;
  }

  /** Takes a run out of its wait. Answers it as it is then; undefined when it does not wait. */
  async decide(id: string, approval: Approval): Promise<RunRecord | undefined> {
    const [row] = await this.#database.query<Row>(
      `update recon_run set approval = $2::jsonb, phase = 'acting', state = 'ACTIVE' where id = $1 and phase = 'approval' and ended is null returning ${COLUMNS}`, [id, JSON.stringify(approval)]);
    return row === undefined ? undefined : record(row);
  }

  /** The last runs, oldest first. */
  async summaries(limit: number): Promise<JsonObject[]> {
    const rows = await this.#database.query<{ summary: string }>('select summary from recon_run order by run_no desc limit $1', [limit]);
    return rows.map(({ summary }) => readSummary(summary)).reverse();
  }

  async summary(id: string): Promise<JsonObject | undefined> {
    const [row] = await this.#database.query<{ summary: string }>('select summary from recon_run where id = $1', [id]);
    return row === undefined ? undefined : readSummary(row.summary);
  }

  /** Ended runs beyond the newest `kept` of them whose objects are still there: their numbers. */
  async beyond(kept: number): Promise<readonly number[]> {
    const rows = await this.#database.query<{ run_no: number }>("select run_no from recon_run where ended is not null and to_regclass('recon_object_' || run_no) is not null order by run_no desc offset $1", [kept]);
    return rows.map(({ run_no: number }) => number);
  }
}

function readSummary(text: string): JsonObject {
  const summary = parseJson(text);
  return isObject(summary) ? summary : {};
}
