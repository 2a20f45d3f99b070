import type { JSX } from 'preact';

/** The place of something that is on its way. */
export function Skeleton({ lines = 4 }: { readonly lines?: number }): JSX.Element {
  return <div class="skeleton" role="status"><span class="unseen">Loading</span>{Array.from({ length: lines }, (_, line) => <div key={line} />)}</div>;
}
