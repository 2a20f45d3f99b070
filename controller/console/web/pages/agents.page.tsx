import type { JSX } from 'preact';
import { agents, groups, type Agent, type Group } from '../api/fleet.ts';
import { useLoad } from '../api/use-load.ts';
import { Card } from '../components/card.tsx';
import { DataTable, type Column } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Link } from '../components/link.tsx';
import { LoadedContent } from '../components/loaded-content.tsx';
import { Mark } from '../components/mark.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { SparkLine } from '../components/spark-line.tsx';
import type { ConsolePage } from '../page.ts';
import { AgentState, CertificateEnd } from './agents/agent-state.tsx';

const COLUMNS: readonly Column<Agent>[] = [
  { name: 'Agent', value: ({ name }) => <Link to={`agents/${encodeURIComponent(name)}`}>{name}</Link> },
  { name: 'State', value: (agent) => <AgentState agent={agent} /> },
  { name: 'Groups', value: ({ groups: names }) => (names.length === 0 ? '–' : names.join(', ')) },
  { name: 'Version', isTight: true, value: ({ version }) => version ?? '–' },
  { name: 'Certificate ends', value: (agent) => <CertificateEnd agent={agent} /> },
  { name: 'Connectors', isNumber: true, value: ({ connectors }) => connectors.length },
  { name: 'Running', isNumber: true, value: ({ traffic }) => traffic?.running ?? 0 },
  { name: 'Last 30 minutes', value: ({ name, traffic }) => (traffic === null ? '–' : <SparkLine counts={traffic.minutes} label={`${name}: ${traffic.minutes.reduce((sum, count) => sum + count, 0)} operations in 30 minutes`} />) },
];

const GROUP_COLUMNS: readonly Column<Group>[] = [
  { name: 'Group', value: ({ _id }) => _id },
  { name: 'State', value: ({ operational }) => (operational ? <Mark tone="ok">in service</Mark> : <Mark tone="bad">nobody connected</Mark>) },
  { name: 'Members', value: ({ members }) => (members.length === 0 ? '–' : <span class="chips">{members.map(({ name }) => <Link key={name} class="chip" to={`agents/${encodeURIComponent(name)}`}>{name}</Link>)}</span>) },
];

function Agents(): JSX.Element {
  const list = useLoad('agents', agents, { every: 5_000 });
  const groupList = useLoad('groups', groups, { every: 5_000 });
  return (
    <>
      <PageTitle title="Agents" />
      <Card title="Agents">
        <LoadedContent of={list}>{(rows) => <DataTable caption="Agents" columns={COLUMNS} rows={rows} rowKey={({ _id }) => _id} empty={<Empty title="No agent yet">Make an enrolment token, and start an agent with it. <Link to="tokens">Enrolment tokens</Link></Empty>} />}</LoadedContent>
      </Card>
      <Card title="Groups">
        <LoadedContent of={groupList}>{(rows) => <DataTable caption="Groups" columns={GROUP_COLUMNS} rows={rows} rowKey={({ _id }) => _id} empty={<Empty title="No groups">Agents with tokens of one group serve its systems together.</Empty>} />}</LoadedContent>
      </Card>
    </>
  );
}

export const page: ConsolePage = { path: 'agents', title: 'Agents', navigation: { group: 'Fleet', order: 20, icon: '⇄' }, component: Agents };
