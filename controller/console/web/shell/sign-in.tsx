import type { JSX, TargetedSubmitEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { signIn, type SignedIn } from '../api/session.ts';
import { Brand } from '../components/brand.tsx';
import { Field } from '../components/field.tsx';
import { Notice } from '../components/notice.tsx';

/** Why the identity provider's way ended here. */
const OIDC_PROBLEMS: Readonly<Record<string, string>> = {
  refused: 'The sign-in was refused. The audit of the controller says why.', unavailable: 'The identity provider cannot be reached at the moment.',
};

export function SignIn({ onSignedIn }: { readonly onSignedIn: (user: SignedIn) => void }): JSX.Element {
  const [hasOidc, setHasOidc] = useState(false);
  const [problem, setProblem] = useState(OIDC_PROBLEMS[new URLSearchParams(location.search).get('sign-in') ?? '']);
  const [isBusy, setIsBusy] = useState(false);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = 'Sign in · Causeway';
    fetch('/console/sign-in-options').then(async (response) => setHasOidc((await response.json() as { oidc: boolean }).oidc)).catch(() => undefined);
  }, []);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setIsBusy(true);
    setProblem(undefined);
    signIn(textOf(form, 'name'), textOf(form, 'password')).then(onSignedIn, (error: unknown) => {
      setProblem(messageOf(error));
      setIsBusy(false);
      if (password.current !== null) password.current.value = '';
      password.current?.focus();
    });
  };
  return (
    <main class="alone">
      <form class="card sign-in" onSubmit={submit}>
        <Brand />
        <h1>Sign in</h1>
        <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
        <Field label="User"><input name="name" autocomplete="username" autocapitalize="none" spellcheck={false} required autofocus /></Field>
        <Field label="Password"><input ref={password} name="password" type="password" autocomplete="current-password" required /></Field>
        <button class="button primary" type="submit" disabled={isBusy}>{isBusy ? 'Signing in' : 'Sign in'}</button>
        {hasOidc ? <a class="button" href="/console/oidc/begin">Sign in with your organisation</a> : null}
      </form>
    </main>
  );
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message === 'Access Denied') return 'The user or the password is wrong.';
  return error.message === 'Access denied' ? 'This user has no role that may use the console.' : error.message;
}
