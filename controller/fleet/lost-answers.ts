import { ConnectorError, withOutcome, type WriteOutcome } from '../../protocol/model/index.js';
import type { Clock, ConnectionGroup } from '../../protocol/session/contract.js';
import { OUTCOME } from '../../protocol/session/features.js';
import type { NotedWrite, WriteAnswer, WriteEnd, WriteToPassOn } from '../../protocol/session/noted-write.js';

/** A lost answer is asked for so long; whoever waits for it waits meanwhile. Milliseconds. */
const PATIENCE = 20_000;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2_000;

export interface LostAnswerParts {
  readonly clock: Clock;
  /** Sessions with that agent now, also by other controllers. */
  sessions(agent: string): readonly ConnectionGroup[];
  readonly stop: AbortSignal;
}

/**
 * A write another controller asked for: noted nowhere here, since the agent keeps a journal. When its answer is lost between
 * the agent and this controller, the agent is asked what became of it, wherever it is connected by then.
 */
export function passedOnWrite(parts: LostAnswerParts, agent: ConnectionGroup, { request, operation, isNamed }: WriteToPassOn): NotedWrite {
  const begun = parts.clock.now();
  return {
    operationId: request.operationId, known: undefined,
    reported: () => Promise.resolve(),
    ended: async ({ answer, source }: WriteEnd): Promise<WriteAnswer> => {
      if (!('error' in answer) || source === 'server' || source === 'before') return answer;
      if (source === 'unsent') return { error: withOutcome(answer.error, 'notApplied') };
      const { operationId } = request;
      if (!isNamed || operationId === undefined || operation.kind === 'batch') return { error: unknown(answer.error) };
      const ask = (group: ConnectionGroup): Promise<WriteOutcome> => group.askOutcome({ operationId, age: Math.round(parts.clock.now() - begun), operation: request }, parts.stop);
      return told(answer.error, operation.kind, await settle(parts, agent, ask));
    },
  };
}

/** Never rejects. */
async function settle({ clock, sessions, stop }: LostAnswerParts, agent: ConnectionGroup, ask: (group: ConnectionGroup) => Promise<WriteOutcome>): Promise<WriteOutcome> {
  const from = clock.now();
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const successor = sessions(agent.principal).find(({ isOperational, journalId, features }) => isOperational && journalId === agent.journalId && features.has(OUTCOME));
    const outcome = await (successor === undefined ? undefined : ask(successor).catch((error: unknown): WriteOutcome | undefined =>
      (error instanceof ConnectorError && error.kind === 'permissionDenied' ? { state: 'unknown' } : undefined)));
    if (outcome !== undefined && outcome.state !== 'inProgress') return outcome;
    if (clock.now() - from + pause > PATIENCE) return { state: 'unknown' };
    try {
      await clock.sleep(pause, stop);
    } catch {
      return { state: 'unknown' };
    }
  }
}

function told(lost: ConnectorError, kind: string, outcome: WriteOutcome): WriteAnswer {
  switch (outcome.state) {
    case 'applied':
      if (kind.startsWith('scriptOn')) return { error: withOutcome(lost, 'applied', `It ran to its end, but its result was lost with the connection; it was not run again. ${lost.message}`) };
      return { result: outcome.uid ?? null };
    case 'failed':
      return { error: outcome.error };
    case 'notApplied':
    case 'neverSeen':
      return { error: new ConnectorError('retryable', `It was not carried out, and nothing was changed: ${lost.message} Try again.`, { cause: lost, outcome: 'notApplied' }) };
    default:
      return { error: unknown(lost) };
  }
}

function unknown(lost: ConnectorError): ConnectorError {
  return withOutcome(lost, 'unknown', `Outcome unknown: whether it was carried out cannot be told; look at the object before you repeat it. ${lost.message}`);
}
