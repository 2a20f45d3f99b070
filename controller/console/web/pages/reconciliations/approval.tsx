import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { pathOf } from '../../api/rest.ts';
import { useCan } from '../../api/session.ts';
import type { Run } from '../../api/synchronisation.ts';
import { Card } from '../../components/card.tsx';
import { ConfirmedRequest } from '../../components/confirmed-request.tsx';
import { Figures } from '../../components/figures.tsx';
import { Notice } from '../../components/notice.tsx';
import { countOf } from '../../components/words.ts';
import { toast } from '../../shell/toasts.tsx';

const VERBS = [['CREATE', 'create'], ['UPDATE', 'update'], ['DELETE', 'delete']] as const;

/** `create 2, update 0 and delete 12 of 20 target objects` */
export function wantedText({ wanted, message }: Pick<Run, 'wanted' | 'message'>): string {
  if (wanted === undefined) return message ?? 'more than its thresholds allow';
  return `${VERBS.map(([action, verb], at) => `${at === 2 ? 'and ' : ''}${verb} ${wanted[action].toLocaleString('en')}`).join(', ').replace(', and', ' and')} of ${countOf(wanted.targets, 'target object')}`;
}

/** Of a run that reached a threshold: what it wants, and whether it may. */
export function Approval({ run, onDecided }: { readonly run: Run; readonly onDecided: () => void }): JSX.Element {
  const [asked, setAsked] = useState<'approve' | 'reject'>();
  const may = useCan('operate');
  const { wanted } = run;
  const decided = (): void => {
    toast('ok', asked === 'approve' ? 'The run goes on.' : 'The run ends; nothing was changed.');
    setAsked(undefined);
    onDecided();
  };
  return (
    <Card title="Waits for approval" actions={may ? <><button class="button" type="button" onClick={() => setAsked('reject')}>Reject</button><button class="button danger" type="button" onClick={() => setAsked('approve')}>Approve</button></> : null}>
      <Notice tone="warn">{run.message ?? 'A threshold was reached. Nothing has been changed so far.'}</Notice>
      {wanted === undefined ? null : <Figures figures={[...VERBS.map(([action, verb]) => ({ name: `Would ${verb}`, value: wanted[action].toLocaleString('en'), needsAttention: action === 'DELETE' && wanted[action] > 0 })), { name: 'Target objects', value: wanted.targets.toLocaleString('en') }]} />}
      {may ? null : <p class="quiet">Your role may not decide about it.</p>}
      {asked === undefined ? null : (
        <ConfirmedRequest title={asked === 'approve' ? 'Let this run go on?' : 'Reject this run?'} action={asked === 'approve' ? 'Approve' : 'Reject'} isDangerous={asked === 'approve'}
          request={{ method: 'POST', path: `${pathOf('recon', run._id)}?_action=${asked}` }} onClose={() => setAsked(undefined)} onDone={decided}>
          <p>{asked === 'approve' ? `The run of ${run.mapping} will ${wantedText(run)}.` : `The run of ${run.mapping} wanted to ${wantedText(run)}. It ends with nothing done.`}</p>
        </ConfirmedRequest>
      )}
    </Card>
  );
}
