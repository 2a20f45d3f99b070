import type { JSX } from 'preact';
import { systems, type FleetSystem } from '../api/fleet.ts';
import { useLoad } from '../api/use-load.ts';
import { Card } from '../components/card.tsx';
import { DataTable, type Column } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Link } from '../components/link.tsx';
import { LoadedContent } from '../components/loaded-content.tsx';
import { PageTitle } from '../components/page-title.tsx';
import type { ConsolePage } from '../page.ts';
import { MANAGED, managedTypes } from './objects/object-collection.ts';

type Source = Pick<FleetSystem, '_id' | 'name' | 'objectTypes'>;

const COLUMNS: readonly Column<Source>[] = [
  { name: 'System', value: ({ name }) => name },
  { name: 'Object types', value: ({ name, objectTypes }) => <span class="chips">{objectTypes.map((type) => <Link key={type} class="chip" to={`objects/${encodeURIComponent(name)}/${encodeURIComponent(type)}`}>{type}</Link>)}</span> },
];

/** The controller's own objects first. */
async function sources(signal: AbortSignal): Promise<readonly Source[]> {
  const [types, all] = await Promise.all([managedTypes(signal), systems(signal)]);
  return types.length === 0 ? all : [{ _id: MANAGED, name: MANAGED, objectTypes: types }, ...all];
}

/** Where one chooses what to look into. */
function Objects(): JSX.Element {
  const list = useLoad('object types', sources);
  return (
    <>
      <PageTitle title="Objects" />
      <Card title="Choose what to look into">
        <LoadedContent of={list}>{(rows) => <DataTable caption="Object types" columns={COLUMNS} rows={rows} rowKey={({ _id }) => _id} empty={<Empty title="No systems yet" />} />}</LoadedContent>
      </Card>
    </>
  );
}

export const page: ConsolePage = { path: 'objects', title: 'Objects', navigation: { group: 'Data', order: 10, icon: '☰' }, component: Objects };
