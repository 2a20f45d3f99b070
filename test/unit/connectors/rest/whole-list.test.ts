import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { integer, string } from '../../../../connectors/engines/rest/attributes.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import { filteredAttributes, listFilters } from '../../../../connectors/engines/rest/filters/list-filters.js';
import { httpAddress } from '../../../../connectors/engines/rest/http-configuration.js';
import { properties, text } from '../../../../connectors/framework/properties.js';
import { Attribute, IcfArray, NAME, Name, type Filter } from '../../../../protocol/model/index.js';
import { ConnectorCaller, failure, plain } from '../../../support/connector-caller.js';
import { FakeService } from '../../../targets/rest/fake-service.js';

const config = properties({ address: text({ required: true, help: 'Where.' }) });
const connector = defineRestConnector({
  id: 'whole', displayName: 'Whole', family: 'Test', key: { bundleName: 'x', bundleVersion: '1.5.0.0', connectorName: 'x' }, properties: config,
  service: { address: ({ address }) => httpAddress('address', address), authentication: () => noAuthentication, test: 'GET /things' },
  objectClasses: {
    thing: {
      attributes: { [NAME]: string({ wire: 'name' }), size: integer() }, read: 'GET /things/{uid}', filters: listFilters([NAME]),
      list: async (_, { filter }) => ({ request: 'GET /things', items: 'things', gives: [], whole: { keeps: ({ name }) => filter?.kind !== 'equals' || name === filter.attribute.single } }),
    },
  },
});

let things = new Map<string, object>();
let service: FakeService;
let caller: ConnectorCaller;
beforeAll(async () => {
  service = await FakeService.start({ routes: {
    'GET /things': () => ({ body: { things: [...things].map(([id]) => ({ id, name: `Name ${id}` })) } }),
    'GET /things/{id}': ({ params }) => (things.has(params['id']!) ? { body: { id: params['id'], name: `Name ${params['id']!}`, size: 7 } } : { status: 404, body: {} }),
  } });
  caller = new ConnectorCaller(connector, { address: service.address });
});
beforeEach(() => {
  things = new Map(['c', 'a', 'e', 'b', 'd'].map((id) => [id, {}]));
  service.seen.length = 0;
});
afterAll(async () => {
  await caller.dispose();
  await service.stop();
});

const page = async (cookie?: string, filter?: Filter) => {
  const { items, cookie: next } = await caller.search('thing', filter, { PAGE_SIZE: 2, ...(cookie === undefined ? {} : { PAGED_RESULTS_COOKIE: cookie }) });
  return { uids: items.map(({ uid }) => uid.value), next };
};

describe('a list that is one answer', () => {
  it('comes by uid, each object read', async () => {
    const { items } = await caller.search('thing');
    expect(items.map(({ uid }) => uid.value)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(plain(items[0]!)).toMatchObject({ size: 7 });
  });

  it('gives pages that lose nothing and repeat nothing, whatever comes and goes between them', async () => {
    const first = await page();
    expect(first.uids).toEqual(['a', 'b']);
    things.delete('b');
    things.set('aa', {});
    const second = await page(first.next);
    expect(second.uids).toEqual(['c', 'd']);
    expect(await page(second.next)).toEqual({ uids: ['e'], next: undefined });
  });

  it('reads only what the search is for', async () => {
    const { items } = await caller.search('thing', { kind: 'equals', attribute: new Name('Name c') });
    expect(items).toHaveLength(1);
    expect(service.seen.map(({ path }) => path)).toEqual(['/things', '/things/c']);
  });

  it('reads nothing where the list gives all that is asked for', async () => {
    await caller.search('thing', undefined, { ATTRS_TO_GET: new IcfArray('String', [NAME]) });
    expect(service.seen).toHaveLength(1);
  });

  it('leaves out what has gone between list and read', async () => {
    const all = caller.search('thing');
    things.delete('e');
    expect((await all).items.map(({ uid }) => uid.value)).not.toContain('z');
    expect((await failure(caller.search('nothing'))).kind).toBe('illegalArgument');
  });
});

describe('filters on a list', () => {
  it('take what the list gives, and have all of it looked at again', () => {
    const known: Filter = { kind: 'startsWith', attribute: Attribute.of(NAME, 'x') };
    const unknown: Filter = { kind: 'equals', attribute: Attribute.of('size', 1) };
    const both: Filter = { kind: 'and', operands: [known, unknown] };
    expect(listFilters([NAME]).split(both)).toEqual({ native: known, residual: both });
    expect(listFilters([NAME]).split({ kind: 'or', operands: [known, unknown] }).native).toBeUndefined();
    expect(filteredAttributes({ kind: 'not', operand: both })).toEqual([NAME, 'size']);
  });
});
