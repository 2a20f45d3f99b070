import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { string } from '../../../../connectors/engines/rest/attributes.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import type { RestConnector } from '../../../../connectors/engines/rest/definition.js';
import type { ListEndpoint } from '../../../../connectors/engines/rest/list.js';
import { nextUrlPaging } from '../../../../connectors/engines/rest/paging/given-next.js';
import { modifiedTimes } from '../../../../connectors/engines/rest/sync/modified-times.js';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { properties, text } from '../../../../connectors/framework/properties.js';
import { ConnectorCaller, failure } from '../../../support/connector-caller.js';
import { FakeService } from '../../../targets/rest/fake-service.js';

/** One query whose conditions are parts of it. */
const list: ListEndpoint = {
  request: 'GET /query', items: 'rows', query: { from: 'rows' }, headers: { 'x-most': '2' }, paging: nextUrlPaging({ next: 'next', size: 'most' }), pageSize: 2,
  parameters: ({ from, where = 'true' }) => ({ q: `FROM ${String(from)} WHERE ${String(where)}` }),
};
const times = { time: 'at', ordered: true, between: (after: string | undefined, upTo: string) => ({ where: `${after === undefined ? '' : `at > ${after} and `}at <= ${upTo}` }) };
const table = properties({ address: text({ required: true, help: 'Where it is.' }) });
const definition: RestConnector<typeof table> = {
  id: 'rows', displayName: 'Rows', family: 'Test', key: { bundleName: 'rows', bundleVersion: '1', connectorName: 'Rows' }, properties: table,
  service: { address: ({ address }) => new URL(address), authentication: () => noAuthentication, test: 'GET /time' },
  objectClasses: { byList: { attributes: { at: string() }, list, sync: modifiedTimes(times) }, byClock: { attributes: { at: string() }, list, sync: modifiedTimes({ ...times, clock: 'GET /time' }) } },
};
const connector = defineRestConnector(definition);

const NOW = 'Wed, 09 Nov 2022 17:14:59 GMT';
const LAST = '2022-11-09T17:14:57.000Z';
let service: FakeService;
let caller: ConnectorCaller;
beforeEach(async () => {
  const headers = { date: NOW };
  service = await FakeService.start({
    routes: {
      'GET /time': () => ({ headers, body: {} }), 'GET /query/2': () => ({ headers, body: { rows: [{ id: 'b', at: '2022-11-09T17:14:56.000Z' }] } }),
      'GET /query': () => ({ headers, body: { rows: [{ id: 'a', at: '2022-11-09T17:14:55.000Z' }], next: '/query/2' } }),
    },
  });
  caller = new ConnectorCaller(connector, { address: service.address });
});
afterEach(async () => {
  await caller.dispose();
  await service.stop();
});

const asked = (): readonly string[] => service.seen.splice(0).map(({ path, query }) => [path, ...Object.entries(query).map(([name, value]) => `${name}=${value}`)].join(' '));

describe('a list whose parameters are parts of one query', () => {
  it('is asked by that query, and follows the pages it is given', async () => {
    expect((await caller.search('byList')).items.map(({ uid }) => uid.value)).toEqual(['a', 'b']);
    expect(asked()).toEqual(['/query q=FROM rows WHERE true', '/query/2']);
  });

  it('tells changes between two times of the service by it', async () => {
    expect((await caller.sync('byList', null)).end).toEqual({ value: LAST });
    expect(asked()).toEqual(['/query q=FROM rows WHERE true', `/query q=FROM rows WHERE at <= ${LAST}`, '/query/2']);
  });
});

it('changes by time have no deletes among them, so that snapshot sync is offered besides', () => {
  expect([connector.syncMissesDeletes, defineRestConnector({ ...definition, objectClasses: { plain: { attributes: {}, list } } }).syncMissesDeletes]).toEqual([true, undefined]);
});

it('a token that is no time is refused, whatever its length', async () => {
  for (const value of ['yesterday', 'x'.repeat(10_000)]) {
    const error = await failure(caller.sync('byClock', { value }));
    expect([error.kind, error.message.length < 300]).toEqual(['illegalArgument', true]);
  }
});

describe('the time of a service', () => {
  it('is told by another request where the list would cost too much', async () => {
    const { items, end } = await caller.sync('byClock', { value: '2022-11-09T17:14:55.000Z' });
    expect([items.map(({ uid }) => uid.value), end]).toEqual([['b'], { value: LAST }]);
    expect(asked()).toEqual(['/time', `/query q=FROM rows WHERE at > 2022-11-09T17:14:55.000Z and at <= ${LAST}`, '/query/2']);
    expect(await caller.facade.perform({ kind: 'latestSyncToken', objectClass: 'byClock' }, { signal: new AbortController().signal, operationId: '1' })).toEqual({ value: LAST });
    expect(asked()).toEqual(['/time']);
  });
});
