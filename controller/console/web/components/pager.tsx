import type { JSX } from 'preact';

export interface PagerProps {
  /** From 1. */
  readonly page: number;
  readonly hasNext: boolean;
  readonly count: number;
  readonly onPrevious: () => void;
  readonly onNext: () => void;
}

export function Pager({ page, hasNext, count, onPrevious, onNext }: PagerProps): JSX.Element {
  return (
    <nav class="pager" aria-label="Result pages">
      <span role="status">Page {page}, {count} {count === 1 ? 'object' : 'objects'}</span>
      <button class="button" type="button" disabled={page === 1} onClick={onPrevious}>Previous</button>
      <button class="button" type="button" disabled={!hasNext} onClick={onNext}>Next</button>
    </nav>
  );
}
