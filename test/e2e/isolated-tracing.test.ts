import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import scim from '../../connectors/catalog/scim/index.js';
import { FakeScim } from '../connectors/scim/fake.js';
import { startChain, type Chain } from '../support/chain.js';
import { Collector } from '../support/otlp/collector.js';
import type { ReceivedSpan } from '../support/otlp/decode-traces.js';
import { csvProvisioner } from '../support/provisioners.js';
import { scrape } from '../support/scrape.js';
import { until } from '../support/until.js';

const ACCOUNT = '/openidm/system/csv/account';
const MARKED = 'marked';
/** More than fits between a process and a reader that does not read. */
const MANY = 200_000;
const rows = (count: number): string => `uid,firstName,lastName,email,badge,password\n${Array.from({ length: count }, (_, index) => `${MARKED}-${index},First,Last,${index}@example.com,${index},x`).join('\n')}\n`;

let chain: Chain;
let collector: Collector;
let service: FakeScim;
beforeAll(async () => {
  [collector, service] = await Promise.all([Collector.start(), FakeScim.start({ version: 2 })]);
  const telemetry = { endpoint: collector.url, interval: '100ms' };
  chain = await startChain({ csv: rows(100), controller: { config: { telemetry } }, agent: { config: { telemetry, isolation: { all: true } } } });
}, 120_000);
afterAll(async () => {
  await chain.stop();
  await collector.close();
  await service.service.stop();
});

let last = 0;
function caller(flags: '00' | '01' = '01'): { readonly traceId: string; readonly headers: Record<string, string> } {
  const traceId = (++last).toString(16).padStart(32, 'd');
  return { traceId, headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-${flags}` } };
}

const spansOf = (traceId: string): readonly ReceivedSpan[] => collector.spans.filter((span) => span.traceId === traceId);
const ended = (traceId: string): Promise<unknown> => collector.until((spans) => spans.some((span) => span.traceId === traceId && span.kind === 2 && span.service === 'causeway-controller') && spans.some((span) => span.traceId === traceId && span.kind === 2 && span.service === 'causeway-agent'), `the trace ${traceId}`);

async function scimSystem(): Promise<void> {
  const { bundleName, connectorName } = scim.key;
  await chain.world.provisioner('scim', {
    name: 'scim', connectorRef: { bundleName, connectorName, bundleVersion: '[1.0.0.0,9.0.0.0)', connectorHostRef: 'site1' },
    configurationProperties: { SCIMEndpoint: service.service.address, SCIMVersion: 2, authenticationMethod: 'OAUTH', grantType: 'client_credentials', tokenEndpoint: `${service.service.origin}/oauth2/token`, clientId: service.clientId, clientSecret: service.clientSecret, readRateLimit: '5/sec' },
    objectTypes: { user: { $schema: 'http://json-schema.org/draft-03/schema', id: '__ACCOUNT__', type: 'object', nativeType: '__ACCOUNT__', properties: { userName: { type: 'string', nativeName: '__NAME__', nativeType: 'string' } } } },
  });
  await chain.controller.systemReady('scim');
}

describe('an agent whose connectors run in processes of their own traces', () => {
  it('a failure: below its own span what was done in the process, in its time, and by what it failed', async () => {
    const { traceId, headers } = caller();
    expect((await chain.rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', headers, body: { uid: `${MARKED}-3` } })).status).toBe(412);
    await ended(traceId);
    expect(collector.tree(traceId)).toEqual([
      'causeway-controller: POST /openidm/system/{system}/{type}',
      '  openicf/create !',
      '    causeway-agent: openicf/create !',
      '      facade create !',
      '        borrow session',
      '          open session',
      '        native create !',
    ]);
    const own = spansOf(traceId).filter(({ service: of }) => of === 'causeway-agent');
    const operation = own.find(({ name }) => name === 'openicf/create')!;
    // Starts are of whole milliseconds.
    const slack = 2_000_000n;
    for (const { start, end, hasFailed, attributes } of own) {
      expect(start + slack >= operation.start && end <= operation.end + slack && end >= start).toBe(true);
      expect(attributes['error.type']).toBe(hasFailed ? 'org.identityconnectors.framework.common.exceptions.AlreadyExistsException' : undefined);
    }
    expect(own.find(({ name }) => name === 'native create')?.kind).toBe(3);
  });

  it('a page of a search', async () => {
    const { traceId, headers } = caller();
    expect((await chain.rest.send(`${ACCOUNT}?_queryFilter=true&_pageSize=2`, { headers })).body).toMatchObject({ resultCount: 2 });
    await ended(traceId);
    await collector.until((spans) => spans.some((span) => span.traceId === traceId && span.name === 'facade search'), 'the search in the process');
    expect(collector.tree(traceId).slice(2)).toEqual(['    causeway-agent: openicf/search', '      facade search', '        borrow session', '          open session', '        native search']);
  });

  it('nothing of an operation that its caller does not record', async () => {
    const { traceId, headers } = caller('00');
    expect((await chain.rest.send(`${ACCOUNT}/${MARKED}-3`, { headers })).status).toBe(200);
    const next = caller();
    await chain.rest.send(`${ACCOUNT}/${MARKED}-3`, { headers: next.headers });
    await ended(next.traceId);
    expect(spansOf(next.traceId).some(({ name }) => name === 'native get')).toBe(true);
    expect(spansOf(traceId)).toEqual([]);
  });

  it('the requests of a REST connector, and counts those that wait for its rate', async () => {
    await scimSystem();
    const { traceId, headers } = caller();
    await Promise.all(Array.from({ length: 12 }, (_, index) => chain.rest.send(`/openidm/system/scim/user/${MARKED}-${index}`, { headers })));
    await collector.until((spans) => spans.filter((span) => span.traceId === traceId && span.service === 'causeway-agent' && span.kind === 2).length >= 12, 'the twelve reads');
    const requests = spansOf(traceId).filter(({ attributes }) => attributes['http.request.method'] === 'GET' && attributes['server.address'] === '127.0.0.1');
    expect(requests.length).toBeGreaterThanOrEqual(12);
    for (const { kind, attributes, parentSpanId } of requests) {
      expect([kind, attributes['http.response.status_code']]).toEqual([3, 404]);
      expect(spansOf(traceId).find(({ spanId }) => spanId === parentSpanId)?.name).toMatch(/^native (get|search)$/);
    }
    const page = await scrape(chain.agent.health.base, chain.world.path('site1-state'));
    expect(page.sum('causeway_agent_target_wait_seconds_count', { connector: 'scim', cause: 'limit' })).toBeGreaterThanOrEqual(7);
    expect(page.sum('causeway_agent_target_wait_seconds_sum', { connector: 'scim' })).toBeGreaterThan(1);
    expect(page.sum('causeway_agent_target_waiting')).toBe(0);
  });

  it('an operation whose process is killed: it ends as ever, and what was under way there ends with it', async () => {
    await writeFile(chain.world.path('many.csv'), rows(MANY));
    await chain.world.provisioner('many', csvProvisioner(chain.world.path('many.csv'), 'site1', {}, 'many'));
    await chain.controller.systemReady('many');
    const { traceId, headers } = caller();
    const answer = await fetch(`${chain.rest.base}/openidm/system/many/account?_queryFilter=true`, { headers: { ...chain.rest.credentials, ...headers } });
    const reader = answer.body!.getReader();
    await reader.read();
    // Told of within a second, while the search goes on.
    await collector.until((spans) => spans.some((span) => span.traceId === traceId && span.name === 'borrow session'), 'the session of the search');
    const { body } = await chain.agent.health.send('/readyz');
    const { pid = 0 } = (body['isolation'] as { connector: string; pid?: number }[]).find(({ connector }) => connector === 'csv')!;
    process.kill(pid, 'SIGKILL');
    const rest = async (): Promise<void> => { while (!(await reader.read()).done) continue; };
    await rest().catch(() => undefined);
    await ended(traceId);
    expect(collector.tree(traceId).slice(2)).toEqual(['    causeway-agent: openicf/search !', '      facade search !', '        borrow session', '          open session', '        native search !']);
    const failures = Object.fromEntries(spansOf(traceId).filter(({ service: of, hasFailed }) => of === 'causeway-agent' && hasFailed).map(({ name, attributes }) => [name, attributes['error.type']]));
    const kind = (name: string): string => `org.identityconnectors.framework.common.exceptions.${name}Exception`;
    expect(failures).toEqual({ 'openicf/search': kind('Retryable'), 'facade search': kind('ConnectionBroken'), 'native search': kind('ConnectionBroken') });
    await until(async () => (await chain.rest.send(`${ACCOUNT}/${MARKED}-3`)).status === 200, 'the next process');
  });

  it('and no value leaves with all of that', () => {
    const all = Buffer.concat(collector.requests.map(({ body }) => body));
    expect(all.length).toBeGreaterThan(1_000);
    expect(all.includes(MARKED)).toBe(false);
  });
});
