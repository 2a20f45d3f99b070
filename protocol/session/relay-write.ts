import { ConnectorError, connectorKeyText, isWrite, type BatchEnd, type BatchItem, type Operation, type OperationKind, type SingleOperation, type SingleResults } from '../model/index.js';
import { decodeOperation, decodeResponse, encodeSingleResult, type CodecLimits } from '../codec/index.js';
import { decodeFrame, encodeMessage } from '../frame.js';
import { messageIdPlace, type ResponseOutline } from '../frame-outline.js';
import type { OperationRequest } from '../message.js';
import { toConnectorError } from './connector-error.js';
import type { ConnectionGroup } from './contract.js';
import { Deferred } from './deferred.js';
import { requireSize, type Execution } from './execution.js';
import type { Forwarding } from './forwarding.js';
import { OUTCOME } from './features.js';
import { frameForJava } from './java-target.js';
import type { KnownAnswer, NotedWrite, WriteAnswer, WriteEnd } from './noted-write.js';
import type { RelayedOperation, RelayOutcome } from './relay-operation.js';
import { RelayOutput } from './relay-output.js';
import { sendLast } from './send-last.js';
import { StreamAnswer } from './stream-answer.js';

type Begin = NonNullable<RelayedOperation['relay']['beginWrite']>;

/**
 * Passes a write on that is noted before it leaves, and whose answer is noted before it is told. One that has been here before
 * is answered as it was then. Throws what is to be answered by ourselves.
 */
export async function relayWrite(execution: Execution, relayed: RelayedOperation, target: ConnectionGroup, begin: Begin): Promise<RelayOutcome> {
  const { group, executing } = execution;
  const { request } = relayed;
  const operation = decodeOperation(request.operation, group.context.codecLimits);
  const noted = await begin({ request, operation, isNamed: isNamedWrite(execution, request), target }, executing.signal);
  if (noted.known !== undefined) return answerKnown(execution, operation, noted, noted.known);
  if (executing.signal.aborted) {
    const error = toConnectorError(executing.signal.reason);
    return outcomeOf(execution, await noted.ended({ answer: { error }, source: 'unsent', ...leaving(execution) }), undefined, true);
  }
  return new WritePassage(execution, relayed, target, operation.kind, noted).run();
}

/** A peer that can ask for outcomes gives each write an id of its own. */
export function isNamedWrite({ group: { features, context: { executor } } }: Execution, { operation: { kind }, operationId }: OperationRequest): boolean {
  return operationId !== undefined && kind !== undefined && isWrite(kind) && features.has(OUTCOME) && executor?.outcomes !== undefined;
}

function leaving({ executing }: Execution): Pick<WriteEnd, 'isCancelled' | 'isLeft'> {
  return { isCancelled: executing.cancelled, isLeft: executing.signal.aborted };
}

function outcomeOf({ executing }: Execution, told: WriteAnswer, count: number | undefined, toAnswer: boolean): RelayOutcome {
  if (!('error' in told)) return { outcome: 'ok', error: undefined, count };
  const { error } = told;
  return { outcome: executing.signal.aborted ? 'left' : 'failed', error, count, ...(toAnswer ? { toAnswer: error } : {}) };
}

const BATCH_END: BatchEnd = { tokens: [], queryRequired: false, asynchronousResults: false, returnsResults: true };
/** Results of a batch answered again are told so many at a time. */
const AT_ONCE = 256;

async function answerKnown(execution: Execution, operation: Operation, noted: NotedWrite, known: KnownAnswer): Promise<RelayOutcome> {
  if (!('items' in known)) {
    const told = await noted.ended({ answer: known, source: 'before', ...leaving(execution) });
    if ('result' in told) await respond(execution, operation.kind, told.result);
    return outcomeOf(execution, told, undefined, true);
  }
  const { items } = known;
  const again = async function* (): AsyncGenerator<BatchItem, BatchEnd, void> {
    for (let from = 0; from < items.length; from += AT_ONCE) {
      const some = items.slice(from, from + AT_ONCE);
      await noted.reported(some);
      yield* some;
    }
    await noted.ended({ answer: { result: undefined }, source: 'before', ...leaving(execution) });
    return BATCH_END;
  };
  await new StreamAnswer(execution, 'batch').give(again());
  return outcomeOf(execution, { result: undefined }, items.length, false);
}

async function respond(execution: Execution, kind: OperationKind, result: unknown): Promise<void> {
  const { group, executing } = execution;
  // That the result is one of the kind's cannot be told to the compiler.
  const frame = encodeSingleResult(executing.id, kind as SingleOperation['kind'], result as SingleResults[SingleOperation['kind']]);
  requireSize(frame, group.limits.maxFrameBytes);
  await sendLast(frame, execution);
}

interface Received { readonly frame: Uint8Array; readonly outline: ResponseOutline }
interface Tasks extends Received { readonly items: readonly BatchItem[] }
interface Answered { readonly error?: ConnectorError; readonly frame?: Uint8Array | undefined }

/** A write between its requester and the server that executes it: what the server says is kept until it is noted. */
class WritePassage {
  readonly #execution: Execution;
  readonly #relayed: RelayedOperation;
  readonly #kind: OperationKind;
  readonly #noted: NotedWrite;
  readonly #output: RelayOutput;
  readonly #forwarding: Forwarding;
  readonly #answered = new Deferred<Answered>();
  /** Rejects when the requester can be told nothing more. */
  readonly #unsendable = new Deferred<never>();
  /** Told when all is over: the answer of a single write; token and end of a batch. */
  readonly #closing: Received[] = [];
  #waiting: Tasks[] = [];
  #waitingBytes = 0;
  #noting: Promise<void> | undefined;
  #sendFailure: ConnectorError | undefined;

  constructor(execution: Execution, relayed: RelayedOperation, target: ConnectionGroup, kind: OperationKind, noted: NotedWrite) {
    const { group, executing, sent } = execution;
    const { relay, connectorKey } = relayed;
    const { context: { codecLimits } } = group;
    this.#execution = execution;
    this.#relayed = relayed;
    this.#kind = kind;
    this.#noted = noted;
    this.#output = new RelayOutput({
      group, sent, id: executing.id, isSequenced: false, maxBytes: relay.maxBufferedBytes, server: relay.server, gatherTime: relay.gatherTime, endFrame: undefined,
      onSent: () => undefined, onFailed: (error) => this.#unsendable.reject(toConnectorError(error)),
    }, undefined);
    this.#forwarding = target.forward({
      ...requestFor(relayed.request, executing.frame, target, noted, codecLimits), credits: undefined,
      what: `${kind} by ${connectorKeyText(connectorKey)}, passed on to ${relay.server},`,
      window: { results: group.limits.creditWindow, bytes: relay.maxBufferedBytes },
    }, {
      onMessage: (frame, outline) => this.#take(frame, outline),
      onComplete: () => this.#answered.resolve({}),
      onFailure: (error, frame) => this.#answered.resolve({ error, frame: frame && messageIdPlace(frame) && frame }),
    });
  }

  /** Goes on whoever has left: what became of it is to be known. */
  async run(): Promise<RelayOutcome> {
    const { executing } = this.#execution;
    const onAbort = (): void => {
      if (!executing.cancelled) return;
      this.#output.drop();
      this.#forwarding.cancel();
    };
    executing.signal.addEventListener('abort', onAbort, { once: true });
    try {
      const answered = await this.#answered.promise;
      await this.#noting;
      return await this.#tell(answered);
    } finally {
      executing.signal.removeEventListener('abort', onAbort);
      this.#output.close();
      this.#forwarding.abandon();
    }
  }

  async #tell({ error, frame }: Answered): Promise<RelayOutcome> {
    const said = error === undefined ? this.#said() : { answer: { error }, source: sourceOf(error, frame) };
    const told = await this.#noted.ended({ ...said, ...leaving(this.#execution) });
    if (this.#sendFailure !== undefined) throw this.#sendFailure;
    const isServers = told === said.answer && said.source === 'server' && (error === undefined || frame !== undefined);
    if (isServers) for (const received of this.#closing) this.#output.take(received.frame, received.outline);
    await Promise.race([this.#output.finish(isServers ? frame : undefined), this.#unsendable.promise]);
    if (!isServers && 'result' in told) await respond(this.#execution, this.#kind, told.result);
    return outcomeOf(this.#execution, told, this.#kind === 'batch' ? this.#forwarding.count : undefined, !isServers);
  }

  /** What the server's answer says. One that cannot be read is none. */
  #said(): Pick<WriteEnd, 'answer' | 'source'> {
    if (this.#kind === 'batch') return { answer: { result: undefined }, source: 'server' };
    try {
      const [received] = this.#closing;
      if (received === undefined) throw new ConnectorError('connectorIo', `${this.#relayed.relay.server} answered a ${this.#kind} with nothing.`);
      return { answer: { result: resultOf(this.#kind, received.frame, this.#limits) }, source: 'server' };
    } catch (error) {
      return { answer: { error: toConnectorError(error) }, source: 'lost' };
    }
  }

  get #limits(): CodecLimits {
    return this.#execution.group.context.codecLimits;
  }

  #take(frame: Uint8Array, outline: ResponseOutline): void {
    const items = this.#kind === 'batch' ? itemsOf(frame, this.#limits) : [];
    if (items.length === 0) {
      this.#closing.push({ frame, outline });
      return;
    }
    const { relay: { server, maxBufferedBytes } } = this.#relayed;
    if (this.#waitingBytes > 0 && this.#waitingBytes + frame.length > maxBufferedBytes) {
      throw new ConnectorError('connectorIo', `Results of ${server} arrive faster than they are noted: ${this.#waitingBytes} bytes wait (maxBufferedBytes of the relay is ${maxBufferedBytes}).`);
    }
    this.#waitingBytes += frame.length;
    this.#waiting.push({ frame, outline, items });
    this.#noting ??= this.#note();
  }

  /** Notes what has come in the meantime all at once. Never rejects. */
  async #note(): Promise<void> {
    while (this.#waiting.length > 0) {
      const tasks = this.#waiting;
      this.#waiting = [];
      await this.#noted.reported(tasks.flatMap(({ items }) => items));
      for (const { frame, outline } of tasks) {
        this.#waitingBytes -= frame.length;
        this.#pass(frame, outline);
      }
    }
    this.#noting = undefined;
  }

  #pass(frame: Uint8Array, outline: ResponseOutline): void {
    if (this.#sendFailure !== undefined) return;
    try {
      this.#output.take(frame, outline);
    } catch (error) {
      this.#sendFailure = toConnectorError(error);
    }
  }
}

/** What found no socket, or was too large for one, has not left; for anything else nobody can tell. */
function sourceOf({ kind }: ConnectorError, frame: Uint8Array | undefined): WriteEnd['source'] {
  if (frame !== undefined) return 'server';
  return kind === 'connectionFailed' || kind === 'illegalArgument' ? 'unsent' : 'lost';
}

/** As it came, unless the server is to know it by the name it is noted under. */
function requestFor(request: OperationRequest, frame: Uint8Array, target: ConnectionGroup, { operationId }: NotedWrite, limits: CodecLimits): { readonly request: OperationRequest; readonly frame: Uint8Array } {
  if (target.features.size === 0) return { request, frame: frameForJava(frame, request, limits) };
  if (operationId === undefined || operationId === request.operationId || !target.features.has(OUTCOME)) return { request, frame };
  const named = { ...request, operationId };
  return { request: named, frame: encodeMessage(named) };
}

/** The uid; of what answers none, only that it was done. */
function resultOf(kind: OperationKind, frame: Uint8Array, limits: CodecLimits): unknown {
  const message = decodeFrame(frame, limits);
  if (message.kind !== 'operationResponse') throw new ConnectorError('connectorIo', `The peer answered a ${kind} with a message of type ${message.kind}.`);
  const { fields } = message.response;
  // What a script gives is nobody's business here.
  if (kind === 'scriptOnConnector' && fields.scriptOnConnectorOpResponse || kind === 'scriptOnResource' && fields.scriptOnResourceOpResponse) return undefined;
  const response = decodeResponse(kind, message.response, limits);
  return response.type === 'result' ? response.result : undefined;
}

function itemsOf(frame: Uint8Array, limits: CodecLimits): readonly BatchItem[] {
  const message = decodeFrame(frame, limits);
  if (message.kind !== 'operationResponse') return [];
  const response = decodeResponse('batch', message.response, limits);
  return response.type === 'item' ? [response.item] : [];
}
