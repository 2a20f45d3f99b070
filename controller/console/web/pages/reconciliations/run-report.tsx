import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { pathOf } from '../../api/rest.ts';
import type { Run, RunEntry } from '../../api/synchronisation.ts';
import { Card } from '../../components/card.tsx';
import type { Column } from '../../components/data-table.tsx';
import { Empty } from '../../components/empty.tsx';
import { Field } from '../../components/field.tsx';
import { filterText } from '../../components/filter-text.ts';
import { Mark } from '../../components/mark.tsx';
import { ObjectLink } from '../../components/object-link.tsx';
import { PagedTable } from '../../components/paged-table.tsx';

const ACTIONS = ['CREATE', 'UPDATE', 'DELETE', 'LINK', 'UNLINK', 'EXCEPTION', 'REPORT', 'NOREPORT', 'ASYNC', 'IGNORE'];
const FILTERS = ['situation', 'action', 'status'] as const;
type Wanted = Readonly<Partial<Record<(typeof FILTERS)[number] | 'id', string | undefined>>>;

const COLUMNS: readonly Column<RunEntry>[] = [
  { name: 'Source', value: ({ sourceObjectId }) => <ObjectLink id={sourceObjectId} /> }, { name: 'Target', value: ({ targetObjectId, ambiguousTargetObjectIds }) => <><ObjectLink id={targetObjectId} />{ambiguousTargetObjectIds === null ? null : <small>{`one of ${ambiguousTargetObjectIds}`}</small>}</> },
  { name: 'Situation', value: ({ situation }) => situation ?? '–' }, { name: 'Action', value: ({ action }) => action ?? '–' },
  { name: 'Status', value: ({ status, outcome }) => (status === null ? '–' : <Mark tone={status !== 'SUCCESS' ? 'bad' : outcome === 'none' ? 'idle' : 'ok'}>{status !== 'SUCCESS' ? 'failed' : outcome === 'none' ? 'nothing to do' : outcome ?? 'done'}</Mark>) },
  { name: 'Message', value: ({ message }) => message ?? '–' },
];

function filterOf({ id, ...exact }: Wanted): string {
  const tests = FILTERS.flatMap((property) => (exact[property] === undefined ? [] : [{ property, operator: 'eq', value: exact[property] }]));
  const parts = tests.length === 0 ? [] : [filterText(tests, 'and')];
  if (id !== undefined) parts.push(`(${filterText([{ property: 'sourceObjectId', operator: 'co', value: id }, { property: 'targetObjectId', operator: 'co', value: id }], 'or')})`);
  return parts.join(' and ') || 'true';
}

/** What was found and done, object by object. */
export function RunReport({ run }: { readonly run: Run }): JSX.Element {
  const [wanted, setWanted] = useState<Wanted>({});
  const path = `${pathOf('recon', run._id, 'entry')}?_queryFilter=${encodeURIComponent(filterOf(wanted))}`;
  const change = (name: keyof Wanted, value: string): void => setWanted({ ...wanted, [name]: value === '' ? undefined : value });
  const situations = Object.entries(run.situationSummary).flatMap(([name, count]) => (count > 0 ? [name] : []));
  return (
    <Card title="Report" actions={<a class="button" href={`/openidm/${pathOf('recon', run._id, 'report.csv')}`} download>Download as CSV</a>}>
      <div class="test" role="group" aria-label="Filter of the report">
        <Choice label="Situation" options={situations} onChange={(value) => change('situation', value)} />
        <Choice label="Action" options={ACTIONS} onChange={(value) => change('action', value)} />
        <Choice label="Status" options={['SUCCESS', 'FAILURE']} onChange={(value) => change('status', value)} />
        <Field label="Id contains"><input type="search" onChange={(event) => change('id', event.currentTarget.value)} /></Field>
      </div>
      <PagedTable<RunEntry> key={`${path} ${run.state}`} caption="Report" path={path} columns={COLUMNS} empty={<Empty title="No objects">None passes this filter.</Empty>} />
    </Card>
  );
}

function Choice({ label, options, onChange }: { readonly label: string; readonly options: readonly string[]; readonly onChange: (value: string) => void }): JSX.Element {
  return <Field label={label}><select onChange={(event) => onChange(event.currentTarget.value)}><option value="">all</option>{options.map((name) => <option key={name} value={name}>{name}</option>)}</select></Field>;
}
