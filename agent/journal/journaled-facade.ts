import { randomUUID } from 'node:crypto';
import {
  ConnectorError, Uid, isOperationId, taskOperationId,
  type BatchEnd, type BatchItem, type BatchTask, type CallContext, type ConnectorFacade, type SingleOperation, type SingleResults, type StreamEnds, type StreamItems, type StreamOperation,
} from '../../protocol/model/index.js';
import { runBatch } from '../../connectors/framework/facade/batch.js';
import type { FacadeContext, FacadeStage } from '../operations/facade-stage.js';
import { answerAgain } from './answer-again.js';
import { outcomeOfFailure, saying } from './failed-write.js';
import type { Ended } from './journal-record.js';
import { canReadBack, readBack } from './read-back.js';
import { intentOf, isJournaled, type JournaledOperation } from './write-identity.js';
import type { OpenWrite, WriteJournal } from './write-journal.js';

/** Tasks of a batch at a time, as the connector facade has it. */
const BATCH_CONCURRENCY = 4;
/** Looking for what became of a write that failed in an unclear way takes no longer, milliseconds. */
const LOOK_TIME = 3_000;

export interface JournalStageOptions {
  readonly journal: WriteJournal;
  /** @default the journal's */
  readonly now?: (() => number) | undefined;
}

/** The innermost stage: what passes it is about to be done, or has been. */
export function journalStage(options: JournalStageOptions): FacadeStage {
  return (facade, context) => new JournaledFacade(facade, context, options);
}

class JournaledFacade implements ConnectorFacade {
  readonly #facade: ConnectorFacade;
  readonly #context: FacadeContext;
  readonly #journal: WriteJournal;
  readonly #now: () => number;

  constructor(facade: ConnectorFacade, context: FacadeContext, { journal, now = journal.now }: JournalStageOptions) {
    this.#facade = facade;
    this.#context = context;
    this.#journal = journal;
    this.#now = now;
  }

  get connectorKey(): ConnectorFacade['connectorKey'] {
    return this.#facade.connectorKey;
  }

  get supportedOperations(): ConnectorFacade['supportedOperations'] {
    return this.#facade.supportedOperations;
  }

  perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
    const asked: SingleOperation = operation;
    if (!isJournaled(asked)) return this.#facade.perform(operation, call);
    return this.#write(asked, call) as Promise<SingleResults[O['kind']]>;
  }

  stream<O extends StreamOperation>(operation: O, call: CallContext): AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void> {
    const asked: StreamOperation = operation;
    if (asked.kind !== 'batch') return this.#facade.stream(operation, call);
    return this.#batch(asked, call) as AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void>;
  }

  /** Each task is a write of its own, under an id of its own. */
  #batch({ tasks, options }: Extract<StreamOperation, { kind: 'batch' }>, call: CallContext): AsyncGenerator<BatchItem, BatchEnd, void> {
    const own = tasks.map(ownTask);
    const numbers = new Map(own.map((task, index) => [task, index] as const));
    return runBatch(own, options, BATCH_CONCURRENCY, async (task) => {
      const index = numbers.get(task);
      if (index === undefined) throw new ConnectorError('illegalState', 'A task of the batch is none of it.');
      const operationId = call.operationId === undefined ? undefined : taskOperationId(call.operationId, call.taskNumbers?.[index] ?? index);
      return (await this.#write(task, { ...call, operationId }) as Uid | null | undefined) ?? null;
    }, call.signal);
  }

  async #write(operation: JournaledOperation, call: CallContext): Promise<unknown> {
    const { operationId } = call;
    const isNamed = call.once === true && operationId !== undefined;
    if (isNamed && !isOperationId(operationId)) throw new ConnectorError('illegalArgument', 'The id of the operation is too long or holds other than printable characters.', { outcome: 'notApplied' });
    const { connector, systemId, origin } = this.#context;
    const intent = intentOf(this.#journal.identity, operation, { operationId: isNamed ? operationId : randomUUID(), principal: origin.principal, connector: connector.id, systemId, at: this.#now() });
    const begun = await this.#journal.begin(intent, !isNamed);
    if (begun.kind === 'known') return answerAgain(operation, intent.operationId, begun.outcome);
    return this.#carryOut(operation, call, intent.operationId, begun.write);
  }

  async #carryOut(operation: JournaledOperation, call: CallContext, operationId: string, write: OpenWrite): Promise<unknown> {
    let result: unknown;
    try {
      call.signal.throwIfAborted();
    } catch (error) {
      await write.end({ state: 'notApplied' });
      throw saying(asConnectorError(error), 'notApplied', operationId);
    }
    try {
      result = await this.#facade.perform(operation, call);
    } catch (error) {
      const failure = asConnectorError(error);
      const ended = await this.#made(operation, outcomeOfFailure(failure, call.signal));
      await write.end(ended);
      if (ended.state === 'applied' && !call.signal.aborted) return ended.uid ?? (operation.kind === 'delete' ? undefined : null);
      throw ended.state === 'failed' ? failure : saying(failure, ended.state, operationId);
    }
    await write.end(result instanceof Uid ? { state: 'applied', uid: result } : { state: 'applied' });
    return result;
  }

  /** What is unclear is looked for, where looking helps. That nothing is there proves nothing while it may still be under way. */
  async #made(operation: JournaledOperation, ended: Ended): Promise<Ended> {
    if (ended.state !== 'unknown' || !canReadBack(this.#context.connector, operation)) return ended;
    const evidence = await readBack(this.#facade, operation, AbortSignal.timeout(LOOK_TIME));
    return evidence.state === 'applied' ? evidence : ended;
  }
}

/** A copy, so that no two are the same, as the connector is to see it: Java peers write revision "0" for none (protocol section 7.15). */
function ownTask(task: BatchTask): BatchTask {
  return 'uid' in task && task.uid.revision === '0' ? { ...task, uid: new Uid(task.uid.value) } : { ...task };
}

function asConnectorError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  return new ConnectorError('connector', error instanceof Error ? error.message : String(error), { cause: error });
}

