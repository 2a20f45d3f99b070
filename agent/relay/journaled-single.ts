import { Uid, type ConnectorError } from '../../protocol/model/index.js';
import type { NotedWrite, WriteAnswer, WriteEnd } from '../../protocol/session/noted-write.js';
import { answerAgain } from '../journal/answer-again.js';
import { outcomeOfAnswer, saying } from '../journal/failed-write.js';
import type { Ended } from '../journal/journal-record.js';
import { intentOf, type JournaledOperation } from '../journal/write-identity.js';
import type { OpenWrite } from '../journal/write-journal.js';
import type { WritePlace } from './journaled-relay.js';
import type { ServerQuestion } from './server-outcomes.js';

/** Nobody knows how long ago the write was that came again: longer than anything is kept. Milliseconds. */
const LONG_AGO = 10 * 365 * 86_400_000;

/** Notes a write. Throws a ConnectorError when it must not be done. */
export async function beginSingle(place: WritePlace, operation: JournaledOperation, signal: AbortSignal): Promise<NotedWrite> {
  const { journal, operationId, principal, connector, systemId, passedTo } = place;
  const begun = await journal.begin(intentOf(journal.identity, operation, { operationId, principal, connector, systemId, passedTo, at: journal.now() }), place.isFresh);
  if (begun.kind === 'new') return new OpenSingle(place, operation, begun.write);
  const known = answerOf(operation, operationId, await knownOutcome(place, operationId, place.request, begun.outcome, signal));
  return { operationId, known, reported: () => Promise.resolve(), ended: ({ answer }) => Promise.resolve(answer) };
}

/** What the journal does not know of a write that came again, its server may. */
export async function knownOutcome({ journal, servers }: WritePlace, operationId: string, operation: ServerQuestion['operation'], outcome: Ended, signal: AbortSignal): Promise<Ended> {
  if (outcome.state !== 'unknown') return outcome;
  const found = await journal.find(operationId);
  if (found === undefined) return outcome;
  const told = await servers.resolve({ operationId, age: LONG_AGO, operation }, found.intent, signal).catch(() => outcome);
  return told.state === 'inProgress' ? outcome : told;
}

/** The answer of a write that ended so. */
export function answerOf(operation: JournaledOperation, operationId: string, outcome: Ended): WriteAnswer {
  try {
    return { result: answerAgain(operation, operationId, outcome) };
  } catch (error) {
    return { error: error as ConnectorError };
  }
}

class OpenSingle implements NotedWrite {
  readonly operationId: string;
  readonly known = undefined;
  readonly #place: WritePlace;
  readonly #operation: JournaledOperation;
  readonly #write: OpenWrite;
  readonly #began: number;

  constructor(place: WritePlace, operation: JournaledOperation, write: OpenWrite) {
    this.operationId = place.operationId;
    this.#place = place;
    this.#operation = operation;
    this.#write = write;
    this.#began = place.clock.now();
  }

  reported(): Promise<void> {
    return Promise.resolve();
  }

  async ended(end: WriteEnd): Promise<WriteAnswer> {
    const { answer } = end;
    const outcome = await this.#outcome(end);
    await this.#write.end(outcome);
    if (!('error' in answer)) return answer;
    const { error } = answer;
    // What the server says is told as it came, unless more is known by now.
    if (outcome.state === 'failed') return outcome.error === error ? answer : { error: outcome.error };
    if (outcome.state === 'applied') return error.outcome === 'applied' ? answer : answerOf(this.#operation, this.operationId, outcome);
    if (end.source === 'server' && (outcome.state === 'unknown' || error.outcome === outcome.state)) return answer;
    return { error: saying(error, outcome.state, this.operationId) };
  }

  async #outcome({ answer, source, isCancelled }: WriteEnd): Promise<Ended> {
    if (!('error' in answer)) return answer.result instanceof Uid ? { state: 'applied', uid: answer.result } : { state: 'applied' };
    if (source === 'unsent') return { state: 'notApplied' };
    const { servers, passedTo, request, clock } = this.#place;
    if (source === 'server') {
      const outcome = outcomeOfAnswer(answer.error, isCancelled && passedTo === undefined);
      if (outcome.state !== 'unknown') return outcome;
    }
    return servers.settle({ operationId: this.operationId, age: Math.round(clock.now() - this.#began), operation: request }, passedTo);
  }
}
