import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { on } from '../../../../connectors/engines/http/answer-errors.js';
import { string } from '../../../../connectors/engines/rest/attributes.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import { httpAddress } from '../../../../connectors/engines/rest/http-configuration.js';
import { markerPaging } from '../../../../connectors/engines/rest/paging/given-next.js';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { properties, text } from '../../../../connectors/framework/properties.js';
import { listed } from '../../../../connectors/engines/rest/list.js';
import type { RestCall } from '../../../../connectors/engines/rest/rest-call.js';
import { ACCOUNT, Attribute, IcfArray, NAME, OPTION, OperationOptions, Uid } from '../../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../../support/connector-caller.js';
import { calling } from '../../../support/memory-facade.js';
import { FakeService } from '../../../targets/rest/fake-service.js';
import { fault } from '../../../targets/rest/faults.js';
import type { FakeRequest } from '../../../targets/rest/exchange.js';

const key = { bundleName: 'test', bundleVersion: '1', connectorName: 'rpc' };
const updates: (readonly (readonly [string, unknown])[])[] = [];

/** Everything is POST / with a form; answers are `name=value` lines instead of JSON. */
const connector = defineRestConnector({
  id: 'rpc', displayName: 'RPC', family: 'Test', key, properties: properties({ address: text({ required: true, help: 'Address.' }), tenant: text({ required: true, help: 'Tenant.' }) }),
  service: {
    address: ({ address }) => httpAddress('address', address), authentication: () => noAuthentication,
    translated: (answer) => ({ ...answer, headers: new Map([['content-type', 'application/json']]), body: new TextEncoder().encode(`{${new TextDecoder().decode(answer.body)}}`) }),
    test: async (call) => { await call.send('POST /', { form: { action: 'test' } }); },
    throttled: [on(400, { at: 'code', is: 'busy' }).fail('retryable')],
  },
  objectClasses: {
    [ACCOUNT]: {
      attributes: {
        [NAME]: string({ wire: 'name', required: true }),
        tags: string({ multi: true }),
        groups: string({ multi: true, linked: {
          list: (call: RestCall, uid) => listed(call, { request: 'POST /', items: 'groups', form: () => ({ action: 'groups', uid, tenant: (call.config as { tenant: string }).tenant }) }),
          value: (element) => element,
          add: async (call, uid, value) => { await call.send('POST /', { form: { action: 'join', uid, group: value as string } }); },
        } }),
      },
      uid: 'name',
      list: { request: 'POST /', items: 'users', pageSize: 1, paging: markerPaging({ send: 'marker', next: 'marker' }), form: (page) => ({ action: 'list', ...Object.fromEntries(Object.entries(page).map(([name, value]) => [name, String(value)])) }) },
      read: async (call, uid) => (await call.send('POST /', { form: { action: 'read', uid }, uid })) as Record<string, never>,
      update: async (_, __, { attributes }) => { updates.push(attributes.map(({ name, values }) => [name, values])); return undefined; },
    },
  },
});

let service: FakeService;
let caller: ConnectorCaller;
let answers: Record<string, (form: Record<string, string>) => string>;

beforeEach(async () => {
  updates.length = 0;
  answers = {
    test: () => '', groups: ({ uid = '', tenant = '' }) => `"groups":["${tenant}/${uid}"]`, join: () => '', read: ({ uid = '' }) => `"name":"${uid}","tags":["only"]`,
    list: ({ marker }) => (marker === undefined ? '"users":[{"name":"a"}],"marker":"2"' : marker === '2' ? '"users":"","marker":"3"' : '"users":[{"name":"b"}]'),
  };
  service = await FakeService.start({ routes: { 'POST /': ({ body }: FakeRequest) => ({ body: answers[(body as Record<string, string>)['action']!]!(body as Record<string, string>) }) } });
  caller = new ConnectorCaller(connector, { address: service.address, tenant: 'north' });
});
afterEach(async () => {
  await caller.dispose();
  await service.stop();
});

describe('a service whose requests are forms and whose answers are no JSON', () => {
  it('is listed by forms, page by page, over a page whose list is none', async () => {
    const { items } = await caller.search(ACCOUNT, undefined, { [OPTION.attributesToGet]: new IcfArray('String', [NAME]) });
    expect(items.map(({ uid }) => uid.value)).toEqual(['a', 'b']);
    expect(service.seen.map(({ body }) => body)).toEqual([{ action: 'list' }, { action: 'list', marker: '2' }, { action: 'list', marker: '3' }]);
  });

  it('has its answers translated before they are judged', async () => {
    answers['test'] = () => 'not what the translation makes JSON of';
    expect((await failure(caller.test())).kind).toBe('connectorIo');
  });

  it('is waited for where its words, translated, say that it is asked too often', async () => {
    service.faults.next(fault.answer({ status: 400, body: '"code":"busy"' }));
    await caller.test();
    expect(service.seen).toHaveLength(2);
  }, 20_000);

  it('has no object where the function that reads it says that there is none', async () => {
    service.faults.next(fault.answer({ status: 404, body: '' }));
    expect(await caller.get(ACCOUNT, new Uid('gone'))).toBeNull();
    expect(service.faults.left).toBe(0);
  });

  it('is asked for links by a request that a function makes', async () => {
    expect((await caller.values(ACCOUNT, new Uid('a')))['groups']).toBe('north/a');
    await caller.update(ACCOUNT, new Uid('a'), Attribute.of('groups', 'north/a'));
    expect(service.seen.filter(({ body }) => (body as { action: string }).action === 'join')).toEqual([]);
    expect((await failure(caller.update(ACCOUNT, new Uid('a'), Attribute.of('groups', 'other')))).message).toContain('cannot be removed');
  });

  it('has had nothing applied where its links cannot be read before they are changed', async () => {
    service.faults.always(fault.serverError(500));
    expect(await failure(caller.update(ACCOUNT, new Uid('a'), Attribute.of('groups', 'other')))).toMatchObject({ kind: 'connectorIo', outcome: 'notApplied' });
  });

  it('is told of the last value\'s removal as an empty list, and of null as null', async () => {
    await caller.facade.perform({ kind: 'update', updateType: 'REMOVE', objectClass: ACCOUNT, uid: new Uid('a'), attributes: [Attribute.of('tags', 'only')], options: OperationOptions.none }, calling());
    await caller.update(ACCOUNT, new Uid('a'), new Attribute('tags', null));
    expect(updates).toEqual([[['tags', []]], [['tags', null]]]);
  });
});
