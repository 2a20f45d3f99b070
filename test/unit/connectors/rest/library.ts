import { basic } from '../../../../connectors/engines/rest/authentication/basic.js';
import { attributes, boolean, enabled, integer, object, password, string } from '../../../../connectors/engines/rest/attributes.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import type { RestConnector } from '../../../../connectors/engines/rest/definition.js';
import { httpAddress } from '../../../../connectors/engines/rest/http-configuration.js';
import { offsetPaging } from '../../../../connectors/engines/rest/paging/counted.js';
import { httpProxyProperties } from '../../../../connectors/engines/rest/saas-properties.js';
import { textAt, type Json } from '../../../../connectors/engines/rest/json.js';
import { modifiedTimes } from '../../../../connectors/engines/rest/sync/modified-times.js';
import { guarded, properties, text } from '../../../../connectors/framework/index.js';
import { ENABLE, NAME, PASSWORD } from '../../../../protocol/model/index.js';
import { FakeService } from '../../../targets/rest/fake-service.js';
import { Refusal, type FakeRequest } from '../../../targets/rest/exchange.js';

export const config = properties({
  serviceUri: text({ required: true, help: 'Address.' }), user: text({ required: true, help: 'User.' }), secret: guarded({ required: true, help: 'Password.' }), region: text({ default: 'north', help: 'Region.' }),
  ...httpProxyProperties,
});
type Definition = RestConnector<typeof config>;

/** A connector to {@link Library}: readers are listed by id and read one by one, and written whole. */
export const definition: Definition = {
  id: 'library', displayName: 'Library', family: 'Test', key: { bundleName: 'test.library', bundleVersion: '1.0.0.0', connectorName: 'test.Library' }, properties: config,
  service: {
    address: ({ serviceUri }) => httpAddress('serviceUri', serviceUri),
    authentication: ({ user, secret }) => basic({ user, password: secret }),
    test: 'GET /{region}/status',
  },
  objectClasses: {
    reader: {
      attributes: attributes({
        [NAME]: string({ wire: 'login', required: true }), [PASSWORD]: password({ wire: 'pin' }), [ENABLE]: enabled({ wire: 'state', on: 'open', off: 'barred' }),
        given: string({ wire: 'name.given' }), family: string({ wire: 'name.family' }), age: integer(), vip: boolean(), tags: string({ multi: true }), address: object(), number: string({ readOnly: true }),
        loans: integer({ read: ({ loans }) => loans, readOnly: true, onRequest: true }),
      }),
      uid: 'number',
      list: {
        request: 'GET /{region}/readers', items: 'page.items', query: { sort: 'changed' }, pageSize: { default: 3, min: 2, max: 4 }, paging: offsetPaging({ offset: 'from', size: 'count', total: 'page.total' }),
        gives: [NAME],
      },
      read: 'GET /{region}/readers/{uid}',
      item: 'reader',
      create: { request: 'POST /{region}/readers', body: (reader) => ({ reader }) },
      update: { request: 'PUT /{region}/readers/{uid}', body: (reader) => ({ reader }), whole: true, drops: ['changed', 'links'] },
      delete: 'DELETE /{region}/readers/{uid}',
      complete: async (call, reader, query) => (query.wants('loans') ? { ...reader, loans: Number(await call.send('GET /{region}/readers/{reader}/loans', { variables: { reader: textAt(reader, 'number') } })) } : reader),
      sync: modifiedTimes({ time: 'changed', ordered: true, between: (after, upTo) => ({ ...(after === undefined ? {} : { after }), upTo }) }),
    },
    shelf: { attributes: attributes({ place: string() }), uid: 'code', list: { request: 'GET /{region}/shelves' } },
  },
};

export const libraryConnector = defineRestConnector(definition);

type Fields = Readonly<Record<string, Json>>;
const changed = (reader: Fields): string => textAt(reader, 'changed') ?? '';

/** A small service with some of the ways of large ones. */
export class Library {
  readonly readers = new Map<string, Fields>();
  readonly loans = new Map<string, number>();
  service!: FakeService;
  #next = 1;

  static async start(): Promise<Library> {
    const library = new Library();
    const found = ({ params }: FakeRequest): Fields => {
      const reader = library.readers.get(params['id'] ?? '');
      if (reader === undefined) throw new Refusal(404, { message: 'no such reader' });
      return reader;
    };
    const given = ({ body }: FakeRequest): Fields => (body as { reader: Fields }).reader;
    library.service = await FakeService.start({
      base: '/api', credentials: { basic: { user: 'librarian', password: 'l1brary-w0rd' } },
      routes: {
        'GET /north/status': () => ({ body: { ok: true } }),
        'GET /north/readers': (request) => {
          const [after, upTo] = [request.query.get('after'), request.query.get('upTo')];
          const rows = [...library.readers.values()].filter((reader) => (after === null || changed(reader) > after) && (upTo === null || changed(reader) <= upTo)).sort((a, b) => (changed(a) < changed(b) ? -1 : 1));
          const page = library.service.pages.offset(rows.map(({ number, login, changed: at }) => ({ number, login, changed: at })), request.query, { offset: 'from', limit: 'count' });
          return { body: { page: { total: page.total, items: page.rows } } };
        },
        'GET /north/readers/{id}': (request) => ({ body: { reader: found(request) } }),
        'GET /north/readers/{id}/loans': ({ params }) => ({ body: library.loans.get(params['id'] ?? '') ?? 0 }),
        'POST /north/readers': (request) => {
          const reader = given(request);
          if ([...library.readers.values()].some(({ login }) => login === reader['login'])) throw new Refusal(409, { message: 'this login is taken' });
          return { status: 201, body: { reader: library.keep(reader) } };
        },
        'PUT /north/readers/{id}': (request) => {
          const { number = null } = found(request);
          const sent = given(request);
          for (const name of ['number', 'changed', 'links']) if (name in sent) throw new Refusal(400, { message: `${name} cannot be set` });
          return { body: { reader: library.keep({ ...sent, number }) } };
        },
        'DELETE /north/readers/{id}': (request) => {
          found(request);
          library.readers.delete(request.params['id'] ?? '');
          return { status: 204 };
        },
        'GET /north/shelves': () => ({ body: [{ code: 's1', place: 'left' }, { code: 's2', place: null }] }),
      },
    });
    return library;
  }

  keep(reader: Fields, at = new Date(Date.now() - 60_000).toISOString()): Fields {
    const number = textAt(reader, 'number') ?? `r${this.#next++}`;
    const { pin, ...rest } = reader;
    const kept = { ...rest, number, changed: at, links: { self: `/readers/${number}` }, ...(pin === undefined ? {} : { pinSet: true }) };
    this.readers.set(number, kept);
    return kept;
  }
}
