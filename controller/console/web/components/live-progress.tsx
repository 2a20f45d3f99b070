import type { JSX } from 'preact';

export interface LiveProgressProps {
  readonly label: string;
  readonly done: number;
  /** Undefined: not known (yet). */
  readonly total: number | undefined;
}

/** How far something that runs is; for a page that asks every second (`useLoad` with `every`). */
export function LiveProgress({ label, done, total }: LiveProgressProps): JSX.Element {
  return (
    <div class="progress">
      <progress aria-label={label} {...(total === undefined ? {} : { max: Math.max(total, 1), value: done })} />
      <span>{done.toLocaleString('en')}{total === undefined ? '' : ` of ${total.toLocaleString('en')}`}</span>
    </div>
  );
}
