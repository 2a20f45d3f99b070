import { afterEach, describe, expect, it } from 'vitest';
import { attributes, object, string } from '../../../../connectors/engines/rest/attributes.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import type { RestObjectClass, RestService } from '../../../../connectors/engines/rest/definition.js';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { properties, text } from '../../../../connectors/framework/properties.js';
import { Attribute, OPTION, OperationOptions, Uid } from '../../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../../support/connector-caller.js';
import { calling } from '../../../support/memory-facade.js';
import type { FakeRequest } from '../../../targets/rest/exchange.js';
import { FakeService } from '../../../targets/rest/fake-service.js';
import type { Routes } from '../../../targets/rest/routes.js';

const ended: (() => Promise<void>)[] = [];
afterEach(async () => { for (const end of ended.splice(0)) await end(); });

const table = properties({ address: text({ required: true, help: 'Where the service is.' }) });
type Config = { readonly address: string };
interface Made { readonly classes: Readonly<Record<string, RestObjectClass<Config>>>; readonly discovered?: Readonly<Record<string, RestObjectClass<Config>>>; readonly service?: Partial<RestService<Config>> }

/** A connector with these classes, at a service with these routes. */
async function connected(routes: Routes, { classes, discovered, service = {} }: Made): Promise<{ caller: ConnectorCaller; fake: FakeService }> {
  const fake = await FakeService.start({ routes });
  const connector = defineRestConnector({
    id: 'example', displayName: 'Example', family: 'SaaS', key: { bundleName: 'example', bundleVersion: '1', connectorName: 'Example' }, properties: table,
    service: { address: ({ address }) => new URL(address), authentication: () => noAuthentication, test: 'GET /', ...service },
    objectClasses: classes, ...(discovered === undefined ? {} : { discover: async () => discovered }),
  });
  const caller = new ConnectorCaller(connector, { address: fake.address });
  ended.push(() => caller.dispose(), () => fake.stop());
  return { caller, fake };
}

describe('a service', () => {
  it('is told the media types it wants, a body\'s only where there is one, and JSON otherwise', async () => {
    const seen: (readonly unknown[])[] = [];
    const note = ({ headers }: FakeRequest): void => { seen.push([headers['accept'], headers['content-type'], headers['x-own']]); };
    const routes: Routes = { 'GET /things/{id}': (request) => { note(request); return { body: { id: '1' } }; }, 'POST /things': (request) => { note(request); return { body: { id: '1' } }; } };
    const thing: RestObjectClass<Config> = { attributes: attributes({ colour: string() }), read: 'GET /things/{uid}', create: 'POST /things' };
    const headers = () => new Map([['accept', 'application/scim+json'], ['content-type', 'application/vnd.example+json'], ['x-own', 'yes']]);
    for (const service of [{ headers }, {}]) {
      const { caller } = await connected(routes, { classes: { thing }, service });
      await caller.get('thing', new Uid('1'));
      await caller.create('thing', Attribute.of('colour', 'red'));
    }
    expect(seen).toEqual([
      ['application/scim+json', undefined, 'yes'], ['application/scim+json', 'application/vnd.example+json', 'yes'],
      ['application/json', undefined, undefined], ['application/json', 'application/json', undefined],
    ]);
  });

  it('may leave an empty list out where the definition says so, and nowhere else', async () => {
    const list = { request: 'GET /things', items: 'things' } as const;
    const { caller } = await connected({ 'GET /things': () => ({ body: { total: 0 } }) }, {
      classes: { thing: { attributes: {}, list: { ...list, mayBeMissing: true } }, strict: { attributes: {}, list } },
    });
    expect((await caller.search('thing')).items).toEqual([]);
    expect((await failure(caller.search('strict'))).message).toContain('without the list');
  });
});

describe('a list', () => {
  it('may be made of what requests tell, and is paged like any other', async () => {
    const made: RestObjectClass<Config> = { attributes: {}, list: { request: 'GET /made', made: async () => Array.from({ length: 5 }, (_, index) => ({ id: String(index) })) } };
    const { caller, fake } = await connected({}, { classes: { made } });
    const idsOf = async (cookie?: string): Promise<unknown[]> => {
      const page = await caller.search('made', undefined, { [OPTION.pageSize]: 2, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) });
      return [page.items.map(({ uid }) => uid.value), ...(page.cookie === undefined ? [] : await idsOf(page.cookie))];
    };
    expect(await idsOf()).toEqual([['0', '1'], ['2', '3'], ['4']]);
    expect((await caller.search('made')).items).toHaveLength(5);
    expect(fake.seen).toEqual([]);
  });

  it('of linked values may be left out where there are none', async () => {
    const list = { request: 'GET /things/{uid}/tags' } as const;
    const thing: RestObjectClass<Config> = { attributes: attributes({ tags: string({ multi: true, linked: { list, value: 'id' } }), left: string({ multi: true, linked: { list, value: 'id', leftOutIfNone: true } }) }), read: 'GET /things/{uid}' };
    const { caller } = await connected({ 'GET /things/{id}': ({ params }) => ({ body: { id: params['id'] } }), 'GET /things/{id}/tags': ({ params }) => ({ body: params['id'] === 'a' ? [] : [{ id: 't' }] }) }, { classes: { thing } });
    expect(await caller.values('thing', new Uid('a'))).toEqual({ __UID__: 'a', __NAME__: 'a', tags: [] });
    expect(await caller.values('thing', new Uid('b'))).toEqual({ __UID__: 'b', __NAME__: 'b', tags: 't', left: 't' });
  });
});

describe('an object class the service tells of', () => {
  const gadget: RestObjectClass<Config> = { attributes: attributes({ colour: string() }), list: { request: 'GET /gadgets' }, read: 'GET /gadgets/{uid}' };

  it('is read by uid without its list, and searched where it cannot be read', async () => {
    const all = [{ id: 'a', colour: 'red' }, { id: 'b', colour: 'blue' }];
    const listed: RestObjectClass<Config> = { attributes: gadget.attributes, list: gadget.list! };
    const { caller, fake } = await connected({ 'GET /gadgets': () => ({ body: all }), 'GET /gadgets/{id}': ({ params }) => ({ body: all.find(({ id }) => id === params['id']) }) }, {
      classes: { thing: gadget }, discovered: { gadget, listed },
    });
    const byUid = { kind: 'equals', attribute: new Uid('b') } as const;
    expect((await caller.search('gadget', byUid)).items.map(({ uid }) => uid.value)).toEqual(['b']);
    expect(fake.seenOf('GET /gadgets').map(({ path }) => path)).toEqual(['/gadgets/b']);
    expect((await caller.search('listed', byUid)).items.map(({ uid }) => uid.value)).toEqual(['b']);
    expect((await caller.search('gadget', { kind: 'and', operands: [byUid, { kind: 'equals', attribute: Attribute.of('colour', 'red') }] })).items).toEqual([]);
  });
});

it('attributes the service decides by itself are taken, and not sent where it would refuse them', async () => {
  const thing: RestObjectClass<Config> = {
    attributes: attributes({ colour: string(), always: string({ unsent: 'always' }), later: string({ unsent: 'onCreate' }), first: string({ unsent: 'onUpdate' }) }),
    read: 'GET /things/{uid}', create: 'POST /things', update: 'PATCH /things/{uid}',
  };
  const { caller, fake } = await connected({ 'POST /things': () => ({ body: { id: '1' } }), 'PATCH /things/{id}': () => ({ body: { id: '1' } }) }, { classes: { thing } });
  const all = ['colour', 'always', 'later', 'first'].map((name) => Attribute.of(name, 'x'));
  await caller.update('thing', await caller.create('thing', ...all), ...all);
  expect(fake.seen.map(({ body }) => body)).toEqual([{ colour: 'x', first: 'x' }, { colour: 'x', later: 'x' }]);
});

describe('an attribute that is edited', () => {
  const edits: unknown[] = [];
  const group: RestObjectClass<Config> = {
    attributes: attributes({
      members: object({ multi: true, edit: async (call, uid, type, values) => {
        edits.push([type, ...values]);
        await call.answer('POST /groups/{uid}/edit', { variables: { uid }, uid });
      } }),
      tags: string({ multi: true }),
    }),
    read: 'GET /groups/{uid}', update: 'PUT /groups/{uid}',
  };
  const change = (caller: ConnectorCaller, updateType: 'ADD' | 'REMOVE', ...given: readonly Attribute[]) => caller.facade.perform({ kind: 'update', updateType, objectClass: 'group', uid: new Uid('g'), attributes: given, options: OperationOptions.none }, calling());

  it('is not read for values to be added or removed; others are', async () => {
    const { caller, fake } = await connected({ 'POST /groups/{id}/edit': () => ({}), 'GET /groups/{id}': () => ({ body: { id: 'g', tags: ['x'] } }), 'PUT /groups/{id}': ({ body }) => ({ body: { id: 'g', ...body as object } }) }, { classes: { group } });
    await change(caller, 'ADD', Attribute.of('members', 'a', 'b'));
    await change(caller, 'REMOVE', Attribute.of('MEMBERS', 'a'));
    expect(edits.splice(0)).toEqual([['ADD', 'a', 'b'], ['REMOVE', 'a']]);
    expect(fake.seen.map(({ method }) => method)).toEqual(['POST', 'POST']);
    await change(caller, 'ADD', Attribute.of('members', 'c'), Attribute.of('tags', 'y'));
    expect(fake.seenOf('PUT /groups').map(({ body }) => body)).toEqual([{ tags: ['x', 'y'] }]);
    expect(edits.splice(0)).toEqual([['ADD', 'c']]);
  });

  it('says what has been done when it fails after another change', async () => {
    const { caller } = await connected({ 'GET /groups/{id}': () => ({ body: { id: 'g', tags: ['x'] } }), 'PUT /groups/{id}': () => ({ body: { id: 'g' } }) }, { classes: { group } });
    const both = await failure(change(caller, 'ADD', Attribute.of('members', 'c'), Attribute.of('tags', 'y')));
    expect(both).toMatchObject({ outcome: 'applied', message: expect.stringContaining('tags') as string });
    expect((await failure(change(caller, 'ADD', Attribute.of('members', 'c')))).outcome).toBe('notApplied');
    edits.length = 0;
  });
});
