import { expect } from 'vitest';
import { ConnectorError, type CallContext, type ConnectorFacade, type ErrorKind, type SingleOperation, type StreamItems, type StreamOperation } from '../../../protocol/model/index.js';

/** Longer than anything here takes. */
const LIMIT_MS = 60_000;

export function call(signal: AbortSignal = AbortSignal.timeout(LIMIT_MS)): CallContext {
  return { signal };
}

/** Every item of a stream, and how it ended. For small results. */
export async function collect<O extends StreamOperation>(facade: ConnectorFacade, operation: O): Promise<{ items: StreamItems[O['kind']][]; end: unknown }> {
  const stream = facade.stream(operation, call());
  const items: StreamItems[O['kind']][] = [];
  for (;;) {
    const step = await stream.next();
    if (step.done === true) return { items, end: step.value };
    items.push(step.value);
  }
}

/** Runs an operation that has to fail, and checks how. */
export async function expectFailure(run: () => Promise<unknown>, kind: ErrorKind, message: RegExp = /./): Promise<ConnectorError> {
  const outcome = await run().then(() => 'it went well', (error: unknown) => error);
  expect(outcome).toBeInstanceOf(ConnectorError);
  expect(outcome).toMatchObject({ kind, message: expect.stringMatching(message) as string });
  return outcome as ConnectorError;
}

/** An operation the connector does not have: refused in ICF's words, and not offered either. */
export async function expectUnsupported(facade: ConnectorFacade, operation: SingleOperation | StreamOperation, name: string): Promise<void> {
  const run = isStream(operation) ? () => collect(facade, operation) : () => facade.perform(operation, call());
  await expectFailure(run, 'unsupportedOperation', new RegExp(name));
  expect([...facade.supportedOperations]).not.toContain(name);
}

const STREAMS: ReadonlySet<string> = new Set<StreamOperation['kind']>(['search', 'sync', 'subscribeToObjects', 'subscribeToChanges', 'batch', 'queryBatch']);

function isStream(operation: SingleOperation | StreamOperation): operation is StreamOperation {
  return STREAMS.has(operation.kind);
}
