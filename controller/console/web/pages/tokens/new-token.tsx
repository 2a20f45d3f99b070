import type { JSX, TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { rest } from '../../api/rest.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { Notice } from '../../components/notice.tsx';

export interface MadeToken { readonly agent: string; readonly token: string; readonly expires: string }

/** Asks whom a token is for, and makes it. */
export function NewToken({ onMade, onClose }: { readonly onMade: (token: MadeToken) => void; readonly onClose: () => void }): JSX.Element {
  const [problem, setProblem] = useState<string>();
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = ['agent', 'group', 'life', 'others'].flatMap((name) => {
      const value = form.get(name);
      return typeof value === 'string' && value !== '' ? [[name, value] as const] : [];
    });
    rest<MadeToken>({ method: 'POST', path: 'fleet/tokens?_action=create', body: Object.fromEntries(given) }).then(onMade, (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
  };
  return (
    <Dialog title="New enrolment token" onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <Field label="Agent" hint="The name it will have, and its certificate"><input name="agent" required autocomplete="off" spellcheck={false} /></Field>
        <Field label="Group" hint="Optional: agents of one group serve its systems together"><input name="group" autocomplete="off" /></Field>
        <Field label="Life" hint="30m, 12h, 7d at most; without it as configured"><input name="life" placeholder="1h" autocomplete="off" /></Field>
        <Field label="If the agent has a certificate"><select name="others"><option value="">refuse</option><option value="replaced">replace it once the new one is in use</option><option value="kept">keep it: a second machine</option></select></Field>
        <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
        <div class="actions end"><button class="button" type="button" onClick={onClose}>Cancel</button><button class="button primary" type="submit">Make the token</button></div>
      </form>
    </Dialog>
  );
}
