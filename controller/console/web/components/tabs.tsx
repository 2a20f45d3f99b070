import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';

export interface Tab { readonly name: string; readonly content: () => ComponentChildren }

/** One of several views; a choice of buttons, so that Tab and Enter are all one needs. */
export function Tabs({ label, tabs }: { readonly label: string; readonly tabs: readonly Tab[] }): JSX.Element {
  const [shown, setShown] = useState(tabs[0]?.name);
  return (
    <>
      <div class="choice" role="group" aria-label={label}>{tabs.map(({ name }) => <button key={name} type="button" aria-pressed={name === shown} onClick={() => setShown(name)}>{name}</button>)}</div>
      {tabs.find(({ name }) => name === shown)?.content()}
    </>
  );
}
