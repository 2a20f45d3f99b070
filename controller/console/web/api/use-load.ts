import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Loaded<T> {
  /** What came last, kept while it is asked for again. */
  readonly data: T | undefined;
  readonly error: string | undefined;
  readonly isLoading: boolean;
  reload(): void;
}

export interface LoadOptions<T> {
  /** Asks again after so many milliseconds while the page is to be seen; by what came last: undefined ends it. After failures it takes longer. */
  readonly every?: number | ((data: T | undefined) => number | undefined);
}

const LONGEST_PAUSE = 60_000;

interface State<T> { readonly key: string; readonly data?: T; readonly error?: string; readonly failures: number; readonly isLoading: boolean }

/** Loads when shown and whenever `key` changes; what was asked before is given up. */
export function useLoad<T>(key: string, load: (signal: AbortSignal) => Promise<T>, { every }: LoadOptions<T> = {}): Loaded<T> {
  const [state, setState] = useState<State<T>>({ key, failures: 0, isLoading: true });
  const [turn, setTurn] = useState(0);
  const latest = useRef({ load, every });
  latest.current = { load, every };
  useEffect(() => {
    const stop = new AbortController();
    setState((before) => (before.key === key ? { ...before, isLoading: true } : { key, failures: 0, isLoading: true }));
    latest.current.load(stop.signal).then(
      (data) => { if (!stop.signal.aborted) setState({ key, data, failures: 0, isLoading: false }); },
      (error: unknown) => {
        if (!stop.signal.aborted) setState((before) => ({ ...(before.key === key ? before : {}), key, failures: before.failures + 1, error: error instanceof Error ? error.message : String(error), isLoading: false }));
      },
    );
    return () => stop.abort();
  }, [key, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  useEffect(() => {
    const wanted = latest.current.every;
    const pause = typeof wanted === 'function' ? wanted(state.data) : wanted;
    if (pause === undefined || state.isLoading) return undefined;
    const timer = setInterval(() => { if (!document.hidden) reload(); }, Math.min(pause * 2 ** state.failures, Math.max(pause, LONGEST_PAUSE)));
    return () => clearInterval(timer);
  }, [state]);
  const isOf = state.key === key;
  return { data: isOf ? state.data : undefined, error: isOf ? state.error : undefined, isLoading: !isOf || state.isLoading, reload };
}
