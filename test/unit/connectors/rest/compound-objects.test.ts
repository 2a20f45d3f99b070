import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { attributes, string } from '../../../../connectors/engines/rest/attributes.js';
import { compoundUid } from '../../../../connectors/engines/rest/compound-uid.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import { withFilterOnly } from '../../../../connectors/engines/rest/filters/filter-only.js';
import { parameterFilters } from '../../../../connectors/engines/rest/filters/parameters.js';
import { textAt } from '../../../../connectors/engines/rest/json.js';
import type { ListEndpoint } from '../../../../connectors/engines/rest/list.js';
import { listsOfEach } from '../../../../connectors/engines/rest/lists-of-each.js';
import { markerPaging } from '../../../../connectors/engines/rest/paging/given-next.js';
import { refuseDifferent, refuseTogether } from '../../../../connectors/engines/rest/same-field.js';
import { properties, text } from '../../../../connectors/framework/properties.js';
import { Attribute, NAME, Name, Uid, type Filter } from '../../../../protocol/model/index.js';
import { ConnectorCaller, failure, plain } from '../../../support/connector-caller.js';
import { Refusal, type FakeRequest } from '../../../targets/rest/exchange.js';
import { FakeService } from '../../../targets/rest/fake-service.js';

const paging = markerPaging({ send: 'marker', next: 'next', size: 'limit' });
const clubs: ListEndpoint = { request: 'GET /clubs', items: 'clubs', pageSize: 2, paging };
const membersOf = (club: string): ListEndpoint => ({
  request: 'GET /clubs/{club}/members', items: 'members', pageSize: 2, paging, variables: { club }, empty: [404], element: (given) => ({ ...given as object, club }),
});
const member = attributes({
  [NAME]: string({ wire: 'label' }), club: string({ required: true, createOnly: true }), login: string({ required: true, createOnly: true }), label: string(), near: string({ readOnly: true, writeOnly: true, notes: 'equals' }),
});

const connector = defineRestConnector({
  id: 'clubs', displayName: 'Clubs', family: 'Test', key: { bundleName: 'b', bundleVersion: '1.5.0.0', connectorName: 'c' },
  properties: properties({ address: text({ required: true, help: 'Where.' }) }),
  service: { address: ({ address }) => new URL(address), authentication: () => noAuthentication, test: 'GET /clubs' },
  objectClasses: {
    member: {
      attributes: member, ...compoundUid('{club}/{login}'), filters: withFilterOnly(member, parameterFilters({ equals: { near: { parameter: 'near', trusted: true } } })),
      list: { ...membersOf(''), pages: listsOfEach(clubs, (club) => membersOf(textAt(club, 'name') ?? '')) },
      check: refuseDifferent([NAME, 'label']),
      read: 'GET /clubs/{club}/members/{login}', create: { request: 'POST /clubs/{club}/members', body: ({ login, label }) => ({ login: login!, label: label ?? null }) },
      update: 'PUT /clubs/{club}/members/{login}', delete: 'DELETE /clubs/{club}/members/{login}',
    },
  },
});

/** Members by club; the service's own objects do not say which. */
let kept: Map<string, Map<string, { login: string; label?: string }>>;
let service: FakeService;
let caller: ConnectorCaller;
beforeEach(async () => {
  kept = new Map(['chess', 'choir', 'empty', 'rowing'].map((club) => [club, new Map<string, { login: string; label?: string }>()]));
  for (const [club, login] of [['chess', 'ada'], ['chess', 'bob'], ['chess', 'cy'], ['choir', 'ada'], ['rowing', 'bob']] as const) kept.get(club)!.set(login, { login });
  const of = ({ params }: FakeRequest) => kept.get(params['club']!) ?? refuse();
  const one = (request: FakeRequest) => of(request).get(request.params['login']!) ?? refuse();
  const page = (all: readonly object[], name: string) => ({ query }: FakeRequest) => {
    const { rows, marker } = service.pages.marker(all, query);
    return { body: { [name]: rows, ...(marker === undefined ? {} : { next: marker }) } };
  };
  service = await FakeService.start({ routes: {
    'GET /clubs': (request) => page([...kept.keys(), 'gone'].map((name) => ({ name })), 'clubs')(request),
    'GET /clubs/{club}/members': (request) => page([...of(request).values()], 'members')(request),
    'POST /clubs/{club}/members': (request) => {
      const { login } = request.body as { login: string };
      of(request).set(login, { login });
      return { body: { login } };
    },
    'GET /clubs/{club}/members/{login}': (request) => ({ body: one(request) }),
    'PUT /clubs/{club}/members/{login}': (request) => ({ body: Object.assign(one(request), request.body) }),
    'DELETE /clubs/{club}/members/{login}': (request) => (of(request).delete(one(request).login) ? {} : {}),
  } });
  caller = new ConnectorCaller(connector, { address: service.address });
});
afterEach(async () => {
  await caller.dispose();
  await service.stop();
});

function refuse(): never {
  throw new Refusal(404, {});
}

const ALL = ['chess/ada', 'chess/bob', 'chess/cy', 'choir/ada', 'rowing/bob'];

describe('a uid of several parts', () => {
  it('is read back as it was made, whatever its last part holds', () => {
    fc.assert(fc.property(fc.stringMatching(/^[^/]{1,10}$/), fc.string({ minLength: 1, maxLength: 10 }), (group, user) => {
      const { uid, variables } = compoundUid('{group.id}/user/{user}');
      expect(variables(uid({ group: { id: group }, user })!)).toEqual({ 'group.id': group, user });
    }));
  });

  it('is none without one of its parts, and names nothing where one is missing', () => {
    const { uid, variables } = compoundUid('a:{group}/{user}');
    expect(uid({ group: 'x' })).toBeUndefined();
    expect(uid({ group: 'x', user: 7 })).toBe('a:x/7');
    for (const other of ['x', 'a:x', 'b:x/7', '', 'a:/7']) expect(Object.values(variables(other))).toContain('');
  });

  it('finds nothing by a uid that is none, without a request', async () => {
    expect(await caller.get('member', new Uid('chess'))).toBeNull();
    expect(await failure(caller.remove('member', new Uid('/ada')))).toMatchObject({ kind: 'unknownUid', outcome: 'notApplied' });
    expect(await failure(caller.update('member', new Uid('chess/'), Attribute.of('label', 'x')))).toMatchObject({ kind: 'unknownUid' });
    expect(service.seen).toEqual([]);
  });

  it('is made of what is sent where the answer does not repeat it, and shown with every part', async () => {
    const uid = await caller.create('member', new Name('Dee'), Attribute.of('club', 'choir'), Attribute.of('login', 'dee'));
    expect(uid.value).toBe('choir/dee');
    expect(service.seenOf('POST /clubs/choir/members').map(({ body }) => body)).toEqual([{ login: 'dee', label: 'Dee' }]);
    expect((await caller.update('member', uid, Attribute.of('label', 'D.'))).value).toBe('choir/dee');
    expect(plain((await caller.get('member', uid))!)).toMatchObject({ __UID__: 'choir/dee', __NAME__: 'D.', club: 'choir', login: 'dee' });
    await caller.remove('member', uid);
    expect([...kept.get('choir')!.keys()]).toEqual(['ada']);
  });
});

describe('a list for each element of another', () => {
  it('comes whole, without those that have gone meanwhile', async () => {
    expect((await caller.search('member')).items.map(({ uid }) => uid.value)).toEqual(ALL);
  });

  it.each([1, 2, 3])('goes on in pages of %d after a restart', async (size) => {
    const seen: string[] = [];
    let cookie: string | undefined;
    do {
      const other = new ConnectorCaller(connector, { address: service.address });
      const page = await other.search('member', undefined, { _PAGE_SIZE: size, ...(cookie === undefined ? {} : { _PAGED_RESULTS_COOKIE: cookie }) });
      await other.dispose();
      seen.push(...page.items.map(({ uid }) => uid.value));
      cookie = page.cookie;
    } while (cookie !== undefined && seen.length < 20);
    expect(seen).toEqual(ALL);
  });
});

describe('an attribute for filters only', () => {
  const near: Filter = { kind: 'equals', attribute: Attribute.of('near', 'x') };

  it('is refused where the service does not evaluate it, and let pass where it does', async () => {
    for (const filter of [{ kind: 'not', operand: near }, { kind: 'startsWith', attribute: Attribute.of('NEAR', 'x') }, { kind: 'or', operands: [near, near] }] as Filter[]) {
      expect(await failure(caller.search('member', filter))).toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringContaining('near is for filters only (equals)') as unknown });
    }
    expect((await caller.search('member', near)).items).toHaveLength(ALL.length);
  });
});

describe('attributes that are one field', () => {
  const written = (...given: Attribute[]) => ({ attributes: given }) as unknown as Parameters<ReturnType<typeof refuseDifferent>>[0];

  it('are refused with different values before anything is sent', async () => {
    expect(await failure(caller.create('member', new Name('Dee'), Attribute.of('label', 'Di'), Attribute.of('club', 'choir'), Attribute.of('login', 'dee')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    expect(service.seen).toEqual([]);
    expect(() => refuseDifferent([NAME, 'label'])(written(new Name('Dee'), Attribute.of('LABEL', 'Dee'), Attribute.of('other', 'x')))).not.toThrow();
  });

  it('are refused together where they exclude each other, even if they are alike', () => {
    expect(() => refuseTogether(['one', 'two'])(written(Attribute.of('one', 'x'), Attribute.of('Two', 'x')))).toThrow('one and Two');
    expect(() => refuseTogether(['one', 'two'])(written(Attribute.of('one', 'x')))).not.toThrow();
  });
});
