import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { attributes, boolean, password, string } from '../../../../connectors/engines/rest/attributes.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import { httpAddress } from '../../../../connectors/engines/rest/http-configuration.js';
import { allListed } from '../../../../connectors/engines/rest/list.js';
import { textAt, type Json } from '../../../../connectors/engines/rest/json.js';
import { properties, text } from '../../../../connectors/framework/properties.js';
import { Attribute, ConnectorError, GuardedString, IcfArray, OPTION, Uid } from '../../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../../support/connector-caller.js';
import { Refusal, type FakeRequest } from '../../../targets/rest/exchange.js';
import { FakeService } from '../../../targets/rest/fake-service.js';

type Fields = Readonly<Record<string, Json>>;
const lamps = new Map<string, Fields>();
const sent: { readonly method: string; readonly path: string; readonly body: unknown; readonly query: string }[] = [];
let service: FakeService;
let refuses = '';

const lamp = ({ params }: FakeRequest): Fields => lamps.get(params['id'] ?? '') ?? refuse(404, 'no such lamp');
function refuse(status: number, message: string): never {
  throw new Refusal(status, { message });
}
const keep = (fields: Fields): Fields => {
  lamps.set(textAt(fields, 'id') ?? '', fields);
  return fields;
};
const noted = (answer: (request: FakeRequest) => object) => (request: FakeRequest): object => {
  sent.push({ method: request.method, path: request.path, body: request.body, query: request.query.toString() });
  if (refuses !== '' && request.path.endsWith(refuses)) refuse(400, `${JSON.stringify(request.body)} is refused`);
  return answer(request);
};

const table = attributes({
  __NAME__: string({ wire: 'label' }), label: string(), colour: string(), secret: password(), id: string({ unsent: 'always' }), made: string({ unsent: 'always' }), model: string({ createOnly: true }),
  on: boolean({ apart: { set: async (call, uid, value) => { await call.send('PUT /lamps/{uid}/on', { variables: { uid }, json: { value } }); } } }),
  room: string({ apart: { during: 'update', set: async (call, uid, value) => { await call.send('PUT /lamps/{uid}/room', { variables: { uid }, json: { value } }); } } }),
  neighbours: string({ multi: true, onRequest: true, complete: async (call, { id }) => (await allListed(call, { request: 'GET /lamps' })).map((one) => one['id'] ?? null).filter((one) => one !== id) }),
});
const whole = { update: { request: 'PUT /lamps/{uid}', whole: true, drops: ['links'], keeps: ['model'] } } as const;

const connector = defineRestConnector({
  id: 'lamps', displayName: 'Lamps', family: 'SaaS', key: { bundleName: 'lamps', bundleVersion: '1.0.0.0', connectorName: 'Lamps' },
  properties: properties({ serviceUri: text({ required: true, help: 'Address.' }) }),
  service: { address: ({ serviceUri }) => httpAddress('serviceUri', serviceUri), authentication: () => noAuthentication, test: 'GET /lamps' },
  objectClasses: {
    lamp: {
      attributes: table, needs: ['label'], list: { request: 'GET /lamps' }, create: { request: 'POST /lamps', repeatsSecrets: true }, update: 'PATCH /lamps/{uid}',
      read: { request: 'GET /lamps/{uid}', query: ({ wants }) => ({ colour: wants('colour') }) },
    },
    listed: { attributes: table, list: { request: 'GET /lamps' }, read: 'list', ...whole },
    hooked: { attributes: table, list: { request: 'GET /lamps' }, read: async (_, uid) => { throw new ConnectorError('unknownUid', `no ${uid}`); } },
  },
});

let caller: ConnectorCaller;
beforeAll(async () => {
  service = await FakeService.start({ routes: {
    'GET /lamps': noted(() => ({ body: [...lamps.values()] })),
    'GET /lamps/{id}': noted((request) => ({ body: lamp(request) })),
    'POST /lamps': noted(({ body }) => ({ body: keep({ ...body as Fields, id: `l${lamps.size + 1}` }) })),
    'PATCH /lamps/{id}': noted((request) => ({ body: keep({ ...lamp(request), ...request.body as Fields }) })),
    'PUT /lamps/{id}': noted((request) => ({ body: keep({ ...request.body as Fields, id: lamp(request)['id'] ?? null }) })),
    'PUT /lamps/{id}/on': noted((request) => { keep({ ...lamp(request), on: (request.body as Fields)['value'] ?? null }); return { status: 204 }; }),
    'PUT /lamps/{id}/room': noted((request) => { keep({ ...lamp(request), room: (request.body as Fields)['value'] ?? null }); return { status: 204 }; }),
  } });
  caller = new ConnectorCaller(connector, { serviceUri: service.address });
});
beforeEach(() => {
  lamps.clear();
  keep({ id: 'l1', label: 'desk', colour: 'red', made: '2020', model: 'm1', on: true, links: { self: '/l1' } });
  sent.length = 0;
  refuses = '';
});
afterAll(async () => {
  await caller.dispose();
  await service.stop();
});

const writes = () => sent.filter(({ method }) => method !== 'GET').map(({ method, path, body }) => [`${method} ${path}`, body]);

describe('values with a request of their own', () => {
  it('are sent once the object is written, and not with it', async () => {
    const uid = await caller.create('lamp', Attribute.of('label', 'shelf'), Attribute.of('on', true), Attribute.of('room', 'north'));
    await caller.update('lamp', uid, Attribute.of('room', 'south'), Attribute.of('on', false), Attribute.of('colour', 'blue'));
    expect(writes()).toEqual([
      ['POST /lamps', { label: 'shelf', room: 'north' }], ['PUT /lamps/l2/on', { value: true }],
      ['PATCH /lamps/l2', { colour: 'blue' }], ['PUT /lamps/l2/room', { value: 'south' }], ['PUT /lamps/l2/on', { value: false }],
    ]);
  });

  it('are all that is sent where nothing else changes, and fail by themselves then', async () => {
    await caller.update('lamp', new Uid('l1'), Attribute.of('on', true));
    expect(writes()).toEqual([['PUT /lamps/l1/on', { value: true }]]);
    expect(await failure(caller.update('lamp', new Uid('l9'), Attribute.of('on', true)))).not.toMatchObject({ outcome: 'applied' });
  });

  it('that are refused leave the object, and the error says what has been done', async () => {
    refuses = '/on';
    const created = await failure(caller.create('lamp', Attribute.of('label', 'shelf'), Attribute.of('on', true)));
    expect(created).toMatchObject({ outcome: 'applied', message: expect.stringMatching(/^The lamp was created with the uid 'l2'\. on could not be set: .*refused/) as string });
    const updated = await failure(caller.update('lamp', new Uid('l1'), Attribute.of('colour', 'blue'), Attribute.of('room', 'south'), Attribute.of('on', true)));
    expect(updated).toMatchObject({ outcome: 'applied', message: expect.stringMatching(/^The lamp 'l1' was updated\. room was set\. on could not be set: /) as string });
  });

  it('are asked for when somebody wants to see them, of lists and of one object', async () => {
    keep({ id: 'l2', label: 'shelf' });
    const shown = async (...names: string[]) => (await caller.search('lamp', undefined, { [OPTION.attributesToGet]: new IcfArray('String', names) })).items.map((one) => one.get('neighbours')?.values);
    expect(await shown('neighbours')).toEqual([['l2'], ['l1']]);
    sent.length = 0;
    expect(await shown('label')).toEqual([undefined, undefined]);
    expect(sent).toHaveLength(1);
  });
});

describe('an object', () => {
  it('is read with parameters for what is wanted, or looked for in the list', async () => {
    expect((await caller.get('lamp', new Uid('l1')))?.get('colour')?.values).toEqual(['red']);
    expect(sent.map(({ path, query }) => `${path}?${query}`)).toEqual(['/lamps/l1?colour=true']);
    expect((await caller.get('listed', new Uid('l1')))?.name.value).toBe('desk');
    expect([await caller.get('listed', new Uid('l9')), await caller.get('lamp', new Uid('l9')), await caller.get('hooked', new Uid('l1'))]).toEqual([null, null, null]);
  });

  it('has one of the names it may be given by', async () => {
    expect(await failure(caller.create('lamp', Attribute.of('colour', 'red')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: 'A new object of lamp needs __NAME__ or label.' });
    expect(await failure(caller.create('lamp', Attribute.of('label', '')))).toMatchObject({ kind: 'invalidAttributeValue' });
    expect(writes()).toEqual([]);
    await caller.create('lamp', Attribute.of('__NAME__', 'one'), Attribute.of('label', 'two'));
    expect(writes()).toEqual([['POST /lamps', { label: 'two' }]]);
  });

  it('is not sent where nothing of it changes', async () => {
    for (const objectClass of ['lamp', 'listed']) await caller.update(objectClass, new Uid('l1'), Attribute.of('id', 'l1'), Attribute.of('made', '2020'));
    expect(writes()).toEqual([]);
  });

  it('goes back whole without what the service decides, but with what it wants to have', async () => {
    await caller.update('listed', new Uid('l1'), Attribute.of('colour', 'blue'));
    expect(writes()).toEqual([['PUT /lamps/l1', { label: 'desk', colour: 'blue', model: 'm1' }]]);
    expect(await failure(caller.update('listed', new Uid('l9'), Attribute.of('colour', 'blue')))).toMatchObject({ kind: 'unknownUid' });
  });

  it('with a secret in it that the service repeats is not repeated in the error', async () => {
    refuses = '/lamps';
    expect((await failure(caller.create('lamp', Attribute.of('label', 'shelf')))).message).toContain('shelf');
    const withSecret = await failure(caller.create('lamp', Attribute.of('label', 'shelf'), Attribute.of('secret', new GuardedString('b1nker-p4ss'))));
    expect(withSecret.message).not.toMatch(/b1nker|shelf/);
  });
});
