import { randomUUID } from 'node:crypto';
import {
  API_OPERATION_OF, ConnectorError, chunksOf, connectorKeyText, isWrite, itemsOf, taskOperationId, type ApiConfiguration, type ApiOperation, type CallContext, type Chunks,
  type ConnectorFacade, type ConnectorKey, type Operation, type SingleOperation, type SingleResults, type StreamEnds, type StreamItems, type StreamOperation, type SyncToken,
} from '../model/index.js';
import { apiConfigurationOf, encodeOperation, encodeOperationRequest } from '../codec/index.js';
import type { OutgoingOperation } from '../codec/encode-operation.js';
import { encodeMessage } from '../frame.js';
import type { OutcomeRequest } from '../message.js';
import { natureOf } from './admit-operation.js';
import { batchRemotely } from './batch-remotely.js';
import { BOOKMARK, DEADLINE, OPERATION_ID, OUTCOME, TRACE_CONTEXT } from './features.js';
import type { SessionGroup } from './group.js';
import type { SentWrite } from './lost-write.js';
import { describeOperation, isStream } from './operation-kinds.js';
import { operationTimeout, timeAllowed } from './operation-timeout.js';
import type { RequestPlan } from './outgoing-request.js';
import { performRemotely } from './perform-remotely.js';
import { streamRemotely } from './stream-remotely.js';
import type { JournaledWrite } from './write-remotely.js';

/** Longer ids of callers do not leave room for our own part. */
const LONGEST_CALLER_ID = 100;

/** One operation ready to be sent: everything but where its answers go. */
export interface RemoteCall extends Omit<RequestPlan<never>, 'onResponse' | 'onFailure'> {
  /** Milliseconds for the answer, or between two messages; undefined: none. */
  readonly timeout: number | undefined;
  /** As in CallContext. */
  readonly outcomePatience?: number | undefined;
  /** Of a write at a peer that can be asked what became of it. */
  readonly write?: JournaledWrite | undefined;
}

/** A connector at the other end of the session. Whatever is asked of it, the failure is a ConnectorError. */
export class RemoteFacade implements ConnectorFacade {
  readonly connectorKey: ConnectorKey;
  readonly supportedOperations: ReadonlySet<ApiOperation>;
  readonly #group: SessionGroup;
  readonly #facadeKey: string;
  /** The same as it travels with every operation: tens of kilobytes. */
  readonly #facadeKeyBytes: Uint8Array;
  readonly #configuration: ApiConfiguration;

  /** Throws a ConnectorError for a facade key that is none. */
  constructor(group: SessionGroup, connectorKey: ConnectorKey, facadeKey: string) {
    this.#group = group;
    this.connectorKey = connectorKey;
    this.#facadeKey = facadeKey;
    this.#facadeKeyBytes = Buffer.from(facadeKey, 'utf8');
    this.#configuration = apiConfigurationOf(facadeKey, group.context.codecLimits);
    this.supportedOperations = this.#configuration.supportedOperations;
  }

  async perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
    const { group, facade } = this.#atPresent();
    return performRemotely<O['kind']>(group, operation.kind, facade.#prepare(operation, call), call.signal);
  }

  stream<O extends StreamOperation>(operation: O, call: CallContext): AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void> {
    return itemsOf(this.#chunks(operation, call), () => call.signal.aborted);
  }

  async* #chunks<O extends StreamOperation>(operation: O, call: CallContext): Chunks<StreamItems[O['kind']], StreamEnds[O['kind']]> {
    if (operation.kind === 'sync' && operation.token === null && this.#group.features.size === 0) {
      return await this.#startOfSync(operation.objectClass, call) as StreamEnds[O['kind']];
    }
    const { group, facade } = this.#atPresent();
    const prepared = facade.#prepare(operation, call);
    const { write } = prepared;
    if (operation.kind !== 'batch' || write === undefined) return yield* streamRemotely<O['kind']>(group, operation.kind, operation, prepared, call);
    const tasks = (task: number): SentWrite => this.#task(operation, write.operationId, task, call);
    return yield* chunksOf(batchRemotely(group, operation, prepared, tasks, call)) as Chunks<StreamItems[O['kind']], StreamEnds[O['kind']]>;
  }

  /** The agent may have been restarted since this facade was made: its new session serves the same connectors. */
  #atPresent(): { readonly group: SessionGroup; readonly facade: RemoteFacade } {
    const successor = this.#group.isOperational ? undefined : this.#group.context.successorOf(this.#group);
    if (successor === undefined) return { group: this.#group, facade: this };
    return { group: successor, facade: new RemoteFacade(successor, this.connectorKey, this.#facadeKey) };
  }

  /** A Java agent cannot be asked to sync without a token: the run yields nothing and ends with the latest one (hazard 14). */
  async #startOfSync(objectClass: string, call: CallContext): Promise<SyncToken | undefined> {
    return await this.perform({ kind: 'latestSyncToken', objectClass }, call) ?? undefined;
  }

  #task({ tasks }: Extract<Operation, { kind: 'batch' }>, batchId: string, index: number, { locale }: CallContext): SentWrite {
    const task = tasks[index];
    if (task === undefined) throw new ConnectorError('illegalState', `The batch has no task ${index}.`);
    const what = `${describeOperation(task)} by ${connectorKeyText(this.connectorKey)}`;
    return { operationId: taskOperationId(batchId, index), what, question: () => this.#question(task, locale) };
  }

  #question(operation: Operation, locale: CallContext['locale']): OutcomeRequest['operation'] {
    return { connectorKey: this.connectorKey, facadeKey: this.#facadeKey, locale, operation: encodeOperation(operation) };
  }

  /** A write goes by an id of its own, at each attempt another: a peer never executes the same one twice. */
  #journaled(operation: Operation, call: CallContext, what: string): JournaledWrite {
    const given = call.operationId;
    const operationId = call.once === true && given !== undefined ? given : given === undefined || given.length > LONGEST_CALLER_ID ? randomUUID() : `${given}/${randomUUID()}`;
    return {
      operationId, what,
      question: () => this.#question(operation, call.locale),
      again: (group) => new RemoteFacade(group, this.connectorKey, this.#facadeKey).#prepare(operation, { ...call, once: false }),
    };
  }

  #prepare(operation: Operation, call: CallContext): RemoteCall {
    const what = `${describeOperation(operation)} by ${connectorKeyText(this.connectorKey)}`;
    const needed = API_OPERATION_OF[operation.kind];
    if (!this.supportedOperations.has(needed)) {
      throw new ConnectorError('unsupportedOperation', `The ${what} is not possible: the connector does not support ${needed}.`);
    }
    const id = this.#group.nextId();
    const { features, journalId } = this.#group;
    const write = isWrite(operation.kind) && features.has(OUTCOME) && journalId !== undefined ? this.#journaled(operation, call, what) : undefined;
    const operationId = features.has(OPERATION_ID) ? write?.operationId ?? call.operationId : undefined;
    const timeout = operationTimeout(this.#configuration, operation.kind);
    return {
      id, what, isStream: isStream(operation), repeatable: natureOf(operation.kind) !== 'write',
      timeout, write, outcomePatience: call.outcomePatience,
      frame: encodeOperationRequest({ id, connectorKey: this.connectorKey, facadeKey: this.#facadeKeyBytes, locale: call.locale, operation, operationId, ...extensionsFor(features, operation, call, timeout) }),
      cancelFrame: encodeMessage({ kind: 'cancel', id }),
    };
  }
}

/** What is said of the call besides, where the peer knows what it means. */
function extensionsFor(features: ReadonlySet<string>, operation: Operation, call: CallContext, timeout: number | undefined): Pick<OutgoingOperation, 'timeLeft' | 'bookmarks' | 'traceParent'> {
  return {
    timeLeft: features.has(DEADLINE) ? timeAllowed(operation.kind, timeout, call) : undefined,
    bookmarks: operation.kind === 'search' && call.onBookmark !== undefined && features.has(BOOKMARK),
    traceParent: features.has(TRACE_CONTEXT) ? call.span?.traceParent : undefined,
  };
}
