import type { ComponentChildren, JSX } from 'preact';

export interface Figure { readonly name: string; readonly value: ComponentChildren; readonly note?: string; readonly needsAttention?: boolean }

/** A row of numbers to see at a glance. */
export function Figures({ figures }: { readonly figures: readonly Figure[] }): JSX.Element {
  return (
    <dl class="figures">
      {figures.map(({ name, value, note, needsAttention }) => <div key={name} class={needsAttention === true ? 'attention' : ''}><dt>{name}</dt><dd>{value}{note === undefined ? null : <small>{note}</small>}</dd></div>)}
    </dl>
  );
}
