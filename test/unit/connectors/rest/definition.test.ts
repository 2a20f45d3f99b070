import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { string } from '../../../../connectors/engines/rest/attributes.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import { on } from '../../../../connectors/engines/http/answer-errors.js';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { pagesFrom, type ListEndpoint, type PagePart } from '../../../../connectors/engines/rest/list.js';
import { markerPaging } from '../../../../connectors/engines/rest/paging/given-next.js';
import { properties, text } from '../../../../connectors/framework/properties.js';
import { Attribute, Name, Uid, type Filter } from '../../../../protocol/model/index.js';
import { ConnectorCaller, failure, plain } from '../../../support/connector-caller.js';
import { Refusal } from '../../../targets/rest/exchange.js';
import { FakeService } from '../../../targets/rest/fake-service.js';
import { fault } from '../../../targets/rest/faults.js';

const shelf = (name: string): ListEndpoint => ({ request: `GET /shelves/${name}`, items: 'books', pageSize: 2, paging: markerPaging({ send: 'marker', next: 'next', size: 'limit' }) });
const SHELVES = ['a', 'b'];

/** Pages of one shelf after the other. */
const shelves: NonNullable<ListEndpoint['pages']> = async function* shelves(call, { at, size }, details): AsyncGenerator<PagePart> {
  const [first, within] = Array.isArray(at) ? at as [number, string | null] : [0, null];
  for (let index = first; index < SHELVES.length; index++) {
    for await (const part of pagesFrom(call, shelf(SHELVES[index]!), { at: index === first ? within ?? undefined : undefined, size }, details)) {
      const next = part.end?.next === undefined ? (index + 1 < SHELVES.length ? [index + 1, null] : undefined) : [index, part.end.next];
      yield { ...part, at: [index, part.at ?? null], ...(part.end === undefined ? {} : { end: { next } }) };
    }
  }
};

const connector = defineRestConnector({
  id: 'library', displayName: 'Library', family: 'Test', key: { bundleName: 'b', bundleVersion: '1.5.0.0', connectorName: 'c' },
  properties: properties({ address: text({ required: true, help: 'x' }) }),
  service: {
    address: ({ address }) => new URL(address), authentication: () => noAuthentication, test: 'GET /shelves/a',
    throttled: [on(403, { at: 'reason', is: 'quotaExceeded' }).fail('retryable')],
  },
  objectClasses: {
    Loan: { attributes: { title: string() }, list: { request: 'GET /loans', items: 'loans', mayBeMissing: true } },
    Fine: { attributes: { title: string() }, list: { request: 'GET /loans', items: 'fines' } },
    Book: {
      attributes: {
        __NAME__: string({ wire: 'isbn' }), title: string(),
        tags: string({ multi: true, linked: { shown: true, list: { request: 'GET /books/{uid}/tags', items: 'tags' }, value: 'name', add: { request: 'POST /books/{uid}/tags', json: (_, name) => ({ name }) } } }),
      },
      list: { request: 'GET /shelves/all', pageSize: 2, pages: shelves },
      read: 'GET /books/{uid}', readBy: ['__NAME__'], update: 'PUT /books/{uid}',
    },
  },
});

let library: FakeService;
let caller: ConnectorCaller;
const book = (id: string) => ({ id, isbn: `isbn-${id}`, title: `Book ${id}`, tags: ['old'] });
const byName = (name: string): Filter => ({ kind: 'equals', attribute: new Name(name) });

beforeEach(async () => {
  const found = (key: string) => (key === 'gone' ? undefined : book(key.replace('isbn-', '').replace('former-', '')));
  const shelved = (ids: readonly string[]) => ({ query }: { query: URLSearchParams }) => {
    const { rows, marker } = library.pages.marker(ids.map(book), query);
    return { body: { books: rows, next: marker } };
  };
  library = await FakeService.start({
    routes: {
      'GET /loans': () => ({ body: { kind: 'loans' } }),
      'GET /shelves/a': shelved(['1', '2', '3']), 'GET /shelves/b': shelved(['4']),
      'GET /books/{key}': ({ params }) => {
        const body = found(params['key']!);
        if (body === undefined) throw new Refusal(404, {});
        return { body };
      },
      'GET /books/{key}/tags': () => ({ body: { tags: [{ name: 'old' }] } }), 'POST /books/{key}/tags': () => ({ status: 201, body: {} }),
    },
  });
  caller = new ConnectorCaller(connector, { address: library.address });
});
afterEach(async () => {
  await caller.dispose();
  await library.stop();
});

describe('a list that is made of several', () => {
  it('comes whole, one after the other', async () => {
    expect((await caller.search('Book')).items.map(({ uid }) => uid.value)).toEqual(['1', '2', '3', '4']);
  });

  it('goes on by cookie from one to the next', async () => {
    const seen: string[] = [];
    let cookie: string | undefined;
    do {
      const page = await caller.search('Book', undefined, { _PAGE_SIZE: 1, ...(cookie === undefined ? {} : { _PAGED_RESULTS_COOKIE: cookie }) });
      seen.push(...page.items.map(({ uid }) => uid.value));
      cookie = page.cookie;
    } while (cookie !== undefined && seen.length < 10);
    expect(seen).toEqual(['1', '2', '3', '4']);
  });
});

describe('a list that is left out of the answer', () => {
  it('is empty where the definition says so, and an error otherwise', async () => {
    expect((await caller.search('Loan')).items).toEqual([]);
    expect((await failure(caller.search('Fine'))).message).toContain("without the list 'fines'");
  });
});

describe('an attribute that stands for the uid', () => {
  it('finds the object by a read', async () => {
    expect((await caller.search('Book', byName('isbn-3'))).items.map(({ uid }) => uid.value)).toEqual(['3']);
    expect(library.seen.map(({ path }) => path)).toEqual(['/books/isbn-3']);
  });

  it('finds nothing where nothing has it, or where the service knows the object by a former value', async () => {
    expect((await caller.search('Book', byName('gone'))).items).toEqual([]);
    expect((await caller.search('Book', byName('former-3'))).items).toEqual([]);
  });

  it('leaves what else is asked to the framework', async () => {
    const and = (title: string): Filter => ({ kind: 'and', operands: [{ kind: 'equals', attribute: Attribute.of('title', title) }, byName('isbn-3')] });
    expect((await caller.search('Book', and('Book 3'))).items).toHaveLength(1);
    expect((await caller.search('Book', and('Book 4'))).items).toHaveLength(0);
    expect(library.seenOf('GET /shelves')).toEqual([]);
  });
});

describe('linked values the object shows', () => {
  it('take no request to read and one each to change', async () => {
    expect(plain((await caller.get('Book', new Uid('1')))!)['tags']).toBe('old');
    expect(library.seenOf('GET /books/1/tags')).toEqual([]);
    await caller.update('Book', new Uid('1'), Attribute.of('tags', 'old', 'new'));
    expect(library.seenOf('POST /books/1/tags').map(({ body }) => body)).toEqual([{ name: 'new' }]);
  });
});

describe('an answer that means 429', () => {
  const quota = fault.forbidden({ reason: 'quotaExceeded' });

  it('is waited for, twice as long each time', async () => {
    library.faults.next(quota, { times: 2 });
    await caller.test();
    const [first, second, third] = library.seen.map(({ at }) => at);
    expect(second! - first!).toBeGreaterThanOrEqual(990);
    expect(third! - second!).toBeGreaterThanOrEqual(1_990);
  });

  it('is told from others of its status', async () => {
    library.faults.next(fault.forbidden({ reason: 'notAuthorized' }));
    expect((await failure(caller.test())).kind).toBe('permissionDenied');
    expect(library.seen).toHaveLength(1);
  });
});
