import { X509Certificate } from 'node:crypto';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChain, type Chain } from '../../support/chain.js';
import { freePorts } from '../../support/free-ports.js';
import type { Scrape } from '../../support/prometheus-text.js';
import { csvProvisioner } from '../../support/provisioners.js';
import { scrape } from '../../support/scrape.js';
import { secret } from '../../support/secret-values.js';
import { until } from '../../support/until.js';

const ACCOUNT = '/openidm/system/csv/account';
const PEOPLE = 40;
const MANY = 200_000;
const CLASSES = 60;
const HEADER = 'uid,firstName,lastName,email,badge,password';
const CSV = [HEADER, ...Array.from({ length: PEOPLE }, (_, number) => `p${number},First ${number},Last,p${number}@example.com,${number},${secret(`password of p${number}`)}`), ''].join('\n');
const POLICY = 'version: 1\ndefault: allow\nrules:\n  - {name: nobody-deletes, effect: deny, operations: [delete]}\n';
const AGENT = 'causeway_agent_';
const CONTROLLER = 'causeway_controller_';

let chain: Chain;
let metricsPort = 0;
const agentPage = (): Promise<Scrape> => scrape(chain.agent.health.base, chain.world.path('site1-state'));
const controllerPage = (): Promise<Scrape> => scrape(`http://127.0.0.1:${metricsPort}`);

/** What the pages say now more than before, whatever came before the test. */
async function difference(act: () => Promise<void>): Promise<{ agent(name: string, labels?: Record<string, string>): number; controller(name: string, labels?: Record<string, string>): number }> {
  const before = [await agentPage(), await controllerPage()] as const;
  await act();
  const after = [await agentPage(), await controllerPage()] as const;
  return {
    agent: (name, labels) => after[0].sum(AGENT + name, labels) - before[0].sum(AGENT + name, labels),
    controller: (name, labels) => after[1].sum(CONTROLLER + name, labels) - before[1].sum(CONTROLLER + name, labels),
  };
}

beforeAll(async () => {
  [metricsPort] = await freePorts(1) as [number];
  chain = await startChain({ csv: CSV, policy: POLICY, controller: { config: { metrics: { port: metricsPort } } } });
  const { world } = chain;
  await writeFile(world.path('many.csv'), `uid,text\n${Array.from({ length: MANY }, (_, index) => `m${index},${'x'.repeat(60)}`).join('\n')}\n`);
  await world.provisioner('many', csvProvisioner(world.path('many.csv'), 'site1', {}, 'many'));
  const odd = csvProvisioner(chain.csvFile, 'site1', {}, 'odd') as { objectTypes: Record<string, { nativeType: string }> };
  const { account } = odd.objectTypes;
  odd.objectTypes = Object.fromEntries(Array.from({ length: CLASSES }, (_, index) => [`type${index}`, { ...account!, nativeType: `invented${index}` }]));
  await world.provisioner('odd', odd);
  for (const system of ['many', 'odd']) await chain.controller.systemReady(system);
}, 120_000);
afterAll(() => chain.stop());

describe('the figures of a running agent and controller', () => {
  it('count exactly what was done, on both ends', async () => {
    const { rest } = chain;
    const { agent, controller } = await difference(async () => {
      for (let time = 0; time < 3; time++) expect((await rest.ok(`${ACCOUNT}?_queryFilter=true`))['resultCount']).toBe(PEOPLE);
      expect((await rest.ok(`${ACCOUNT}?_queryFilter=${encodeURIComponent('uid sw "p1"')}`))['resultCount']).toBe(11);
      for (const id of ['p1', 'p2']) await rest.ok(`${ACCOUNT}/${id}`);
      expect((await rest.send(`${ACCOUNT}/nobody`)).status).toBe(404);
      await rest.ok(`${ACCOUNT}?_action=create`, { method: 'POST', body: { uid: 'new', firstName: 'N', lastName: 'E', badge: 1 } });
      const again = await rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', body: { uid: 'new', firstName: 'N', lastName: 'E', badge: 1 } });
      expect(again.status).toBeGreaterThanOrEqual(400);
    });
    const search = { operation: 'search', object_class: '__ACCOUNT__', outcome: 'ok', error: 'none' };
    expect(agent('operations_total', { connector: 'csv', ...search })).toBe(4);
    expect(controller('operations_total', { system: 'csv', ...search })).toBe(4);
    expect(agent('entries_returned_total', { connector: 'csv', operation: 'search' })).toBe(3 * PEOPLE + 11);
    expect(controller('entries_returned_total', { system: 'csv', operation: 'search' })).toBe(3 * PEOPLE + 11);
    expect(agent('operation_duration_seconds_count', { connector: 'csv', operation: 'search' })).toBe(4);
    expect(agent('operations_total', { operation: 'get' })).toBe(3 + 1); // what was created is read for the answer
    expect(controller('operations_total', { operation: 'get' })).toBe(3 + 1);
    expect(agent('operations_total', { operation: 'create', outcome: 'ok' })).toBe(1);
    expect(agent('operations_total', { operation: 'create', outcome: 'failed', error: 'alreadyExists' })).toBe(1);
    expect(controller('operations_total', { operation: 'create', outcome: 'failed', error: 'alreadyExists' })).toBe(1);
    expect(controller('requests_total', { method: 'GET', resource: 'system', status: '200' })).toBe(6);
    expect(controller('requests_total', { method: 'GET', resource: 'system', status: '404' })).toBe(1);
    expect(controller('requests_total', { method: 'POST', resource: 'system' })).toBe(2);
    expect(agent('frames_total', { kind: 'controller', direction: 'received' })).toBeGreaterThanOrEqual(9);
    expect(controller('frame_bytes_total', { peer: 'agent', direction: 'received' })).toBeGreaterThan(3 * PEOPLE * 50);
  });

  it('say how the agent is: connections, places, sessions, records, certificate, process', async () => {
    const { world } = chain;
    const page = await agentPage();
    expect(page.value(`${AGENT}ready`)).toBe(1);
    expect(page.sum(`${AGENT}sockets`, { kind: 'controller', state: 'serving' })).toBe(2);
    expect(page.sum(`${AGENT}reconnects_total`)).toBe(0);
    expect(page.value(`${AGENT}facades_open`)).toBe(2); // csv and odd are one configuration
    expect(page.value(`${AGENT}places_taken`)).toBe(0);
    expect(page.sum(`${AGENT}operations_running`)).toBe(0);
    expect(page.value(`${AGENT}journal_writes_unclear`)).toBe(0);
    expect(page.value(`${AGENT}journal_writes_under_way`)).toBe(0);
    expect(page.value(`${AGENT}journal_bytes`)).toBeLessThan(page.value(`${AGENT}journal_limit_bytes`));
    const keys = (await world.agentKeys('site1')).certificate; // issued anew, with the same life
    const expiry = Date.parse(new X509Certificate(await readFile(keys)).validTo) / 1000;
    expect(Math.abs(page.value(`${AGENT}certificate_expiry_timestamp_seconds`, { role: 'tls.certificate' }) - expiry)).toBeLessThan(600);
    expect(page.value(`${AGENT}resident_memory_bytes`)).toBeGreaterThan(chain.agent.process.rss() / 2);
    expect(page.sum(`${AGENT}cpu_seconds_total`)).toBeLessThanOrEqual(chain.agent.process.cpuSeconds() + 0.1);
    expect(page.value(`${AGENT}event_loop_lag_seconds_count`)).toBeGreaterThan(5);
    const controller = await controllerPage();
    expect(controller.value(`${CONTROLLER}host_connected`, { peer: 'agent', host: 'site1' })).toBe(1);
    expect(controller.value(`${CONTROLLER}sockets`, { peer: 'agent' })).toBe(2);
    const gateway = Date.parse(new X509Certificate(await readFile(world.controllerKeys.certificate)).validTo) / 1000;
    expect(controller.value(`${CONTROLLER}certificate_expiry_timestamp_seconds`, { role: 'gateway' })).toBe(gateway);
  });

  it('count as many audit lines as there are', async () => {
    const directory = chain.world.path('site1-state/audit');
    const lines = async (): Promise<number> => {
      const files = (await readdir(directory)).filter((name) => name.endsWith('.jsonl'));
      const texts = await Promise.all(files.map((name) => readFile(`${directory}/${name}`, 'utf8')));
      return texts.join('').split('\n').filter((line) => line !== '').length;
    };
    const page = await agentPage();
    expect(page.value(`${AGENT}audit_writable`)).toBe(1);
    expect(page.value(`${AGENT}audit_lines_total`)).toBe(await lines());
  });

  it('count what the policy refuses', async () => {
    const { agent, controller } = await difference(async () => {
      for (const id of ['p3', 'p4', 'p5']) expect((await chain.rest.send(`${ACCOUNT}/${id}`, { method: 'DELETE' })).status).toBe(403);
    });
    expect(agent('policy_refusals_total', { connector: 'csv', operation: 'delete' })).toBe(3);
    expect(agent('operations_total', { operation: 'delete', outcome: 'failed', error: 'permissionDenied' })).toBe(3);
    expect(controller('requests_total', { method: 'DELETE', status: '403' })).toBe(3);
  });

  it('tell a search that was left from one that failed', async () => {
    const { agent, controller } = await difference(async () => {
      const asked = new AbortController();
      const answer = await fetch(`${chain.rest.base}/openidm/system/many/account?_queryFilter=true`, { headers: chain.rest.credentials, signal: asked.signal });
      await answer.body!.getReader().read();
      expect((await agentPage()).sum(`${AGENT}operations_running`, { operation: 'search' })).toBe(1);
      asked.abort();
      await until(async () => (await agentPage()).sum(`${AGENT}operations_running`) === 0 && (await controllerPage()).sum(`${CONTROLLER}requests_running`) === 0, 'the search to end on both ends');
    });
    expect(agent('operations_total', { operation: 'search', outcome: 'left' })).toBe(1);
    expect(agent('operations_total', { operation: 'search', outcome: 'failed' })).toBe(0);
    expect(controller('operations_total', { operation: 'search', outcome: 'left' })).toBe(1);
    expect(controller('requests_total', { status: '0' })).toBe(1);
    expect(agent('entries_returned_total', { operation: 'search' })).toBeLessThan(MANY);
  });

  it('have no label for object classes somebody invented', async () => {
    const { agent } = await difference(async () => {
      for (let index = 0; index < CLASSES; index++) expect((await chain.rest.send(`/openidm/system/odd/type${index}?_queryFilter=true`)).status).toBeGreaterThanOrEqual(400);
    });
    expect(agent('operations_total', { outcome: 'failed', object_class: 'other' })).toBe(CLASSES);
    const labels = [...(await agentPage()).labelValues(), ...(await controllerPage()).labelValues()];
    expect(labels.filter((label) => label.includes('invented') || label.includes('p1@') || label.includes(secret('password of p1')))).toEqual([]);
  });

  it('show a target that is down', async () => {
    await rename(chain.csvFile, `${chain.csvFile}.gone`);
    const { agent, controller } = await difference(async () => {
      for (let time = 0; time < 2; time++) expect((await chain.rest.send(`${ACCOUNT}?_queryFilter=true`)).status).toBeGreaterThanOrEqual(400);
    });
    await rename(`${chain.csvFile}.gone`, chain.csvFile);
    expect(agent('operations_total', { connector: 'csv', operation: 'search', outcome: 'failed' })).toBe(2);
    expect(controller('operations_total', { system: 'csv', operation: 'search', outcome: 'failed' })).toBe(2);
    expect(agent('entries_returned_total', { operation: 'search' })).toBe(0);
  });

  it('count each socket that comes back after a restart of the controller', async () => {
    await chain.controller.restart();
    await until(async () => (await agentPage()).sum(`${AGENT}sockets`, { state: 'serving' }) === 2, 'both sockets to serve again', 30_000);
    const page = await agentPage();
    expect(page.sum(`${AGENT}reconnects_total`, { kind: 'controller', reason: 'going_away' })).toBe(2);
    expect(page.sum(`${AGENT}reconnects_total`)).toBe(2);
    expect(page.sum(`${AGENT}connection_failures_total`, { stage: 'serving', reason: 'going_away' })).toBe(2);
    const controller = await controllerPage();
    expect(controller.sum(`${CONTROLLER}operations_total`)).toBe(0); // a new process counts from nothing
    expect(controller.value(`${CONTROLLER}hosts_connected`, { peer: 'agent' })).toBe(1);
  });
});
