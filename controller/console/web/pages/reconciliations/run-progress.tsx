import type { JSX } from 'preact';
import type { Run } from '../../api/synchronisation.ts';
import { Card } from '../../components/card.tsx';
import { LiveProgress } from '../../components/live-progress.tsx';

const STAGES = [
  ['ACTIVE_INITIALIZED', 'Beginning'], ['ACTIVE_QUERY_ENTRIES', 'Reading'], ['ACTIVE_RECONCILING_SOURCE', 'Deciding'], ['AWAITING_APPROVAL', 'Approval'],
  ['ACTIVE_RECONCILING_TARGET', 'Acting'], ['ACTIVE_PROCESSING_RESULTS', 'Deleting'],
] as const;

/** Where a run is: its stages, and how far both sides are. */
export function RunProgress({ run }: { readonly run: Run }): JSX.Element {
  const at = STAGES.findIndex(([stage]) => stage === run.stage);
  return (
    <Card title="Progress">
      <ol class="stages" aria-label="Stages">{STAGES.filter(([stage]) => stage !== 'AWAITING_APPROVAL' || run.stage === stage).map(([stage, words]) => (
        <li key={stage} {...(stage === run.stage ? { 'aria-current': 'step' as const } : {})} class={STAGES.findIndex(([one]) => one === stage) < at ? 'over' : ''}>{words}</li>
      ))}</ol>
      <p role="status">{run.stageDescription}</p>
      <Side name="Source" existing={run.progress.source.existing} isReading={run.stage === 'ACTIVE_QUERY_ENTRIES'} />
      <Side name="Target" existing={run.progress.target.existing} isReading={run.stage === 'ACTIVE_QUERY_ENTRIES'} />
    </Card>
  );
}

function Side({ name, existing: { read = 0, processed, total }, isReading }: { readonly name: string; readonly existing: Run['progress']['source']['existing']; readonly isReading: boolean }): JSX.Element {
  const known = total === '?' ? undefined : Number(total);
  return (
    <div class="half">
      <h3>{name}</h3>
      <p>{`${Math.max(read, known ?? 0).toLocaleString('en')} read, ${processed.toLocaleString('en')} processed`}</p>
      <LiveProgress label={isReading ? `${name}: objects read` : `${name}: objects processed`} done={isReading ? read : processed} total={known} />
    </div>
  );
}
