import { afterEach, describe, expect, it } from 'vitest';
import { ControllerMetrics, type ControllerFigures } from '../../../controller/metrics/controller-metrics.js';
import { startMetricsServer, type MetricsServer } from '../../../controller/metrics/metrics-server.js';
import { DeadLetters } from '../../../controller/sync/dead-letters.js';
import { ConnectorError, ConnectorObject, Name, Uid, type SyncDelta } from '../../../protocol/model/index.js';
import type { PeerFigures } from '../../../protocol/session/contract.js';
import { Scrape } from '../../support/prometheus-text.js';
import { startRecon, type Recon } from './start-recon.js';
import { PROVISIONER, startRest, type Rest } from './start-rest.js';

const NOTHING: PeerFigures = { framesReceived: 0, bytesReceived: 0, framesSent: 0, bytesSent: 0, handshakesFailed: 0, sockets: 0, executing: 0, queued: 0, awaitingCredit: 0, pending: 0 };
const QUIET: ControllerFigures = { ready: true, agentSide: { hosts: [], groups: new Map(), peers: { agents: NOTHING, servers: [] } }, deadLetters: new Map(), webhooksWaiting: new Map(), certificates: new Map(), logLinesDropped: 0 };

let metrics: ControllerMetrics;
let rest: Rest | undefined;
let recon: Recon | undefined;
let server: MetricsServer | undefined;
afterEach(async () => {
  metrics.close();
  await Promise.all([rest?.stop(), recon?.stop(), server?.close()]);
  [rest, recon, server] = [undefined, undefined, undefined];
});

async function scrape(figures: Partial<ControllerFigures> = {}): Promise<Scrape> {
  return new Scrape((await metrics.exposition(async () => ({ ...QUIET, ...figures }))).body);
}
const delta = (id: string, token: number): SyncDelta => ({ kind: 'UPDATE', uid: new Uid(id), token: { value: token }, objectClass: '__ACCOUNT__', object: new ConnectorObject('__ACCOUNT__', [new Uid(id), new Name(id)]) });

describe('the figures of a controller', () => {
  it('count requests and operations, those that fail under what went wrong', async () => {
    metrics = new ControllerMetrics('1.2.3');
    rest = await startRest({ metrics });
    rest.facade.add('a', {}, 'a');
    rest.facade.add('b', {}, 'b');
    expect((await rest.call('GET', '/openidm/system/memory/account?_queryFilter=true')).status).toBe(200);
    expect((await rest.call('GET', '/openidm/system/memory/account/a')).status).toBe(200);
    expect((await rest.call('GET', '/openidm/system/memory/account/nobody')).status).toBe(404);
    rest.facade.failures.set('get', new ConnectorError('connectionFailed', 'down'));
    expect((await rest.call('GET', '/openidm/system/memory/account/a')).status).toBeGreaterThanOrEqual(500);
    expect((await rest.call('PROPFIND', '/openidm/hunter2')).status).toBeGreaterThanOrEqual(400);
    const page = await scrape();
    expect(page.sum('causeway_controller_requests_total', { method: 'GET', resource: 'system', status: '200' })).toBe(2);
    expect(page.value('causeway_controller_requests_total', { method: 'GET', status: '404' })).toBe(1);
    expect(page.value('causeway_controller_requests_total', { method: 'other', resource: 'other' })).toBe(1);
    expect(page.value('causeway_controller_request_duration_seconds_count', { method: 'GET', resource: 'system' })).toBe(4);
    expect(page.value('causeway_controller_requests_running')).toBe(0);
    expect(page.value('causeway_controller_operations_total', { system: 'memory', operation: 'search', outcome: 'ok' })).toBe(1);
    expect(page.value('causeway_controller_entries_returned_total', { operation: 'search' })).toBe(2);
    expect(page.value('causeway_controller_operations_total', { operation: 'get', outcome: 'failed', error: 'connectionFailed' })).toBe(1);
    expect([...page.labelValues()]).not.toContain('hunter2');
    expect(page.value('causeway_controller_build_info', { version: '1.2.3' })).toBe(1);
  });

  it('tell how far liveSync is behind, where it is stuck, and what was given up', async () => {
    metrics = new ControllerMetrics('1');
    let bad = new Set<string>();
    let applied = 0;
    rest = await startRest({
      metrics,
      changes: {
        handle: async ({ id }) => {
          if (bad.has(id)) throw new Error('no');
          applied++;
        },
      },
      files: { 'provisioner.openicf-mem.json': { ...PROVISIONER, syncFailureHandler: { maxRetries: 1, postRetryAction: 'dead-letter-queue' } } },
    });
    const run = () => rest!.call('POST', '/openidm/system?_action=liveSync&source=system/memory/account');
    const source = 'system/memory/account';
    const before = Date.now() / 1000;
    await run();
    rest.facade.deltas.push(delta('a', 1), delta('b', 2), delta('c', 3));
    bad = new Set(['b']);
    await run();
    const letters = new DeadLetters(rest.database);
    let page = await scrape({ deadLetters: await letters.counts() });
    expect(page.value('causeway_controller_live_sync_stuck', { source })).toBe(1);
    expect(page.value('causeway_controller_live_sync_runs_total', { source, outcome: 'stopped' })).toBe(1);
    expect(page.value('causeway_controller_dead_letters_total', { source })).toBe(0);
    expect(page.samples('causeway_controller_dead_letters')).toEqual([]);
    await run();
    page = await scrape({ deadLetters: await letters.counts() });
    expect(page.value('causeway_controller_live_sync_stuck', { source })).toBe(0);
    expect(page.value('causeway_controller_live_sync_runs_total', { source, outcome: 'ok' })).toBe(2);
    expect(page.value('causeway_controller_live_sync_changes_total', { source, outcome: 'applied' })).toBe(applied);
    expect(page.value('causeway_controller_live_sync_changes_total', { source, outcome: 'failed' })).toBe(1);
    expect(page.value('causeway_controller_live_sync_changes_total', { source, outcome: 'given_up' })).toBe(1);
    expect(page.value('causeway_controller_dead_letters_total', { source })).toBe(1);
    expect(page.value('causeway_controller_dead_letters', { system: 'memory' })).toBe(1);
    expect(page.value('causeway_controller_live_sync_last_success_timestamp_seconds', { source })).toBeGreaterThanOrEqual(before);
    rest.facade.failures.set('sync', new ConnectorError('connectionFailed', 'down'));
    await run();
    expect((await scrape()).value('causeway_controller_live_sync_runs_total', { source, outcome: 'failed' })).toBe(1);
  });

  it('count reconciliations by how they ended, and objects by situation', async () => {
    metrics = new ControllerMetrics('1');
    recon = await startRecon({}, { observer: metrics.reconciliations });
    for (const uid of ['a', 'b', 'c']) recon.source.add(uid, { uid });
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS' });
    let page = await scrape();
    expect(page.value('causeway_controller_reconciliations_total', { mapping: 'm', state: 'SUCCESS' })).toBe(1);
    expect(page.value('causeway_controller_reconciliation_situations_total', { mapping: 'm', situation: 'ABSENT' })).toBe(3);
    expect(page.value('causeway_controller_reconciliation_changes_total', { mapping: 'm', change: 'created' })).toBe(3);
    expect(page.value('causeway_controller_reconciliations_running', { mapping: 'm' })).toBe(0);
    recon.source.failures.set('search', new ConnectorError('connectionFailed', 'down'));
    expect(await recon.run()).toMatchObject({ state: 'FAILED' });
    page = await scrape();
    expect(page.value('causeway_controller_reconciliations_total', { mapping: 'm', state: 'FAILED' })).toBe(1);
    expect(page.value('causeway_controller_reconciliation_duration_seconds_count', { mapping: 'm' })).toBe(2);
  });

  it('fold agents beyond the first thousand', async () => {
    metrics = new ControllerMetrics('1');
    const hosts = Array.from({ length: 3_000 }, (_, index) => ({ name: `agent${String(index).padStart(4, '0')}`, type: 'remoteConnectorClient' as const, isOperational: index % 2 === 0 }));
    const page = await scrape({ agentSide: { hosts, groups: new Map([['site', hosts.slice(0, 10)]]), peers: { agents: NOTHING, servers: [] } } });
    expect(page.samples('causeway_controller_host_connected').length).toBe(1_001);
    expect(page.value('causeway_controller_host_connected', { host: 'agent0001' })).toBe(0);
    expect(page.value('causeway_controller_host_connected', { host: 'other' })).toBe(1_000);
    expect(page.value('causeway_controller_hosts_connected', { peer: 'agent' })).toBe(1_500);
    expect(page.value('causeway_controller_hosts_known', { peer: 'agent' })).toBe(3_000);
    expect(page.value('causeway_controller_group_hosts_connected', { group: 'site' })).toBe(5);
  });

  it('the listener answers scrapes and probes, and nothing else', async () => {
    metrics = new ControllerMetrics('1');
    let ready = false;
    server = await startMetricsServer({ port: 0, address: '127.0.0.1', isReady: () => ready, metrics: () => metrics.exposition(async () => QUIET) });
    const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${server!.port}${path}`, { method });
    expect((await ask('/readyz')).status).toBe(503);
    ready = true;
    expect((await ask('/readyz')).status).toBe(200);
    expect((await ask('/livez')).status).toBe(200);
    const answer = await ask('/metrics');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(new Scrape(await answer.text()).value('causeway_controller_ready')).toBe(1);
    expect((await ask('/metrics', 'POST')).status).toBe(405);
    expect((await ask('/')).status).toBe(404);
  });
});
