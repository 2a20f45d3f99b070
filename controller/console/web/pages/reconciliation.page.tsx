import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { pathOf, rest } from '../api/rest.ts';
import { useCan } from '../api/session.ts';
import type { Run } from '../api/synchronisation.ts';
import { useLoad } from '../api/use-load.ts';
import { Card } from '../components/card.tsx';
import { ConfirmedRequest } from '../components/confirmed-request.tsx';
import { Facts } from '../components/facts.tsx';
import { Link } from '../components/link.tsx';
import { LoadedContent } from '../components/loaded-content.tsx';
import { moment } from '../components/words.ts';
import { PageTitle } from '../components/page-title.tsx';
import type { ConsolePage, PageProps } from '../page.ts';
import { toast } from '../shell/toasts.tsx';
import { Approval } from './reconciliations/approval.tsx';
import { RunDurations, RunFigures } from './reconciliations/run-figures.tsx';
import { RunProgress } from './reconciliations/run-progress.tsx';
import { RunReport } from './reconciliations/run-report.tsx';
import { kindOf, RunStateMark } from './reconciliations/run-state.tsx';

const SLOWEST = 5_000;

/** A run that has been going on for long is asked less often; one that has ended, no more. */
function pauseOf(run: Run | undefined): number | undefined {
  if (run === undefined || run.state === 'AWAITING_APPROVAL') return SLOWEST;
  return run.state === 'ACTIVE' ? Math.min(500 + run.duration / 20, SLOWEST) : undefined;
}

function Reconciliation({ params: { id = '' } }: PageProps): JSX.Element {
  const loaded = useLoad(`run ${id}`, (signal) => rest<Run>({ method: 'GET', path: pathOf('recon', id), signal }), { every: pauseOf });
  const [isCancelling, setIsCancelling] = useState(false);
  const may = useCan('operate');
  const run = loaded.data;
  return (
    <>
      <PageTitle title={run === undefined ? id : `Run of ${run.mapping}`} above={[{ title: 'Reconciliations', to: 'reconciliations' }]}
        actions={may && run?.state === 'ACTIVE' ? <button class="button danger" type="button" onClick={() => setIsCancelling(true)}>Cancel the run</button> : null} />
      <LoadedContent of={loaded}>{(shown) => <Shown run={shown} reload={loaded.reload} />}</LoadedContent>
      {isCancelling && run !== undefined ? (
        <ConfirmedRequest title="Cancel this run?" action="Cancel the run" isDangerous request={{ method: 'POST', path: `${pathOf('recon', id)}?_action=cancel` }} onClose={() => setIsCancelling(false)}
          onDone={() => { setIsCancelling(false); toast('ok', 'The run stops when what is under way has ended.'); loaded.reload(); }}>
          <p>What it has done so far stays done.</p>
        </ConfirmedRequest>
      ) : null}
    </>
  );
}

function Shown({ run, reload }: { readonly run: Run; readonly reload: () => void }): JSX.Element {
  return (
    <>
      {run.state === 'AWAITING_APPROVAL' ? <Approval run={run} onDecided={reload} /> : null}
      {run.state === 'ACTIVE' ? <RunProgress run={run} /> : null}
      <RunFigures run={run} />
      <Card title="About">
        <Facts facts={[
          ['State', <RunStateMark run={run} />], ['Mapping', <Link to={`mappings/${encodeURIComponent(run.mapping)}`}>{run.mapping}</Link>], ['Kind', kindOf(run)],
          ...(run.delta === undefined ? [] : [['Read as', `source ${run.delta.source ?? '…'}, target ${run.delta.target ?? '…'}`]] as const),
          ...(run.message === undefined ? [] : [['Message', run.message]] as const),
          ['Started', moment(run.started)], ['Ended', run.ended === '' ? 'not yet' : moment(run.ended)], ['Id', <code>{run._id}</code>],
        ]} />
      </Card>
      {run.state === 'ACTIVE' ? null : <><RunReport run={run} /><RunDurations run={run} /></>}
    </>
  );
}

export const page: ConsolePage = { path: 'reconciliations/:id', title: 'Reconciliation', component: Reconciliation };
