import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attributes, string } from '../../../../connectors/engines/rest/attributes.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import { expressionFilters } from '../../../../connectors/engines/rest/filters/expressions.js';
import { odataLanguage } from '../../../../connectors/engines/rest/filters/odata.js';
import { httpAddress } from '../../../../connectors/engines/rest/http-configuration.js';
import { deltaLinks } from '../../../../connectors/engines/rest/sync/delta-links.js';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { properties, text } from '../../../../connectors/framework/properties.js';
import { Attribute, OperationOptions, Script, Uid } from '../../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../../support/connector-caller.js';
import { calling } from '../../../support/memory-facade.js';
import { fault } from '../../../targets/rest/faults.js';
import type { FakeRequest } from '../../../targets/rest/exchange.js';
import { FakeService } from '../../../targets/rest/fake-service.js';

const things = Array.from({ length: 7 }, (_, index) => ({ id: `t${index}`, label: `thing ${index}` }));
const headers: (string | undefined)[] = [];
let service: FakeService;
let groups: number[] = [];
let made = 0;

const filters = expressionFilters({ parameter: '$filter', language: odataLanguage, attributes: { label: { path: 'label', kinds: ['equals', 'endsWith'] } } });
const list = { request: 'GET /things', items: 'value' } as const;

const connector = defineRestConnector({
  id: 'things', displayName: 'Things', family: 'SaaS', key: { bundleName: 'things', bundleVersion: '1.0.0.0', connectorName: 'Things' },
  properties: properties({ serviceUri: text({ required: true, help: 'Address.' }) }),
  service: { address: ({ serviceUri }) => httpAddress('serviceUri', serviceUri), authentication: () => noAuthentication, test: 'GET /things' },
  objectClasses: {
    together: {
      attributes: attributes({ label: string(), tags: string({ multi: true, linked: { list: { request: 'GET /things/{uid}/tags' }, value: 'name', given: 'tags' } }) }),
      list, read: 'GET /things/{uid}',
      completeTogether: { most: 3, complete: async (_, objects) => { groups.push(objects.length); return objects.map((object) => (object['id'] === 't4' ? undefined : { ...object, tags: [`of ${object['id'] as string}`] })); } },
    },
    filtered: { attributes: attributes({ label: string() }), list, filters: { ...filters, split: (filter) => filters.split(filter), query: (native) => filters.query(native), headers: ({ kind }): Record<string, string> => (kind === 'endsWith' ? { 'x-index': 'yes' } : {}) } },
    made: { attributes: attributes({ label: string() }), list: { request: 'GET /nowhere', made: async () => { made++; return things; } } },
    changing: { attributes: attributes({ label: string() }), list, sync: deltaLinks({ request: 'GET /changes', latest: { latest: 'true' } }) },
  },
  authenticate: async (call, username) => {
    const { status } = await call.bare.request({ method: 'GET', url: new URL(`${service.origin}/login`), headers: new Map() }, call.signal);
    return new Uid(`${username} ${status}`);
  },
  ownScripts: { is: ({ scriptArguments }) => scriptArguments.has('own'), run: async (call, { scriptArguments }) => `${scriptArguments.get('own') as string} at ${call.config.serviceUri}` },
});

const changes: Record<string, (request: FakeRequest) => object> = {
  '': ({ origin }) => ({ value: [things[0], { id: 't1', '@removed': { reason: 'changed' } }, things[2]], '@odata.nextLink': `${origin}/changes?page=2` }),
  2: ({ origin }) => ({ value: [things[3]], '@odata.deltaLink': `${origin}/changes?page=3` }),
  3: ({ origin }) => ({ value: [], '@odata.nextLink': `${origin}/changes?page=3` }),
};

let caller: ConnectorCaller;
beforeAll(async () => {
  service = await FakeService.start({ routes: {
    'GET /things': (request) => { headers.push(request.headers['x-index']); return { body: { value: things } }; },
    'GET /things/{id}': ({ params }) => ({ body: things.find(({ id }) => id === params['id']) }),
    'GET /login': ({ headers: { authorization } }) => ({ status: authorization === undefined ? 200 : 400, body: {} }),
    'GET /changes': (request) => ({ body: request.query.has('latest') ? { value: [], '@odata.deltaLink': `${request.origin}/changes?page=2` } : changes[request.query.get('page') ?? '']!(request) }),
  } });
  caller = new ConnectorCaller(connector, { serviceUri: service.address });
});
afterAll(async () => {
  await caller.dispose();
  await service.stop();
});

const script = (given: Record<string, string>): Promise<unknown> => caller.facade.perform({ kind: 'scriptOnConnector', script: new Script('groovy', 'return;'), scriptArguments: new Map(Object.entries(given)), options: OperationOptions.none }, calling());

describe('objects that are completed together', () => {
  it('come in their order, without those that have gone, and values that are given are not looked up', async () => {
    groups = [];
    const { items } = await caller.search('together');
    expect(items.map(({ uid, attributes: all }) => [uid.value, all.find(({ name }) => name === 'tags')?.values])).toEqual(things.filter(({ id }) => id !== 't4').map(({ id }) => [id, [`of ${id}`]]));
    expect(groups).toEqual([3, 3, 1]);
    expect(service.seen.some(({ path }) => path.includes('tags'))).toBe(false);
  });

  it('are completed when one is read, too', async () => {
    expect((await caller.get('together', new Uid('t1')))?.get('tags')?.values).toEqual(['of t1']);
    expect(await caller.get('together', new Uid('t4'))).toBeNull();
  });
});

describe('a list', () => {
  it('is asked for with the headers its filter needs', async () => {
    headers.length = 0;
    await caller.search('filtered', { kind: 'endsWith', attribute: Attribute.of('label', '1') });
    await caller.search('filtered', { kind: 'equals', attribute: Attribute.of('label', 'thing 1') });
    expect(headers).toEqual(['yes', undefined]);
  });

  it('that is made is not asked for, and pages all the same', async () => {
    const first = await caller.search('made', undefined, { PAGE_SIZE: 5 });
    const second = await caller.search('made', undefined, { PAGE_SIZE: 5, PAGED_RESULTS_COOKIE: first.cookie! });
    expect([...first.items, ...second.items].map(({ uid }) => uid.value)).toEqual(things.map(({ id }) => id));
    expect([second.cookie, made]).toEqual([undefined, 2]);
  });
});

describe('scripts of a connector\'s own', () => {
  it('are carried out by it, and others are not', async () => {
    expect(await script({ own: 'yes' })).toBe(`yes at ${service.address}`);
    expect(await failure(script({}))).toMatchObject({ kind: 'unsupportedOperation', outcome: 'notApplied' });
  });
});

describe('a login', () => {
  it('is sent without the configuration\'s credentials', async () => {
    expect(await caller.facade.perform({ kind: 'authenticate', objectClass: 'together', username: 'ann', password: undefined as never, options: OperationOptions.none }, calling())).toEqual(new Uid('ann 200'));
  });
});

describe('changes by delta links', () => {
  const told = async (value: string | null) => {
    const { items, end } = await caller.sync('changing', value === null ? null : { value });
    return { items: items.map(({ kind, uid, token }) => [kind, uid.value, token.value]), end: end?.value };
  };

  it('come in their order, each with the page to go on at', async () => {
    const second = `${service.origin}/changes?page=2`;
    expect(await told(null)).toEqual({ items: [['CREATE_OR_UPDATE', 't0', ''], ['DELETE', 't1', ''], ['CREATE_OR_UPDATE', 't2', ''], ['CREATE_OR_UPDATE', 't3', second]], end: `${service.origin}/changes?page=3` });
    expect((await told(second)).items).toEqual([['CREATE_OR_UPDATE', 't3', second]]);
    expect((await told('')).items.length).toBe(4);
    expect(await caller.facade.perform({ kind: 'latestSyncToken', objectClass: 'changing' }, calling())).toEqual({ value: second });
  });

  it('begin again once, where the service has forgotten, and do not go round in circles', async () => {
    service.faults.next(fault.answer({ status: 410, body: {} }), { on: 'GET /changes' });
    expect((await told(`${service.origin}/changes?page=2`)).items.length).toBe(4);
    service.faults.next(fault.answer({ status: 412, body: {} }), { on: 'GET /changes' });
    expect((await told(`${service.origin}/changes?page=2`)).items.length).toBe(4);
    service.faults.next(fault.answer({ status: 410, body: {} }), { on: 'GET /changes', times: 2 });
    expect((await failure(told(`${service.origin}/changes?page=2`))).message).toContain('410');
    expect((await failure(told(`${service.origin}/changes?page=3`))).message).toContain('again and again');
    service.faults.next(fault.answer({ status: 200, body: { value: [] } }), { on: 'GET /changes' });
    expect((await failure(told(null))).message).toContain('neither');
  });
});
