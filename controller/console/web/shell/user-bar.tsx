import type { JSX } from 'preact';
import { useContext, useState } from 'preact/hooks';
import { SessionContext, signOut } from '../api/session.ts';
import { THEMES, applyTheme, chosenTheme, type Theme } from './theme.ts';
import { toast } from './toasts.tsx';

const NAMES: Readonly<Record<string, string>> = { 'openidm-admin': 'Administrator', 'causeway-operator': 'Operator', 'causeway-auditor': 'Auditor' };

/** Who is signed in, the look, and the way out. */
export function UserBar({ onSignOut }: { readonly onSignOut: () => void }): JSX.Element {
  const { name, roles } = useContext(SessionContext);
  const [theme, setTheme] = useState(chosenTheme());
  const choose = (next: Theme): void => {
    applyTheme(next);
    setTheme(next);
  };
  const leave = (): void => {
    signOut().then((next) => {
      if (next === undefined) onSignOut();
      else location.assign(next);
    }, (error: unknown) => toast('bad', `Not signed out: ${error instanceof Error ? error.message : String(error)}`));
  };
  return (
    <div class="user-bar">
      <p><strong>{name}</strong><small>{roles.flatMap((role) => NAMES[role] ?? []).join(', ')}</small></p>
      <div class="choice" role="group" aria-label="Look">
        {THEMES.map((each) => <button key={each} type="button" aria-pressed={theme === each} onClick={() => choose(each)}>{each[0]?.toUpperCase()}{each.slice(1)}</button>)}
      </div>
      <button class="button" type="button" onClick={leave}>Sign out</button>
    </div>
  );
}
