import type { JSX } from 'preact';
import { systems, type FleetSystem } from '../api/fleet.ts';
import { useLoad } from '../api/use-load.ts';
import { Card } from '../components/card.tsx';
import { DataTable, type Column } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Link } from '../components/link.tsx';
import { LoadedContent } from '../components/loaded-content.tsx';
import { Mark } from '../components/mark.tsx';
import { PageTitle } from '../components/page-title.tsx';
import type { ConsolePage } from '../page.ts';
import { TestButton } from './systems/test-button.tsx';

const COLUMNS: readonly Column<FleetSystem>[] = [
  { name: 'System', value: ({ name }) => <Link to={`systems/${encodeURIComponent(name)}`}>{name}</Link> },
  { name: 'State', value: ({ enabled, problem }) => (!enabled ? <Mark tone="idle">switched off</Mark> : problem === null ? <Mark tone="ok">within reach</Mark> : <><Mark tone="bad">out of reach</Mark><small>{problem}</small></>) },
  { name: 'Connector', value: ({ displayName, connectorRef }) => displayName ?? connectorRef?.connectorName ?? '–' },
  { name: 'Agents', value: ({ hosts, connectorRef }) => (hosts.length === 0 ? connectorRef?.connectorHostRef ?? '–' : <span class="chips">{hosts.map((host) => <Link key={host} class="chip" to={`agents/${encodeURIComponent(host)}`}>{host}</Link>)}</span>) },
  { name: 'Objects', value: ({ name, objectTypes }) => <span class="chips">{objectTypes.map((type) => <Link key={type} class="chip" to={`objects/${encodeURIComponent(name)}/${encodeURIComponent(type)}`}>{type}</Link>)}</span> },
  { name: 'Test', value: ({ name }) => <TestButton system={name} /> },
];

function Systems(): JSX.Element {
  const list = useLoad('systems', systems, { every: 10_000 });
  return (
    <>
      <PageTitle title="Systems" />
      <Card>
        <LoadedContent of={list}>{(rows) => <DataTable caption="Systems" columns={COLUMNS} rows={rows} rowKey={({ _id }) => _id} empty={<Empty title="No systems yet">Put a provisioner file into the configuration folder of the controller.</Empty>} />}</LoadedContent>
      </Card>
    </>
  );
}

export const page: ConsolePage = { path: 'systems', title: 'Systems', navigation: { group: 'Fleet', order: 30, icon: '▤' }, component: Systems };
