import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useCan } from '../api/session.ts';
import { mappings, type MappingDocument } from '../api/synchronisation.ts';
import { useLoad } from '../api/use-load.ts';
import { Card } from '../components/card.tsx';
import { DataTable, type Column } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Link } from '../components/link.tsx';
import { LoadedContent } from '../components/loaded-content.tsx';
import { Mark } from '../components/mark.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { moment } from '../components/words.ts';
import type { ConsolePage } from '../page.ts';
import { StartRun } from './mappings/start-run.tsx';
import { RunStateMark } from './reconciliations/run-state.tsx';
import { runPath } from './reconciliations/run-table.tsx';

const COLUMNS: readonly Column<MappingDocument>[] = [
  { name: 'Mapping', value: ({ _id }) => <Link to={`mappings/${encodeURIComponent(_id)}`}>{_id}</Link> },
  { name: 'From and to', value: ({ source, target }) => `${source ?? '?'} → ${target ?? '?'}` },
  { name: 'State', value: ({ problems }) => (problems.length === 0 ? <Mark tone="ok">usable</Mark> : <><Mark tone="bad">cannot be used</Mark>{problems.map((problem) => <small key={problem}>{problem}</small>)}</>) },
  { name: 'Follows changes', value: ({ enableSync }) => (enableSync ? 'yes' : 'no: by runs only') },
  { name: 'Last run', value: ({ lastRun }) => (lastRun === null ? <span class="quiet">none</span> : <><RunStateMark run={lastRun} /><small><Link to={runPath(lastRun)}>{moment(lastRun.started)}</Link></small></>) },
];

function Mappings(): JSX.Element {
  const list = useLoad('mappings', mappings, { every: 10_000 });
  const [starting, setStarting] = useState<MappingDocument>();
  const may = useCan('operate');
  const columns: readonly Column<MappingDocument>[] = may
    ? [...COLUMNS, { name: 'Run', value: (mapping) => <button class="button" type="button" disabled={mapping.problems.length > 0} aria-label={`Reconcile ${mapping._id}`} onClick={() => setStarting(mapping)}>Reconcile</button> }] : COLUMNS;
  return (
    <>
      <PageTitle title="Mappings" />
      <Card>
        <LoadedContent of={list}>{(rows) => <DataTable caption="Mappings" columns={columns} rows={rows} rowKey={({ _id }) => _id} empty={<Empty title="No mappings yet">Put sync.json into the configuration folder of the controller, or write it by config/sync.</Empty>} />}</LoadedContent>
      </Card>
      {starting === undefined ? null : <StartRun mapping={starting} onClose={() => setStarting(undefined)} />}
    </>
  );
}

export const page: ConsolePage = { path: 'mappings', title: 'Mappings', navigation: { group: 'Synchronisation', order: 10, icon: '⇉' }, component: Mappings };
