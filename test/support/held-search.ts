import type { RestClient, StreamedQuery } from './rest-client.js';

/** A search whose caller stops reading after the first objects, until it is released. */
export interface HeldSearch {
  /** Resolves when objects have come and reading has stopped. */
  readonly held: Promise<void>;
  readonly result: Promise<StreamedQuery>;
  release(): void;
}

export function holdSearch(rest: RestClient, path: string): HeldSearch {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => { release = resolve; });
  let onHeld: () => void = () => undefined;
  const held = new Promise<void>((resolve) => { onHeld = resolve; });
  const result = rest.stream(path, {
    onProgress: (objects) => {
      if (objects === 0) return undefined;
      onHeld();
      return gate;
    },
    timeout: 120_000,
  });
  return { held: Promise.race([held, result.then(({ status, end }) => { throw new Error(`the search was over before it was held: ${status} ${JSON.stringify(end)}`); })]), result, release };
}
