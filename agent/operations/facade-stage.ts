import type { ApiConfiguration, ConnectorFacade, ConnectorKey } from '../../protocol/model/index.js';
import type { RequestOrigin } from '../../protocol/session/contract.js';
import type { AnyConnector } from '../../connectors/framework/index.js';

/** What a request is about before its operation is looked at. */
export interface FacadeContext {
  readonly connector: AnyConnector;
  readonly connectorKey: ConnectorKey;
  /** As the controller sent it: secret references are not resolved in it. */
  readonly configuration: ApiConfiguration;
  /** Of connector and configuration: the same for every request to one system as one controller has configured it. Tells no secret. */
  readonly systemId: string;
  readonly origin: RequestOrigin;
}

/**
 * Something every operation passes on its way to the connector, and its results on the way back: observation, audit, policy,
 * journal. A stage that hands results on unchanged hands on their chunks (see protocol/model/chunks.ts).
 */
export type FacadeStage = (facade: ConnectorFacade, context: FacadeContext) => ConnectorFacade;
