import type { JSX } from 'preact';
import type { SyncedChange } from '../../api/sync-history.ts';
import type { Column } from '../../components/data-table.tsx';
import { Empty } from '../../components/empty.tsx';
import { Mark } from '../../components/mark.tsx';
import { ObjectLink } from '../../components/object-link.tsx';
import { PagedTable } from '../../components/paged-table.tsx';
import { moment } from '../../components/words.ts';

const COLUMNS: readonly Column<SyncedChange>[] = [
  { name: 'Time', value: ({ timestamp }) => moment(timestamp) }, { name: 'Mapping', value: ({ mapping }) => mapping ?? '–' },
  { name: 'Source', value: ({ sourceObjectId }) => <ObjectLink id={sourceObjectId} /> }, { name: 'Target', value: ({ targetObjectId }) => <ObjectLink id={targetObjectId} /> },
  { name: 'Situation', value: ({ situation }) => situation ?? '–' }, { name: 'Action', value: ({ action }) => action ?? '–' },
  { name: 'Result', value: ({ status, outcome }) => <Mark tone={status === 'SUCCESS' ? 'ok' : 'bad'}>{status === 'SUCCESS' ? outcome ?? 'done' : 'failed'}</Mark> }, { name: 'Message', value: ({ message }) => message ?? '–' },
];

/** What was done about objects, newest first: of one run, or of one object by its full id. */
export function Changes({ of, value }: { readonly of: 'run' | 'resourceName'; readonly value: string }): JSX.Element {
  return <PagedTable<SyncedChange> key={`${of} ${value}`} caption="Changes" path={`sync/change?_queryFilter=true&${of}=${encodeURIComponent(value)}`} columns={COLUMNS} empty={<Empty title="No changes">Nothing was done.</Empty>} />;
}
