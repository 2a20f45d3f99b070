import { SharedParts } from '../../connectors/framework/facade/shared-parts.js';
import type { ConnectorLog, OpenContext } from '../../connectors/framework/spi.js';

const silent: ConnectorLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export interface TestOpenContext extends OpenContext {
  /** Closes what sessions shared, as the facade does when it is disposed. */
  closeShared(): Promise<void>;
}

/** What a facade gives a connector to open a session, for tests that call `open` themselves. */
export function openContext(changes: Partial<OpenContext> = {}): TestOpenContext {
  const parts = new SharedParts();
  return {
    log: silent, signal: new AbortController().signal, stateDirectory: async () => '/nonexistent',
    shared: (name, make, close) => parts.take(name, make, close), closeShared: () => parts.close(), ...changes,
  };
}
