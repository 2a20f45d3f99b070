import { afterEach, describe, expect, it } from 'vitest';
import { attributes, string } from '../../../../connectors/engines/rest/attributes.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import type { RestConnector } from '../../../../connectors/engines/rest/definition.js';
import { httpAddress } from '../../../../connectors/engines/rest/http-configuration.js';
import { continuePaging } from '../../../../connectors/engines/rest/paging/given-next.js';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { properties, text } from '../../../../connectors/framework/properties.js';
import { ACCOUNT, Attribute, NAME, Name, OPTION, OperationOptions, Uid } from '../../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../../support/connector-caller.js';
import { fault } from '../../../targets/rest/faults.js';
import { FakeService } from '../../../targets/rest/fake-service.js';
import type { Routes } from '../../../targets/rest/routes.js';

const table = properties({ address: text({ required: true, help: 'Where it is.' }) });
type Classes = RestConnector<typeof table>['objectClasses'];

const started: { stop(): Promise<void> }[] = [];
afterEach(async () => { for (const each of started.splice(0).reverse()) await each.stop(); });

/** A connector with these object classes to a fake with these routes. */
async function connected(objectClasses: Classes, routes: Routes) {
  const fake = await FakeService.start({ routes });
  const connector = defineRestConnector({
    id: 'example', displayName: 'Example', family: 'Test', key: { bundleName: 'example', bundleVersion: '1', connectorName: 'Example' }, properties: table,
    service: { address: ({ address }) => httpAddress('address', address), authentication: () => noAuthentication, test: 'GET /' }, objectClasses,
  });
  const caller = new ConnectorCaller(connector, { address: fake.address });
  started.push(fake, { stop: () => caller.dispose() });
  return { fake, caller };
}

const uids = (items: readonly { readonly uid: Uid }[]): string[] => items.map(({ uid }) => uid.value);

describe('a list by POST whose cursor has a request of its own', () => {
  const classes: Classes = {
    [ACCOUNT]: {
      attributes: attributes({ id: string() }),
      list: {
        request: 'POST /users/list', items: 'users', pageSize: 2, json: (page) => page as Record<string, number>,
        paging: continuePaging({ continueBy: 'POST /users/list/continue', send: 'cursor', next: 'cursor', size: 'limit', more: 'has_more' }),
      },
    },
  };
  const routes: Routes = {
    'POST /users/list': ({ body }) => ({ body: { users: [{ id: 'a' }, { id: 'b' }].slice(0, (body as { limit: number }).limit), cursor: 'after b', has_more: true } }),
    'POST /users/list/continue': ({ body }) => ({ body: { users: [{ id: (body as { cursor: string }).cursor }], cursor: 'end', has_more: false } }),
  };

  it('is read to its end, also from a cookie', async () => {
    const { caller, fake } = await connected(classes, routes);
    expect(uids((await caller.search(ACCOUNT)).items)).toEqual(['a', 'b', 'after b']);
    expect(fake.seen.map(({ path, body }) => [path, body])).toEqual([['/users/list', { limit: 2 }], ['/users/list/continue', { cursor: 'after b' }]]);
    const { cookie } = await caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 2 });
    expect(uids((await caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 2, [OPTION.pagedResultsCookie]: cookie! })).items)).toEqual(['after b']);
  });

  it('is asked for again after an answer that only passes, as a GET is', async () => {
    const { caller, fake } = await connected(classes, routes);
    fake.faults.next(fault.serverError(503), { on: 'POST /users/list' });
    expect((await caller.search(ACCOUNT)).items).toHaveLength(3);
    fake.faults.next(fault.serverError(500), { on: 'POST /users/list' });
    expect((await failure(caller.search(ACCOUNT))).outcome).toBeUndefined();
  });
});

describe('values that the service lists from their other side', () => {
  it('are made by a function that can keep what serves the whole search', async () => {
    const kept = new WeakMap<object, true>();
    let made = 0;
    const classes: Classes = {
      [ACCOUNT]: {
        attributes: attributes({
          teams: string({
            multi: true,
            linked: {
              list: async function* list(_, uid, search) {
                if (!kept.has(search)) made++;
                kept.set(search, true);
                yield [`team of ${uid}`];
              },
              value: '', add: { request: 'PUT /teams/{value}/{uid}' }, remove: { request: 'DELETE /teams/{value}/{uid}' },
            },
          }),
        }),
        list: { request: 'GET /users' }, read: 'GET /users/{uid}',
      },
    };
    const { caller, fake } = await connected(classes, {
      'GET /users': () => ({ body: [{ id: 'a' }, { id: 'b' }] }), 'GET /users/{id}': ({ params }) => ({ body: params }),
      'PUT /teams/{team}/{id}': () => ({}), 'DELETE /teams/{team}/{id}': () => ({}),
    });
    expect((await caller.search(ACCOUNT)).items.map((object) => object.get('teams')?.values)).toEqual([['team of a'], ['team of b']]);
    expect(made).toBe(1);
    await caller.update(ACCOUNT, new Uid('a'), Attribute.of('teams', 'other'));
    expect(fake.seen.slice(1).map(({ method, path }) => `${method} ${decodeURIComponent(path)}`)).toEqual(['DELETE /teams/team of a/a', 'PUT /teams/other/a']);
  });
});

describe('a name that is an attribute by itself as well', () => {
  it('gives way to that attribute, in whatever order they are given', async () => {
    const classes: Classes = { [ACCOUNT]: { attributes: attributes({ [NAME]: string({ wire: 'first' }), first: string() }), create: 'POST /users', read: 'GET /users/{uid}' } };
    const { caller, fake } = await connected(classes, { 'POST /users': () => ({ body: { id: 'x' } }), 'GET /users/{id}': () => ({ body: { id: 'x', first: 'Ann' } }) });
    await caller.create(ACCOUNT, Attribute.of('first', 'Ann'), new Name('Bea'));
    await caller.create(ACCOUNT, new Name('Bea'));
    expect(fake.seenOf('POST').map(({ body }) => body)).toEqual([{ first: 'Ann' }, { first: 'Bea' }]);
    expect((await caller.get(ACCOUNT, new Uid('x'), OperationOptions.none))?.name.value).toBe('Ann');
  });
});
