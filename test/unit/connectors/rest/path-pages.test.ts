import { afterAll, beforeAll, expect, it } from 'vitest';
import { attributes, string } from '../../../../connectors/engines/rest/attributes.js';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { fixedLimits } from '../../../../connectors/engines/http/limits/fixed-limits.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import { httpAddress } from '../../../../connectors/engines/rest/http-configuration.js';
import { pathPagePaging } from '../../../../connectors/engines/rest/paging/counted.js';
import { properties, text } from '../../../../connectors/framework/properties.js';
import { ConnectorCaller } from '../../../support/connector-caller.js';
import { FakeService } from '../../../targets/rest/fake-service.js';

const PAGES = [['a', 'b', 'c'], ['d'], ['e', 'f']];
const asked: string[] = [];
const config = properties({ serviceUri: text({ required: true, help: 'Where.' }), rate: text({ help: 'Of books.' }) });

const library = defineRestConnector({
  id: 'library', displayName: 'Library', family: 'SaaS', key: { bundleName: 'library', bundleVersion: '1', connectorName: 'Library' }, properties: config,
  service: {
    address: ({ serviceUri }) => httpAddress('serviceUri', serviceUri), authentication: () => noAuthentication, test: 'GET /books/0',
    limits: ({ rate }) => ({
      fixed: fixedLimits([{ property: 'rate', text: rate, kinds: ['books'] }]),
      kindOf: ({ url }) => { asked.push(url.pathname); return 'books'; },
    }),
  },
  objectClasses: {
    book: {
      attributes: attributes({ id: string({ readOnly: true }) }),
      list: { request: 'GET /books/{page}', items: 'books', ownPages: true, pageSize: 1_000, paging: pathPagePaging({ variable: 'page', last: 'lastPage' }) },
    },
  },
});

let service: FakeService;
let caller: ConnectorCaller;
beforeAll(async () => {
  service = await FakeService.start({
    routes: { 'GET /books/{page}': ({ params }) => ({ body: { lastPage: Number(params['page']) === PAGES.length - 1, books: PAGES[Number(params['page'])]!.map((id) => ({ id })) } }) },
  });
  caller = new ConnectorCaller(library, { serviceUri: service.address, rate: '900/sec' });
});
afterAll(async () => {
  await caller.dispose();
  await service.stop();
});

const ids = ({ items }: Awaited<ReturnType<ConnectorCaller['search']>>): string => items.map(({ uid }) => uid.value).join('');

it('reads pages by a number in the path, to the one that says it is the last', async () => {
  expect(ids(await caller.search('book'))).toBe('abcdef');
  expect(service.seen.map(({ path }) => path)).toEqual(['/books/0', '/books/1', '/books/2']);
});

it('ends a page where the service ends one, and goes on there', async () => {
  const pages: string[] = [];
  let cookie: string | undefined;
  do {
    const page = await caller.search('book', undefined, { PAGE_SIZE: 2, ...(cookie === undefined ? {} : { PAGED_RESULTS_COOKIE: cookie }) });
    pages.push(ids(page));
    ({ cookie } = page);
  } while (cookie !== undefined);
  expect(pages).toEqual(['ab', 'c', 'd', 'ef']);
});

it('counts a list that is read by GET as what the connector says it is', async () => {
  asked.length = 0;
  await caller.search('book');
  expect(asked).toEqual(['/books/0', '/books/1', '/books/2']);
});
