import { chunksOf, itemsOf, type Chunks } from '../../../protocol/model/index.js';
import type { AnyConnector } from '../../../connectors/framework/index.js';

export interface StuckWatch {
  /** Milliseconds after its cancellation. */
  readonly grace: number;
  /** The operation was cancelled and goes on. */
  onStuck(operation: string): void;
}

type Work = (...args: unknown[]) => unknown;

/**
 * The connector, watched: work whose signal has fired has to end within a grace. The framework stops waiting for it at once;
 * what is looked for here is work that goes on behind its back.
 */
export function watchedConnector(connector: AnyConnector, watch: StuckWatch): AnyConnector {
  const operations = Object.fromEntries(Object.entries(connector.operations).map(([name, operation]) => {
    const work = (operation as Work).bind(connector.operations);
    return [name, name === 'search' || name === 'sync' ? watchedStream(name, work, watch) : watchedWork(name, work, watch)];
  }));
  return {
    ...connector,
    open: (config, context) => watched('opening a session', context.signal, watch, () => connector.open(config, context)),
    operations: operations,
  };
}

/** The call is the last argument of every operation. */
function signalOf(args: readonly unknown[]): AbortSignal | undefined {
  const call = args.at(-1);
  const signal = typeof call === 'object' && call !== null ? (call as { signal?: unknown }).signal : undefined;
  return signal instanceof AbortSignal ? signal : undefined;
}

function watchedWork(name: string, work: Work, watch: StuckWatch): Work {
  return (...args) => watched(name, signalOf(args), watch, () => work(...args) as Promise<unknown>);
}

async function watched<T>(name: string, signal: AbortSignal | undefined, watch: StuckWatch, work: () => Promise<T>): Promise<T> {
  const ended = begin(name, signal, watch);
  try {
    return await work();
  } finally {
    ended();
  }
}

function watchedStream(name: string, work: Work, watch: StuckWatch): Work {
  return (...args) => itemsOf(stream(name, signalOf(args), watch, () => chunksOf(work(...args) as AsyncGenerator<unknown, unknown, void>)));
}

/** Its end comes behind a step under way, so a step that never ends is noticed too. */
async function* stream<T, E>(name: string, signal: AbortSignal | undefined, watch: StuckWatch, begun: () => Chunks<T, E>): Chunks<T, E> {
  const ended = begin(name, signal, watch);
  const chunks = begun();
  try {
    for (;;) {
      const step = await chunks.next();
      if (step.done === true) return step.value;
      yield step.value;
    }
  } finally {
    try {
      await chunks.return(undefined as never);
    } finally {
      ended();
    }
  }
}

/** Watches from now until the returned function is called. */
function begin(name: string, signal: AbortSignal | undefined, { grace, onStuck }: StuckWatch): () => void {
  if (signal === undefined) return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => { timer = setTimeout(() => { onStuck(name); }, grace); };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  };
}
