import type { JSX } from 'preact';
import type { DurationFigures, Run } from '../../api/synchronisation.ts';
import { BarChart, type Bar } from '../../components/bar-chart.tsx';
import { Card } from '../../components/card.tsx';
import { DataTable, type Column } from '../../components/data-table.tsx';
import { Figures } from '../../components/figures.tsx';
import type { Tone } from '../../components/notice.tsx';
import { lasting } from '../../components/words.ts';

const TONES: Readonly<Record<string, Tone>> = { CONFIRMED: 'ok', FOUND: 'ok', ABSENT: 'idle', AMBIGUOUS: 'bad', MISSING: 'warn', SOURCE_MISSING: 'warn', UNASSIGNED: 'warn', UNQUALIFIED: 'warn', FOUND_ALREADY_LINKED: 'bad' };

/** What a run found, did, and how long its parts took. */
export function RunFigures({ run }: { readonly run: Run }): JSX.Element {
  const { progress: { target, links }, statusSummary } = run;
  const situations = Object.entries(run.situationSummary).filter(([, count]) => count > 0).sort(([, left], [, right]) => right - left).map(([name, count]): Bar => ({ name, count, tone: TONES[name] ?? 'idle' }));
  const outcomes: readonly Bar[] = [
    { name: 'created', count: target.created, tone: 'ok' }, { name: 'updated', count: target.updated, tone: 'ok' }, { name: 'deleted', count: target.deleted, tone: 'warn' },
    { name: 'linked', count: links.created }, { name: 'unlinked', count: links.deleted }, { name: 'failed', count: statusSummary.FAILURE, tone: 'bad' },
  ];
  return (
    <>
      <Figures figures={[
        { name: 'Source objects', value: number(run.progress.source.existing.total), note: `${run.progress.source.existing.processed.toLocaleString('en')} processed` },
        { name: 'Target objects', value: number(target.existing.total), note: `${target.existing.processed.toLocaleString('en')} processed` },
        { name: 'Done', value: statusSummary.SUCCESS.toLocaleString('en') }, { name: 'Failed', value: statusSummary.FAILURE.toLocaleString('en'), needsAttention: statusSummary.FAILURE > 0 },
        { name: 'Took', value: lasting(run.duration) },
      ]} />
      <div class="columns">
        <Card title="Situations">{situations.length === 0 ? <p class="quiet">Nothing decided yet.</p> : <BarChart label="Objects by situation" bars={situations} />}</Card>
        <Card title="Outcomes"><BarChart label="Objects by outcome" bars={outcomes} /></Card>
      </div>
    </>
  );
}

const number = (total: string): string => (total === '?' ? '…' : Number(total).toLocaleString('en'));

type Timed = readonly [name: string, figures: DurationFigures];
const COLUMNS: readonly Column<Timed>[] = [
  { name: 'Part', value: ([name]) => name }, { name: 'Times', isNumber: true, value: ([, { count }]) => count.toLocaleString('en') },
  { name: 'Altogether', isNumber: true, value: ([, { sum }]) => lasting(sum) }, { name: 'Mean', isNumber: true, value: ([, { mean }]) => lasting(mean) },
  { name: 'Shortest', isNumber: true, value: ([, { min }]) => lasting(min) }, { name: 'Longest', isNumber: true, value: ([, { max }]) => lasting(max) },
  { name: 'Deviation', isNumber: true, value: ([, { stdDev }]) => lasting(stdDev) },
];

export function RunDurations({ run }: { readonly run: Run }): JSX.Element {
  return <Card title="Durations"><DataTable caption="Durations" columns={COLUMNS} rows={Object.entries(run.durationSummary)} rowKey={([name]) => name} empty="Nothing measured yet" /></Card>;
}
