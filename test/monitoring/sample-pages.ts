import { AgentMetrics } from '../../agent/observe/metrics/agent-metrics.js';
import type { AgentFigures } from '../../agent/observe/metrics/agent-figures.js';
import { PolicyRefusal } from '../../agent/policy/policy-refusal.js';
import { ControllerMetrics } from '../../controller/metrics/controller-metrics.js';
import type { MetricDescription } from '../../deploy/runtime/metrics/metrics-registry.js';
import { ConnectorError } from '../../protocol/model/index.js';
import type { PeerFigures } from '../../protocol/session/contract.js';

const PEER: PeerFigures = { framesReceived: 12, bytesReceived: 3_456, framesSent: 78, bytesSent: 91_011, handshakesFailed: 1, sockets: 2, executing: 3, queued: 1, awaitingCredit: 1, pending: 4 };
const LINES = { states: new Map([['serving', 2]] as const), failures: new Map([['dialing network', 3]] as const), reconnects: new Map([['lost', 1]] as const), peer: PEER };
const LATER = '2030-01-01T00:00:00.000Z';

/** An agent with something of everything. Parts that no metric looks at are left out. */
const AGENT: AgentFigures = {
  status: {
    ready: true, stopping: false, controllers: [], listeners: [], relays: [], facades: 2,
    load: { running: 3, waiting: 1, refused: 5, lagMs: 1, rss: 1 },
    journal: { bytes: 4_096, underWay: 1, unresolved: 0, failing: false },
    policy: { file: 'policy.yaml', digest: 'x', readOnly: false, rules: 1, since: LATER, problem: '', brakes: [{ brake: 'deletes', system: 's', count: 10, limit: 20, window: 1, tripped: LATER }] },
    audit: { enabled: true, writable: true, problem: '', sequence: 100, waiting: 0, lost: 0, shipping: [{ name: 'siem', connected: true, behind: 10, sequence: 99, problem: '' }] },
    isolation: [{ connector: 'ldap', pid: 1, memory: 1_000_000, configurations: 1, restarts: 1, lastEnd: undefined }],
    identity: {
      source: 'enrolment', agent: 'a', group: undefined, subject: 'CN=a', issuer: 'CN=ca', serialNumber: '1', notAfter: LATER, daysLeft: 1,
      renewal: { state: 'none', due: LATER, failures: 0, problem: '' }, trust: { revision: '', checked: undefined, problem: '' },
    },
    certificates: [{ setting: 'tls.certificate', subject: 'CN=a', issuer: 'CN=ca', serialNumber: '1', notAfter: LATER, daysLeft: 1 }], telemetry: undefined,
  },
  controllers: new Map([['wss://cloud.example/openicf', LINES]]), relays: new Map([['sap', LINES]]), listeners: new Map([['8759', PEER]]),
  sessions: [{ connector: 'ldap', inUse: 1, idle: 2, waiting: 0, opened: 3 }],
  limits: { operations: 64, queue: 256, facades: 100, journalBytes: 64 * 1024 ** 2 }, logLinesDropped: 0,
};

/** Pages on which every metric has a sample, and what the registries say of them. */
export async function samplePages(): Promise<{ readonly agent: string; readonly controller: string }> {
  return { agent: (await agentSample()).body, controller: (await controllerSample()).body };
}

interface SamplePage { readonly body: string; readonly described: readonly MetricDescription[] }

export async function agentSample(): Promise<SamplePage> {
  const metrics = new AgentMetrics('1.2.3');
  try {
    const search = metrics.operations.begin('ldap', 'search', '__ACCOUNT__');
    search.entries(100);
    search.ended('ok', undefined);
    metrics.operations.begin('ldap', 'delete', '__ACCOUNT__').ended('failed', new PolicyRefusal('rule', 'what', 'why'));
    metrics.unopened(new ConnectorError('connector', 'not here'));
    const waits = metrics.waits.of('scim');
    waits.begun('limit')();
    waits.begun('429');
    const { body } = await metrics.exposition(() => AGENT);
    return { body, described: metrics.described };
  } finally {
    metrics.close();
  }
}

export async function controllerSample(): Promise<SamplePage> {
  const metrics = new ControllerMetrics('1.2.3');
  try {
    const search = metrics.operations.begin('ad', 'search', '__ACCOUNT__');
    search.entries(100);
    search.ended('ok', undefined);
    metrics.requests.begin()({ method: 'GET', resource: 'system', status: 200, milliseconds: 12 });
    metrics.reconciliations.started('hr_ad');
    metrics.reconciliations.situation('hr_ad', 'CONFIRMED', 1);
    metrics.reconciliations.ended('hr_ad', { state: 'SUCCESS', milliseconds: 1_234, changes: { created: 1, updated: 2, deleted: 0, linked: 1, unlinked: 0 }, failed: 0 });
    metrics.liveSync.started('system/hr/person');
    metrics.liveSync.change('system/hr/person', 'applied');
    metrics.liveSync.ended('system/hr/person', 'ok', 20);
    metrics.schedules.began('nightly')('SUCCESS', 1_234);
    metrics.schedules.missed('nightly', 2);
    metrics.webhooks.messages('operations', 'delivered', 1);
    const hosts = [{ name: 'site1', type: 'remoteConnectorClient' as const, isOperational: true }];
    const { body } = await metrics.exposition(async () => ({
      ready: true, agentSide: { hosts, groups: new Map([['berlin', hosts]]), peers: { agents: PEER, servers: [PEER] } },
      fleet: { name: 'causeway', figures: { controllers: 2, remoteAgents: 3, executing: 1, links: 4, broken: 1, malformed: 0 } },
      deadLetters: new Map([['hr', 1]]), webhooksWaiting: new Map([['operations', 3]]), certificates: new Map([['gateway', 1_900_000_000]]), logLinesDropped: 0,
    }));
    return { body, described: metrics.described };
  } finally {
    metrics.close();
  }
}
