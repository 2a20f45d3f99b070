import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import scim from '../../connectors/catalog/scim/index.js';
import { FakeScim } from '../connectors/scim/fake.js';
import { startChain, type Chain } from '../support/chain.js';
import { Collector } from '../support/otlp/collector.js';
import type { ReceivedSpan } from '../support/otlp/decode-traces.js';
import { secret } from '../support/secret-values.js';

const ACCOUNT = '/openidm/system/csv/account';
const MARKED = 'marked';
const token = secret('token for the collector of traces');
const person = (number: number): string => `${MARKED}-uid-${number},First ${number},${MARKED}-name,${MARKED}-${number}@example.com,${number},${secret(`password of traced ${number}`)}`;
const CSV = ['uid,firstName,lastName,email,badge,password', ...Array.from({ length: 2_000 }, (_, number) => person(number)), ''].join('\n');

let chain: Chain;
let collector: Collector;
let service: FakeScim;
beforeAll(async () => {
  [collector, service] = await Promise.all([Collector.start(), FakeScim.start({ version: 2 })]);
  const telemetry = { endpoint: collector.url, interval: '100ms', headers: { Authorization: token } };
  chain = await startChain({ csv: CSV, controller: { config: { telemetry, log: { level: 'debug' } } }, agent: { config: { telemetry } } });
}, 120_000);
afterAll(async () => {
  await chain.stop();
  await collector.close();
  await service.service.stop();
});

let last = 0;
/** A `traceparent` of a caller of ours, another each time. */
function caller(): { readonly traceId: string; readonly headers: Record<string, string> } {
  const traceId = (++last).toString(16).padStart(32, 'c');
  return { traceId, headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } };
}

/** The trace once nothing of it is missing: its root, which ends last, and so many spans of the agent. */
async function tree(traceId: string, agentSpans: number): Promise<string[]> {
  const of = (spans: readonly ReceivedSpan[], name: string): number => spans.filter((span) => span.traceId === traceId && span.service === name).length;
  await collector.until((spans) => spans.some((span) => span.traceId === traceId && span.kind === 2 && span.service === 'causeway-controller') && of(spans, 'causeway-agent') >= agentSpans, `the trace ${traceId} with ${agentSpans} spans of the agent`);
  return collector.tree(traceId);
}

const spansOf = (traceId: string): readonly ReceivedSpan[] => collector.spans.filter((span) => span.traceId === traceId);

describe('one trace', () => {
  it('of a read, from the caller to the target, by its traceparent', async () => {
    const { traceId, headers } = caller();
    const { status, headers: answered } = await chain.rest.send(`${ACCOUNT}/${MARKED}-uid-3`, { headers });
    expect(status).toBe(200);
    expect(await tree(traceId, 5)).toEqual([
      'causeway-controller: GET /openidm/system/{system}/{type}/{id}',
      '  openicf/get',
      '    causeway-agent: openicf/get',
      '      facade get',
      '        borrow session',
      '          open session',
      '        native get',
    ]);
    const spans = spansOf(traceId);
    expect(spans.find(({ kind, service: of }) => kind === 2 && of === 'causeway-controller')).toMatchObject({ parentSpanId: '00f067aa0ba902b7', attributes: { 'http.response.status_code': 200, 'http.route': '/openidm/system/{system}/{type}/{id}' } });
    expect(spans.find(({ kind, service: of }) => kind === 3 && of === 'causeway-controller')).toMatchObject({ attributes: { 'causeway.agent': 'site1', 'causeway.connector': 'org.forgerock.openicf.csvfile.CSVFileConnector', 'icf.object_class': '__ACCOUNT__' } });
    expect(answered['traceresponse']).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  });

  it('of a create: the write, and the read behind it', async () => {
    const { traceId, headers } = caller();
    const { status } = await chain.rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', headers, body: { uid: `${MARKED}-new`, email: `${MARKED}@new.example`, password: secret('password of the traced new') } });
    expect(status).toBe(201);
    const below = ['    causeway-agent: openicf/', '      facade ', '        borrow session', '          open session', '        native '];
    const lines = await tree(traceId, 10);
    expect(lines[0]).toBe('causeway-controller: POST /openidm/system/{system}/{type}');
    for (const operation of ['create', 'get']) expect(lines).toEqual(expect.arrayContaining([`  openicf/${operation}`, ...below.map((line) => (line.endsWith('/') || line.endsWith('facade ') || line.endsWith('native ') ? `${line}${operation}` : line))]));
    expect(lines.indexOf('  openicf/create')).toBeLessThan(lines.indexOf('  openicf/get'));
  });

  it('of a search with a filter, whose values stay here', async () => {
    const { traceId, headers } = caller();
    expect((await chain.rest.send(`${ACCOUNT}?${new URLSearchParams({ _queryFilter: `lastName eq "${MARKED}-name" and badge eq 3` }).toString()}`, { headers })).body).toMatchObject({ resultCount: 1 });
    await tree(traceId, 5);
    expect(spansOf(traceId).filter(({ name }) => name === 'openicf/search').map(({ attributes }) => attributes['causeway.results'])).toEqual([1, 1]);
  });

  it('of a search in two pages', async () => {
    const { traceId, headers } = caller();
    const page = (cookie: string): string => `${ACCOUNT}?${new URLSearchParams({ _queryFilter: 'true', _pageSize: '2', ...(cookie === '' ? {} : { _pagedResultsCookie: cookie }) }).toString()}`;
    const first = await chain.rest.send(page(''), { headers });
    await chain.rest.send(page(String(first.body['pagedResultsCookie'])), { headers });
    await collector.until((spans) => spans.filter((span) => span.traceId === traceId && span.name === 'native search').length === 2 && spans.filter((span) => span.traceId === traceId && span.name.startsWith('GET ')).length === 2, 'the pages');
    const one = ['causeway-controller: GET /openidm/system/{system}/{type}', '  openicf/search', '    causeway-agent: openicf/search', '      facade search', '        borrow session', '          open session', '        native search'];
    expect(collector.tree(traceId)).toEqual([...one, ...one]);
    expect(spansOf(traceId).filter(({ name }) => name === 'openicf/search').map(({ attributes }) => attributes['causeway.results'])).toEqual([2, 2, 2, 2]);
  });

  it('of a failure: each span says by what, and none says more', async () => {
    const { traceId, headers } = caller();
    const { status } = await chain.rest.send(`${ACCOUNT}?_action=create`, { method: 'POST', headers, body: { uid: `${MARKED}-uid-3` } });
    expect(status).toBe(412);
    expect(await tree(traceId, 5)).toEqual([
      'causeway-controller: POST /openidm/system/{system}/{type}',
      '  openicf/create !',
      '    causeway-agent: openicf/create !',
      '      facade create !',
      '        borrow session',
      '          open session',
      '        native create !',
    ]);
    for (const { hasFailed, attributes } of spansOf(traceId)) expect(attributes['error.type']).toBe(hasFailed ? 'org.identityconnectors.framework.common.exceptions.AlreadyExistsException' : undefined);
  });

  it('of a search whose caller goes away: it was left, and did not fail', async () => {
    const { traceId, headers } = caller();
    const leaving = new AbortController();
    const answer = await fetch(`${chain.rest.base}${ACCOUNT}?_queryFilter=true`, { headers: { ...chain.rest.credentials, ...headers }, signal: leaving.signal });
    await answer.body?.getReader().read();
    leaving.abort();
    const lines = await tree(traceId, 5);
    expect(lines.filter((line) => /^ +(causeway-agent: )?(openicf|facade)/.test(line))).toEqual(['  openicf/search', '    causeway-agent: openicf/search', '      facade search']);
  });

  it('of a REST connector shows its HTTP requests', async () => {
    const { bundleName, connectorName } = scim.key;
    await chain.world.provisioner('scim', {
      name: 'scim', connectorRef: { bundleName, connectorName, bundleVersion: '[1.0.0.0,9.0.0.0)', connectorHostRef: 'site1' },
      configurationProperties: { SCIMEndpoint: service.service.address, SCIMVersion: 2, authenticationMethod: 'OAUTH', grantType: 'client_credentials', tokenEndpoint: `${service.service.origin}/oauth2/token`, clientId: service.clientId, clientSecret: service.clientSecret },
      objectTypes: { user: { $schema: 'http://json-schema.org/draft-03/schema', id: '__ACCOUNT__', type: 'object', nativeType: '__ACCOUNT__', properties: { userName: { type: 'string', nativeName: '__NAME__', nativeType: 'string' } } } },
    });
    await chain.controller.systemReady('scim');
    const { traceId, headers } = caller();
    await chain.rest.send(`/openidm/system/scim/user/${MARKED}-uid`, { headers });
    await tree(traceId, 5);
    const requests = spansOf(traceId).filter(({ attributes }) => attributes['http.request.method'] === 'GET' && attributes['server.address'] === '127.0.0.1');
    expect(requests.length).toBeGreaterThan(0);
    for (const { kind, attributes, parentSpanId } of requests) {
      expect(kind).toBe(3);
      expect(attributes).toMatchObject({ 'server.port': Number(new URL(service.service.origin).port), 'http.response.status_code': expect.any(Number) as number });
      expect(spansOf(traceId).some(({ spanId, service: of }) => spanId === parentSpanId && of === 'causeway-agent')).toBe(true);
    }
  });

  it('begins here where the caller names none, or no sound one; a caller nobody knows has none', async () => {
    for (const headers of [{}, { traceparent: 'hostile' }] as Record<string, string>[]) {
      const { headers: answered } = await chain.rest.send(`${ACCOUNT}/${MARKED}-uid-3`, { headers });
      const [, traceId = ''] = String(answered['traceresponse']).split('-');
      await tree(traceId, 5);
      expect(spansOf(traceId).find(({ kind, service: of }) => kind === 2 && of === 'causeway-controller')?.parentSpanId).toBe('');
    }
    const stranger = await fetch(`${chain.rest.base}${ACCOUNT}/x`, { headers: caller().headers });
    expect([stranger.status, stranger.headers.get('traceresponse')]).toEqual([401, null]);
  });
});

describe('the logs of both ends', () => {
  it.each([
    ['read', () => chain.rest.send(`${ACCOUNT}/${MARKED}-uid-5`), 'get'],
    ['search', () => chain.rest.send(`${ACCOUNT}?_queryFilter=badge+eq+7`), 'search'],
    ['update', () => chain.rest.send(`${ACCOUNT}/${MARKED}-uid-6`, { method: 'PUT', headers: { 'If-Match': '*' }, body: { firstName: 'Other' } }), 'update'],
    ['failed read', () => chain.rest.send(`${ACCOUNT}/nobody`), 'get'],
  ] as const)('are joined by the id of the operation, which the answer names: %s', async (_title, ask, operation) => {
    const { headers } = await ask();
    const requestId = String(headers['x-request-id']);
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    const lines = (of: Chain['controller'] | Chain['agent']) => of.process.lines.filter(({ text, fields }) => text === 'operation' && String(fields['operationId']).startsWith(`${requestId}/`));
    await expect.poll(() => [lines(chain.controller), lines(chain.agent)].map((there) => there.some(({ fields }) => fields['operation'] === operation))).toEqual([true, true]);
    const join = (of: Chain['controller'] | Chain['agent']) => lines(of).map(({ fields }) => [fields['operationId'], fields['operation'], fields['trace_id']]).sort();
    await expect.poll(() => join(chain.agent).length === join(chain.controller).length).toBe(true);
    expect(join(chain.agent)).toEqual(join(chain.controller));
    expect(new Set(join(chain.agent).map(([id]) => id)).size).toBe(join(chain.agent).length);
    for (const [, , traceId] of join(chain.agent)) expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    const request = (): unknown => chain.controller.process.lines.find(({ text, fields }) => text === 'request' && fields['transactionId'] === requestId)?.fields['trace_id'];
    await expect.poll(request).toBe(join(chain.controller)[0]?.[2]);
  });
});

describe('what leaves for the collector', () => {
  it('holds no value, no name of an object and no secret, and comes with the token', () => {
    const all = Buffer.concat(collector.requests.map(({ body }) => body));
    expect(all.length).toBeGreaterThan(10_000);
    expect(all.includes(MARKED)).toBe(false);
    for (const name of [token, ...[3, 6].map((number) => secret(`password of traced ${number}`)), secret('password of the traced new'), service.clientSecret]) expect(all.includes(name)).toBe(false);
    for (const { headers } of collector.requests) expect(headers).toMatchObject({ authorization: token });
    for (const { process } of [chain.controller, chain.agent]) expect(process.logged(token)).toEqual([]);
  });

  it('all of it leaves before the end', async () => {
    const { traceId, headers } = caller();
    await chain.rest.send(`${ACCOUNT}/${MARKED}-uid-9`, { headers });
    expect(await chain.agent.stop()).toMatchObject({ code: 0 });
    expect(await chain.controller.stop()).toMatchObject({ code: 0 });
    expect(collector.tree(traceId)).toHaveLength(7);
  });
});
