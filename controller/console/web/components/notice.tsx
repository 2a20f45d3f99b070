import type { ComponentChildren, JSX } from 'preact';

export type Tone = 'ok' | 'warn' | 'bad' | 'idle';

export function Notice({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }): JSX.Element {
  return <div class="notice" data-state={tone}>{children}</div>;
}
