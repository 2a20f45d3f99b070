import type { World } from '../../support/causeway-world.js';
import type { Direction } from '../support/outcome-matrix.js';

/** Something that runs connectors for our controller: our agent, or the Java connector server; either side may dial. */
export interface AcceptanceHost {
  readonly title: string;
  readonly kind: 'causeway' | 'java';
  readonly direction: Direction;
  /** Makes it ready to start: ports, keys, the controller's files. A host that listens runs when this resolves. */
  open(world: World): Promise<OpenHost>;
}

export interface OpenHost {
  /** What `connectorHostRef` calls it. */
  readonly name: string;
  /** Settings of the controller that lets it in. */
  readonly controllerSettings: Readonly<Record<string, unknown>>;
  /** Starts a host that dials; nothing for one that listens. */
  join(controller: { readonly gatewayUrl: string }): Promise<void>;
  /** Ends its process as a machine does that loses power. */
  kill(): Promise<void>;
  /** Starts it again where it was. */
  restart(): Promise<void>;
  /** The last lines of its log, for messages. */
  log(): string;
}
