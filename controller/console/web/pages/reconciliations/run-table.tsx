import type { JSX } from 'preact';
import type { Run } from '../../api/synchronisation.ts';
import { DataTable, type Column } from '../../components/data-table.tsx';
import { Empty } from '../../components/empty.tsx';
import { Link } from '../../components/link.tsx';
import { lasting, moment } from '../../components/words.ts';
import { kindOf, RunStateMark } from './run-state.tsx';

export const runPath = ({ _id: id }: Pick<Run, '_id'>): string => `reconciliations/${encodeURIComponent(id)}`;

const COLUMNS: readonly Column<Run>[] = [
  { name: 'Started', value: (run) => <Link to={runPath(run)}>{moment(run.started)}</Link> },
  { name: 'Mapping', value: ({ mapping }) => <Link to={`mappings/${encodeURIComponent(mapping)}`}>{mapping}</Link> },
  { name: 'State', value: (run) => <RunStateMark run={run} /> },
  { name: 'Kind', value: kindOf },
  { name: 'Took', isTight: true, value: ({ duration }) => lasting(duration) },
  { name: 'Created', isNumber: true, value: ({ progress: { target: { created } } }) => created.toLocaleString('en') },
  { name: 'Updated', isNumber: true, value: ({ progress: { target: { updated } } }) => updated.toLocaleString('en') },
  { name: 'Deleted', isNumber: true, value: ({ progress: { target: { deleted } } }) => deleted.toLocaleString('en') },
  { name: 'Failed', isNumber: true, value: ({ statusSummary: { FAILURE } }) => FAILURE.toLocaleString('en') },
];

/** Runs, one a row. */
export function RunTable({ caption, runs }: { readonly caption: string; readonly runs: readonly Run[] }): JSX.Element {
  return <DataTable caption={caption} columns={COLUMNS} rows={runs} rowKey={({ _id }) => _id} empty={<Empty title="No reconciliation yet">Start one at its mapping. <Link to="mappings">Mappings</Link></Empty>} />;
}
