import { pages } from 'console:pages';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { onSignedOut } from '../api/rest.ts';
import { SessionContext, whoAmI, type SignedIn } from '../api/session.ts';
import { Notice } from '../components/notice.tsx';
import { Toasts } from './toasts.tsx';
import { Shell } from './shell.tsx';
import { SignIn } from './sign-in.tsx';

type State = { readonly kind: 'asking' } | { readonly kind: 'out' } | { readonly kind: 'in'; readonly user: SignedIn } | { readonly kind: 'failed'; readonly message: string };

/** Everything: the sign-in until there is a session, the pages from then on. */
export function App(): JSX.Element {
  const [state, setState] = useState<State>({ kind: 'asking' });
  useEffect(() => {
    onSignedOut(() => setState({ kind: 'out' }));
    whoAmI().then(
      (user) => setState(user === undefined ? { kind: 'out' } : { kind: 'in', user }),
      (error: unknown) => setState({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
    );
  }, []);
  switch (state.kind) {
    case 'asking': return <p class="waiting" role="status">Loading</p>;
    case 'failed': return <main class="alone"><h1>Causeway</h1><Notice tone="bad">{state.message}</Notice></main>;
    case 'out': return <SignIn onSignedIn={(user) => setState({ kind: 'in', user })} />;
    case 'in': return (
      <SessionContext.Provider value={state.user}>
        <Shell pages={pages} onSignOut={() => setState({ kind: 'out' })} />
        <Toasts />
      </SessionContext.Provider>
    );
  }
}
