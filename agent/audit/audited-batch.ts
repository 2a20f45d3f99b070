import { chunksOf, taskOperationId, type BatchEnd, type BatchItem, type CallContext, type Chunks, type ConnectorFacade, type StreamOperation } from '../../protocol/model/index.js';
import type { AuditOutcome, OperationAudit } from './audit-log.js';
import { failureOf, type AuditedOperation, type AuditParts } from './audited-operation.js';
import { operationFacts } from './operation-facts.js';

type BatchChunks = Chunks<BatchItem, BatchEnd>;
type Batch = Extract<StreamOperation, { kind: 'batch' }>;

/** One line for each task as its result comes, and one for the batch. A task nobody reported on is `unknown`, or as the whole was refused. */
export async function* auditedBatch(parts: AuditParts, audited: AuditedOperation, facade: ConnectorFacade, batch: Batch, call: CallContext): BatchChunks {
  const tasks = new TaskLines(parts, audited, batch, call.operationId);
  const count = batch.tasks.length;
  let ended = false;
  let results: BatchChunks | undefined;
  try {
    parts.audit.admit('batch');
    results = chunksOf(facade.stream(batch, call));
    for (;;) {
      const step = await results.next();
      if (step.done === true) {
        ended = true;
        await tasks.rest('unknown', {});
        await audited.end('ok', { count });
        return step.value;
      }
      await tasks.reported(step.value);
      yield step.value;
    }
  } catch (error) {
    if (!ended) {
      const { outcome, facts } = failureOf(error);
      await tasks.rest(outcome === 'refused' || results === undefined ? 'refused' : 'unknown', facts);
      await audited.fail(error, call, count);
    }
    ended = true;
    throw error;
  } finally {
    if (!ended) {
      await results?.return(undefined as never);
      await tasks.rest('unknown', {});
      await audited.end('left', { count });
    }
  }
}

/** The lines of a batch's tasks. */
export class TaskLines {
  readonly #parts: Pick<AuditParts, 'audit'>;
  readonly #audited: Pick<AuditedOperation, 'record'>;
  readonly #batch: Batch;
  readonly #operationId: string | undefined;
  /** A byte for each task. */
  readonly #told: Uint8Array;

  constructor(parts: Pick<AuditParts, 'audit'>, audited: Pick<AuditedOperation, 'record'>, batch: Batch, operationId: string | undefined) {
    this.#parts = parts;
    this.#audited = audited;
    this.#batch = batch;
    this.#operationId = operationId;
    this.#told = new Uint8Array(batch.tasks.length);
  }

  /** Lines are written in order, so the last one stands for those before it. */
  async reported(items: readonly BatchItem[]): Promise<void> {
    let last: Promise<void> | undefined;
    for (const { task, uid, error } of items) {
      if (this.#told[task] !== 0) continue;
      const failure = error === undefined ? undefined : failureOf(error);
      last = this.#tell(task, failure?.outcome ?? 'ok', { ...(uid === undefined ? {} : { uid: uid.value }), ...failure?.facts });
    }
    await last;
  }

  async rest(outcome: AuditOutcome, facts: Partial<OperationAudit>): Promise<void> {
    for (let task = 0; task < this.#told.length; task++) {
      if (this.#told[task] === 0) await this.#tell(task, outcome, facts);
    }
  }

  #tell(task: number, outcome: AuditOutcome, facts: Partial<OperationAudit>): Promise<void> {
    this.#told[task] = 1;
    const operation = this.#batch.tasks[task];
    if (operation === undefined) return Promise.resolve();
    const operationId = this.#operationId === undefined ? undefined : taskOperationId(this.#operationId, task);
    return this.#parts.audit.operation(this.#audited.record(outcome, { operation: operation.kind, operationId, ...operationFacts(operation), task, ...facts }));
  }
}
