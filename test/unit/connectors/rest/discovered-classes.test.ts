import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attributes, string } from '../../../../connectors/engines/rest/attributes.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import type { RestObjectClass } from '../../../../connectors/engines/rest/definition.js';
import { parameterFilters } from '../../../../connectors/engines/rest/filters/parameters.js';
import { textAt } from '../../../../connectors/engines/rest/json.js';
import type { RestCall } from '../../../../connectors/engines/rest/rest-call.js';
import { modifiedTimes } from '../../../../connectors/engines/rest/sync/modified-times.js';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { properties, text } from '../../../../connectors/framework/properties.js';
import { Attribute, Uid, type Filter } from '../../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../../support/connector-caller.js';
import { FakeService } from '../../../targets/rest/fake-service.js';
import { fault } from '../../../targets/rest/faults.js';

type Config = { readonly address: string };
const equals = (name: string, value: string): Filter => ({ kind: 'equals', attribute: Attribute.of(name, value) });

/** A class with one attribute, by which the list can be asked. */
const classWith = (column: string): RestObjectClass<Config> => ({
  attributes: attributes({ [column]: string() }), list: { request: 'GET /rows' }, read: 'GET /rows/{uid}', delete: 'DELETE /rows/{uid}',
  filters: parameterFilters({ equals: { [column]: { parameter: 'is', trusted: true } } }), sync: modifiedTimes({ time: 'at', ordered: false, between: () => ({}) }),
});
const discover = async (call: RestCall<Config>): Promise<Readonly<Record<string, RestObjectClass<Config>>>> => ({ row: classWith(textAt(await call.send('GET /columns'), 'name') ?? '') });
const connectorWith = (parts: object) => defineRestConnector({
  id: 'example', displayName: 'Example', family: 'Test', key: { bundleName: 'example', bundleVersion: '1', connectorName: 'Example' }, properties: properties({ address: text({ required: true, help: 'Where it is.' }) }),
  service: { address: ({ address }) => new URL(address), authentication: () => noAuthentication, test: 'GET /rows' }, objectClasses: { thing: { attributes: {}, list: { request: 'GET /things' } } }, ...parts,
});

let service: FakeService;
let caller: ConnectorCaller;
beforeEach(async () => {
  const rows = [{ id: 'a', colour: 'red' }, { id: 'b', colour: 'blue' }];
  service = await FakeService.start({
    routes: {
      'GET /columns': () => ({ body: { name: 'colour' } }), 'GET /things': () => ({ body: [] }),
      'GET /rows': ({ query }) => ({ body: rows.filter(({ colour }) => query.get('is') === null || query.get('is') === colour) }),
      'GET /rows/{id}': ({ params }) => ({ body: rows.find(({ id }) => id === params['id']) }),
    },
  });
  caller = new ConnectorCaller(connectorWith({ discover }), { address: service.address });
});
afterEach(async () => {
  await caller.dispose();
  await service.stop();
});

const found = async (filter: Filter, type = 'row'): Promise<unknown> => {
  service.seen.length = 0;
  const { items } = await caller.search(type, filter);
  return [items.map(({ uid }) => uid.value), service.seen.filter(({ path }) => path !== '/columns').map(({ path, query }) => [path, query])];
};

describe('an object class the service tells of', () => {
  it('is searched by its own filters at the service, in any case of its name, asked for once', async () => {
    expect(await found(equals('colour', 'red'))).toEqual([['a'], [['/rows', { is: 'red' }]]]);
    expect(await found(equals('colour', 'blue'), 'ROW')).toEqual([['b'], [['/rows', { is: 'blue' }]]]);
    expect(service.seenOf('GET /columns')).toEqual([]);
  });

  it('is read by uid, with the rest of the filter looked at here', async () => {
    const byUid: Filter = { kind: 'equals', attribute: new Uid('a') };
    expect(await found(byUid)).toEqual([['a'], [['/rows/a', {}]]]);
    expect(await found({ kind: 'and', operands: [equals('colour', 'blue'), byUid] })).toEqual([[], [['/rows/a', {}]]]);
  });

  it('fails where the service does not tell', async () => {
    service.faults.always(fault.answer({ status: 403, body: {} }), { on: 'GET /columns' });
    expect((await failure(caller.search('row', equals('colour', 'red')))).kind).toBe('permissionDenied');
  });
});

describe('what a service is expected to tell of', () => {
  it('is shown and offered before it is asked, and never searched by', async () => {
    expect(connectorWith({ discover }).operations.sync).toBeUndefined();
    const { operations, objectClasses } = connectorWith({ discover, discovered: { row: classWith('shape') } });
    expect([operations.sync, operations.latestSyncToken].every((one) => typeof one === 'function')).toBe(true);
    expect(objectClasses.map(({ name, operations: offered, attributes: shown }) => [name, offered, shown.map((one) => one.name)])).toEqual([['row', ['read', 'query', 'delete'], ['_id', '__NAME__', 'shape']], ['thing', ['query'], ['_id', '__NAME__']]]);
    await caller.dispose();
    caller = new ConnectorCaller(connectorWith({ discover: async () => ({}), discovered: { row: classWith('shape') } }), { address: service.address });
    expect((await failure(caller.search('row', equals('shape', 'round')))).kind).toBe('illegalArgument');
  });
});
