import type { JSX } from 'preact';
import type { Agent } from '../api/fleet.ts';
import { pathOf, rest } from '../api/rest.ts';
import { useLoad } from '../api/use-load.ts';
import { Card } from '../components/card.tsx';
import { DataTable, type Column } from '../components/data-table.tsx';
import { Facts } from '../components/facts.tsx';
import { LoadedContent } from '../components/loaded-content.tsx';
import { Mark } from '../components/mark.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { SparkLine } from '../components/spark-line.tsx';
import { moment } from '../components/words.ts';
import type { ConsolePage, PageProps } from '../page.ts';
import { AgentState, CertificateEnd } from './agents/agent-state.tsx';

type Connector = Agent['connectors'][number];
type Session = Agent['sessions'][number];

const CONNECTORS: readonly Column<Connector>[] = [
  { name: 'Connector', value: ({ displayName, connectorName }) => <>{displayName}<small>{connectorName}</small></> },
  { name: 'Bundle', value: ({ bundleName }) => bundleName },
  { name: 'Version', isTight: true, value: ({ bundleVersion }) => bundleVersion },
];
const SESSIONS: readonly Column<Session>[] = [
  { name: 'Session', value: ({ id }) => <code>{id}</code> },
  { name: 'State', value: ({ operational, draining }) => <Mark tone={draining ? 'warn' : operational ? 'ok' : 'bad'}>{draining ? 'draining' : operational ? 'connected' : 'waiting for it to come back'}</Mark> },
  { name: 'Speaks', value: ({ causeway }) => (causeway ? 'OpenICF with Causeway’s extensions' : 'OpenICF') },
  { name: 'Sockets', isNumber: true, value: ({ sockets }) => sockets },
  { name: 'Waiting for answers', isNumber: true, value: ({ pending }) => pending },
];

function AgentPage({ params: { agent: name = '' } }: PageProps): JSX.Element {
  const agent = useLoad(`agent ${name}`, (signal) => rest<Agent>({ method: 'GET', path: pathOf('fleet', 'agents', name), signal }), { every: 5_000 });
  return (
    <>
      <PageTitle title={name} above={[{ title: 'Agents', to: 'agents' }]} />
      <LoadedContent of={agent}>{(shown) => (
        <>
          <div class="columns"><About agent={shown} /><Traffic agent={shown} /></div>
          <Card title="Connections"><DataTable caption="Connections" columns={SESSIONS} rows={shown.sessions} rowKey={({ id }) => id} empty="Not connected" /></Card>
          <Card title="Connectors"><DataTable caption="Connectors" columns={CONNECTORS} rows={shown.connectors} rowKey={({ bundleName, connectorName, bundleVersion }) => `${bundleName} ${connectorName} ${bundleVersion}`} empty="No connectors announced" /></Card>
        </>
      )}</LoadedContent>
    </>
  );
}

function About({ agent }: { readonly agent: Agent }): JSX.Element {
  const { certificate } = agent;
  return (
    <Card title="About">
      <Facts facts={[
        ['State', <AgentState agent={agent} />], ['Kind', agent.type === 'remoteConnectorServer' ? 'connector server, dialled' : 'agent, dials in'], ['Version', agent.version ?? 'differs by connector'],
        ['Groups', agent.groups.length === 0 ? 'none' : agent.groups.join(', ')], ['Certificate ends', <CertificateEnd agent={agent} />],
        ...(certificate === null ? [] : [['Serial number', <code>{certificate.serial}</code>], ['Issued', certificate.issued === null ? 'not here' : moment(certificate.issued)], ['Machine', certificate.hostId ?? 'not told']] as const),
      ]} />
    </Card>
  );
}

function Traffic({ agent: { traffic, name } }: { readonly agent: Agent }): JSX.Element | null {
  if (traffic === null) return null;
  const count = traffic.minutes.reduce((sum, minute) => sum + minute, 0);
  return (
    <Card title="Throughput">
      <SparkLine counts={traffic.minutes} label={`${name}: ${count} operations in 30 minutes`} />
      <Facts facts={[['Last 30 minutes', `${count.toLocaleString('en')} operations, ${traffic.averageMilliseconds} ms each`], ['Since the start', `${traffic.operations.toLocaleString('en')} operations`], ['Failed', traffic.failed.toLocaleString('en')], ['Running', traffic.running]]} />
    </Card>
  );
}

export const page: ConsolePage = { path: 'agents/:agent', title: 'Agent', component: AgentPage };
