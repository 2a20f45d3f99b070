import type { ComponentChildren, JSX } from 'preact';
import type { Tone } from './notice.tsx';

/** A state in a word, with a dot of its colour. */
export function Mark({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }): JSX.Element {
  return <span class="mark" data-state={tone}>{children}</span>;
}
