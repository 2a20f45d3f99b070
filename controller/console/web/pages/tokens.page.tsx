import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { tokens, type Token } from '../api/fleet.ts';
import { pathOf } from '../api/rest.ts';
import { useCan } from '../api/session.ts';
import { useLoad } from '../api/use-load.ts';
import { Card } from '../components/card.tsx';
import { ConfirmedRequest } from '../components/confirmed-request.tsx';
import { CopiedText } from '../components/copied-text.tsx';
import { DataTable, type Column } from '../components/data-table.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Empty } from '../components/empty.tsx';
import { LoadedContent } from '../components/loaded-content.tsx';
import { Notice } from '../components/notice.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { fromNow, moment } from '../components/words.ts';
import type { ConsolePage } from '../page.ts';
import { toast } from '../shell/toasts.tsx';
import { NewToken, type MadeToken } from './tokens/new-token.tsx';

type Step = { readonly kind: 'none' } | { readonly kind: 'new' } | { readonly kind: 'made'; readonly made: MadeToken } | { readonly kind: 'revoke'; readonly token: Token };

function Tokens(): JSX.Element {
  const list = useLoad('tokens', tokens, { every: 10_000 });
  const [step, setStep] = useState<Step>({ kind: 'none' });
  const may = useCan('administer');
  const close = (): void => setStep({ kind: 'none' });
  const columns: readonly Column<Token>[] = [
    { name: 'Agent', value: ({ agent }) => agent }, { name: 'Group', value: ({ group }) => group ?? '–' }, { name: 'Token', value: ({ _id }) => <code>{_id}</code> },
    { name: 'Made', value: ({ created }) => moment(created) }, { name: 'Ends', value: ({ expires }) => fromNow(expires) },
    ...(may ? [{ name: 'Revoke', value: (token: Token) => <button class="button" type="button" aria-label={`Revoke the token of ${token.agent}`} onClick={() => setStep({ kind: 'revoke', token })}>Revoke</button> }] : []),
  ];
  return (
    <>
      <PageTitle title="Enrolment tokens" actions={may ? <button class="button primary" type="button" onClick={() => setStep({ kind: 'new' })}>New token</button> : null} />
      <Card>
        <LoadedContent of={list}>{(rows) => <DataTable caption="Open enrolment tokens" columns={columns} rows={rows} rowKey={({ _id }) => _id} empty={<Empty title="No open tokens">A token lets one agent get its certificate, once.</Empty>} />}</LoadedContent>
      </Card>
      {step.kind === 'new' ? <NewToken onClose={close} onMade={(made) => { setStep({ kind: 'made', made }); list.reload(); }} /> : null}
      {step.kind === 'made' ? <Shown made={step.made} onClose={close} /> : null}
      {step.kind === 'revoke' ? <ConfirmedRequest title={`Revoke the token of ${step.token.agent}?`} action="Revoke" isDangerous request={{ method: 'DELETE', path: pathOf('fleet', 'tokens', step.token._id) }} onClose={close} onDone={() => { close(); toast('ok', 'The token is good for nothing any more.'); list.reload(); }} /> : null}
    </>
  );
}

/** The only time it is to be seen: the controller keeps no more than its digest. */
function Shown({ made: { agent, token, expires }, onClose }: { readonly made: MadeToken; readonly onClose: () => void }): JSX.Element {
  return (
    <Dialog title={`Token for ${agent}`} onClose={onClose}>
      <div class="form">
        <Notice tone="warn">It is shown this once, and ends {fromNow(expires)}. Whoever has it can become this agent.</Notice>
        <CopiedText label="Enrolment token" text={token} />
        <p>On the agent’s machine, with the token in token.txt:</p>
        <CopiedText label="Command" text="causeway agent enroll --config agent.yaml --token @token.txt" />
        <div class="actions end"><button class="button primary" type="button" onClick={onClose}>Done</button></div>
      </div>
    </Dialog>
  );
}

export const page: ConsolePage = { path: 'tokens', title: 'Enrolment tokens', navigation: { group: 'Administration', order: 10, icon: '✦' }, component: Tokens };
