import { ConnectorError, connectorKeyText, type ConnectorFacade, type ConnectorInfo, type ConnectorKey } from '../../protocol/model/index.js';
import type { ConnectionGroup, OperationExecutor, OutcomeSource } from '../../protocol/session/contract.js';
import { OUTCOME, RESULTS_BATCH } from '../../protocol/session/features.js';
import type { OperationRelay } from '../../protocol/session/forwarding.js';
import { passedOnWrite, type LostAnswerParts } from './lost-answers.js';

export interface AgentRelayParts extends LostAnswerParts {
  /** Bytes of results kept for a controller that reads slowly. */
  readonly maxBufferedBytes: number;
}

/** An agent of this controller as another controller uses it: everything is passed on, undecoded. */
export class AgentRelay implements OperationExecutor {
  /** The agent's own journal, so that whoever asks finds the agent by it, wherever it is connected later. */
  readonly outcomes: OutcomeSource | undefined;
  readonly #agent: ConnectionGroup;
  readonly #parts: AgentRelayParts;
  readonly #relay: OperationRelay;

  constructor(agent: ConnectionGroup, parts: AgentRelayParts) {
    this.#agent = agent;
    this.#parts = parts;
    const { journalId, principal, features } = agent;
    // Questions go to the agent itself, by the relay.
    this.outcomes = journalId === undefined || !features.has(OUTCOME) ? undefined : { journalId, outcomeOf: () => Promise.resolve({ state: 'unknown' }) };
    this.#relay = {
      server: `agent ${principal}`, maxBufferedBytes: parts.maxBufferedBytes,
      // Agents of ours gather results themselves.
      gatherTime: features.has(RESULTS_BATCH) ? 0 : 1,
      target: () => {
        if (agent.isOperational) return agent;
        throw new ConnectorError('connectionFailed', `The agent ${principal} is not connected to the controller that holds it. Try again later.`, { outcome: 'notApplied' });
      },
      beginWrite: (write) => Promise.resolve(passedOnWrite(this.#parts, agent, write)),
      ended: () => undefined,
    };
  }

  connectorInfos(): Promise<readonly ConnectorInfo[]> {
    return this.#agent.connectorInfos(this.#parts.stop);
  }

  relayFor(): Promise<OperationRelay> {
    return Promise.resolve(this.#relay);
  }

  facadeFor(connectorKey: ConnectorKey): Promise<ConnectorFacade> {
    return Promise.reject(new ConnectorError('connector', `A controller has no connectors of its own, and no ${connectorKeyText(connectorKey)}.`));
  }
}
