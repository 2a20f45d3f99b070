import { ConnectorError, connectorKeyText, isWrite, type ConnectorKey, type OperationKind } from '../model/index.js';
import { decodeOperation } from '../codec/index.js';
import { messageIdPlace } from '../frame-outline.js';
import type { OperationRequest } from '../message.js';
import { toConnectorError } from './connector-error.js';
import type { ConnectionGroup } from './contract.js';
import { CREDITS } from './credits.js';
import { Deferred } from './deferred.js';
import type { Execution } from './execution.js';
import type { Forwarding, OperationRelay, RelayEnd } from './forwarding.js';
import { COMPLETE } from './features.js';
import { endFor, frameForJava, isStartOfSync } from './java-target.js';
import { isSequenced, isStreamKind } from './operation-kinds.js';
import { RelayOutput } from './relay-output.js';
import { isNamedWrite, relayWrite } from './relay-write.js';
import { StreamAnswer } from './stream-answer.js';

/** An operation for a connector somebody else hosts. */
export interface RelayedOperation {
  readonly relay: OperationRelay;
  readonly connectorKey: ConnectorKey;
  readonly request: OperationRequest;
}

export interface RelayOutcome extends Omit<RelayEnd, 'operation' | 'operationId'> {
  /** The requester has not been told yet. */
  readonly toAnswer?: ConnectorError | undefined;
}

/** Passes one operation on and its answer back. Throws what is to be answered by ourselves; the peer's own error has left as it came. */
export async function relayOperation(execution: Execution, relayed: RelayedOperation): Promise<void> {
  const { relay, request: { operation, operationId } } = relayed;
  const { outcome, error, count, toAnswer } = await passOn(execution, relayed).catch((failure: unknown): RelayOutcome => {
    const toAnswer = toConnectorError(failure);
    return { outcome: execution.executing.signal.aborted ? 'left' : 'failed', error: toAnswer, count: undefined, toAnswer };
  });
  const noted = relay.ended({ operation: operation.kind, operationId, outcome, error, count });
  if (toAnswer === undefined) return;
  await noted;
  throw toAnswer;
}

async function passOn(execution: Execution, relayed: RelayedOperation): Promise<RelayOutcome> {
  const { executing: { signal }, group: { context: { codecLimits } } } = execution;
  const { relay, request } = relayed;
  const { kind } = request.operation;
  if (kind === undefined) decodeOperation(request.operation, codecLimits);   // throws; a Java server might never answer it
  await relay.admit?.(request, codecLimits, signal, isNamedWrite(execution, request));
  if (kind !== undefined && execution.executing.cancelled && isStreamKind(kind)) {
    await new StreamAnswer(execution, kind).cancelled();
    return { outcome: 'left', error: undefined, count: 0 };
  }
  signal.throwIfAborted();
  const target = relay.target();
  if (target.features.size === 0 && isStartOfSync(request.operation)) return startOfSync(execution, relayed, target);
  if (kind !== undefined && isWrite(kind) && relay.beginWrite !== undefined) return relayWrite(execution, relayed, target, relay.beginWrite);
  return new Passage(execution, relayed, target).run();
}

/** A Java server cannot be asked for that; the facade for its peers knows what to do instead. */
async function startOfSync(execution: Execution, { connectorKey, request }: RelayedOperation, target: ConnectionGroup): Promise<RelayOutcome> {
  const { executing: { signal }, group: { context: { codecLimits } } } = execution;
  const operation = decodeOperation(request.operation, codecLimits);
  if (operation.kind !== 'sync') throw new ConnectorError('illegalState', 'Only a sync starts a sync.');
  const facade = target.facade(connectorKey, request.facadeKey);
  await new StreamAnswer(execution, 'sync').give(facade.stream(operation, { signal, locale: request.locale, operationId: request.operationId }));
  return { outcome: 'ok', error: undefined, count: 0 };
}

/** Whether the server's end message is none that the requester takes for one. */
function needsOtherEnd(requester: ConnectionGroup, server: ConnectionGroup, kind: OperationKind): boolean {
  if (!isSequenced(kind)) return false;
  const isUnproven = requester.features.has(COMPLETE) && !server.features.has(COMPLETE);
  return isUnproven || (kind === 'search' && requester.features.size > 0 && server.features.size === 0);
}

interface Answered { readonly error?: ConnectorError; readonly frame?: Uint8Array | undefined; readonly count: number }

/** One operation between its requester and the server that executes it. */
class Passage {
  readonly #execution: Execution;
  readonly #answered = new Deferred<Answered>();
  /** Rejects when there is nobody left to answer. */
  readonly #stopped = new Deferred<never>();
  readonly #output: RelayOutput;
  readonly #forwarding: Forwarding;
  readonly #isStream: boolean;

  constructor(execution: Execution, { relay, connectorKey, request }: RelayedOperation, target: ConnectionGroup) {
    const { group, executing, sent } = execution;
    const { kind = 'test' } = request.operation;
    const { context: { codecLimits } } = group;
    const isJava = target.features.size === 0;
    const credits = group.features.has(CREDITS) && isStreamKind(kind) ? executing.granted : undefined;
    this.#execution = execution;
    this.#isStream = isStreamKind(kind);
    this.#output = new RelayOutput({
      group, sent, id: executing.id, isSequenced: isSequenced(kind), maxBytes: relay.maxBufferedBytes, server: relay.server, gatherTime: relay.gatherTime,
      endFrame: needsOtherEnd(group, target, kind) ? endFor({ connectorKey, request, limits: codecLimits, isJava, isComplete: () => group.features.has(COMPLETE) && !executing.cancelled }) : undefined,
      onSent: (frames) => this.#forwarding.consumed(frames),
      onFailed: (error) => this.#stopped.reject(toConnectorError(error)),
    }, credits);
    this.#forwarding = target.forward({
      request, credits, what: `${kind} by ${connectorKeyText(connectorKey)}, passed on to ${relay.server},`,
      frame: isJava ? frameForJava(executing.frame, request, codecLimits) : executing.frame,
      window: { results: group.limits.creditWindow, bytes: relay.maxBufferedBytes },
    }, {
      onMessage: (frame, outline) => this.#output.take(frame, outline),
      onComplete: (count) => this.#answered.resolve({ count }),
      onFailure: (error, frame) => this.#answered.resolve({ error, frame: frame && messageIdPlace(frame) && frame, count: this.#forwarding.count }),
    });
  }

  async run(): Promise<RelayOutcome> {
    const { executing } = this.#execution;
    const onAbort = (): void => this.#onAbort();
    executing.signal.addEventListener('abort', onAbort, { once: true });
    executing.onGranted = (total) => {
      this.#output.grant(total);
      this.#forwarding.grant(total);
    };
    try {
      return await this.#answer(await Promise.race([this.#answered.promise, this.#stopped.promise]));
    } finally {
      executing.signal.removeEventListener('abort', onAbort);
      executing.onGranted = undefined;
      this.#output.close();
      this.#forwarding.abandon();
    }
  }

  async #answer({ error, frame, count }: Answered): Promise<RelayOutcome> {
    const { executing } = this.#execution;
    const outcome = executing.signal.aborted ? 'left' : error === undefined ? 'ok' : 'failed';
    const summary: RelayOutcome = { outcome, error, count: this.#isStream ? count : undefined };
    if (error !== undefined && frame === undefined) return { ...summary, toAnswer: error };
    await Promise.race([this.#output.finish(frame), this.#stopped.promise]);
    return summary;
  }

  /** A cancel goes on to the server, whose answer then ends the request; a requester that is gone gets none. */
  #onAbort(): void {
    const { executing } = this.#execution;
    if (executing.cancelled) {
      this.#output.drop();
      this.#forwarding.cancel();
    }
    const goesOn = executing.nature === 'write' || (executing.cancelled && executing.nature === 'read');
    if (!goesOn) this.#stopped.reject(toConnectorError(executing.signal.reason));
  }
}
