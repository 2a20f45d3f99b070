import { secret } from '../../support/secret-values.js';
import { Refusal, type ExchangeObserver, type FakeRequest } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import type { Routes } from '../../targets/rest/routes.js';

type Fields = Readonly<Record<string, unknown>>;
interface Group { readonly id: string; readonly fields: Fields; readonly members: Set<string> }

const error = (_: number, message: string): object => ({ message, errors: [{ description: message }], trackingId: 'ROUTER_1' });
const refuse = (status: number, message: string): never => { throw new Refusal(status, error(status, message)); };
const has = (value: unknown): boolean => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
const list = (value: unknown): readonly string[] => (Array.isArray(value) ? value as string[] : []);
/** As `includeMembers` gives them at most. */
const MOST_MEMBERS = 500;

/** People, groups, roles and licences of Webex (https://developer.webex.com/docs/api/v1), without the rest of it. */
export class FakeWebex {
  readonly people = new Map<string, Fields>();
  readonly groups = new Map<string, Group>();
  readonly calling = 'license-calling';
  readonly meetings = 'license-meetings';
  readonly licenses: readonly Fields[] = [
    { id: this.calling, name: 'Webex Calling - Professional', totalUnits: 50, consumedUnits: 1, subscriptionId: 'Sub-1' },
    { id: this.meetings, name: 'Meeting - Webex Meetings', totalUnits: 10, consumedUnits: 4, subscriptionId: 'Sub-1', siteUrl: 'site1-example.webex.com', siteType: 'Control Hub managed site' },
  ];
  readonly roles: readonly Fields[] = [{ id: 'role-full', name: 'Full Administrator' }, { id: 'role-users', name: 'User Administrator' }];
  readonly clientId = 'webex-client';
  readonly clientSecret = secret('client secret of the fake Webex');
  readonly refreshToken = secret('refresh token of the fake Webex');
  readonly authToken = secret('static token of the fake Webex');
  /** Given to every new person. */
  defaultLicenses: readonly string[] = [];
  /** Answers 400 to a person it made all the same. */
  refusesWhatItMade = false;
  service!: FakeService;
  #next = 100;

  static async start(observers: readonly ExchangeObserver[] = []): Promise<FakeWebex> {
    const webex = new FakeWebex();
    webex.service = await FakeService.start({
      base: '/v1', observers, error,
      credentials: {
        tokens: { path: '/v1/access_token', clientId: webex.clientId, clientSecret: webex.clientSecret, refreshToken: webex.refreshToken },
        basic: { user: 'admin', password: webex.clientSecret }, fixedTokens: [webex.authToken],
      },
      routes: { ...webex.#peopleRoutes(), ...webex.#groupRoutes(), ...webex.#listed('roles', webex.roles), ...webex.#listed('licenses', webex.licenses) },
    });
    return webex;
  }

  addGroup(displayName: string, members: readonly string[] = []): string {
    const id = `group-${this.#next++}`;
    this.groups.set(id, { id, fields: { displayName, orgId: 'org', description: '' }, members: new Set(members) });
    return id;
  }

  #listed(name: string, all: readonly Fields[]): Routes {
    return {
      [`GET /${name}`]: () => ({ body: { items: all } }),
      [`GET /${name}/{id}`]: ({ params }) => ({ body: all.find(({ id }) => id === params['id']) ?? refuse(404, `no such thing among ${name}`) }),
    };
  }

  #peopleRoutes(): Routes {
    const found = ({ params }: FakeRequest): Fields => this.people.get(params['id']!) ?? refuse(404, `no person ${params['id']}`);
    return {
      'GET /people': (request) => {
        const { query } = request;
        const [email, name] = [query.get('email')?.toLowerCase(), query.get('displayName')?.toLowerCase()];
        if (name !== undefined && name.length < 3) refuse(400, 'displayName is too short');
        const all = [...this.people.values()].filter(({ emails, displayName }) => (email === undefined || list(emails).some((each) => each.toLowerCase() === email)) && (name === undefined || String(displayName).toLowerCase().split(' ').some((word) => word.startsWith(name)) || String(displayName).toLowerCase().startsWith(name)));
        const { rows, marker } = this.service.pages.marker(all, query, { marker: 'cursor', limit: 'max', most: query.get('callingData') === 'true' ? 100 : 1_000 });
        return { headers: this.service.pages.linkHeader(request, marker === undefined ? undefined : { cursor: marker }), body: { notFoundIds: [], items: rows.map((each) => shown(each, query)) } };
      },
      'POST /people': ({ body, query }) => this.#newPerson(body as Fields, query),
      'GET /people/{id}': (request) => ({ body: shown(found(request), request.query) }),
      'PUT /people/{id}': (request) => {
        const [old, body] = [found(request), request.body as Fields];
        for (const needed of ['emails', 'displayName', 'licenses']) if (body[needed] === undefined) refuse(400, `${needed} is missing`);
        this.#check(body, list(body['licenses']));
        const { id, created, orgId, nickName, status, siteUrls } = old;
        const sites = request.query.get('showAllTypes') === 'true' ? body['siteUrls'] : siteUrls;
        const person = { ...body, ...(has(sites) ? { siteUrls: sites } : {}), id, created, orgId, nickName, status, lastModified: new Date().toISOString() };
        this.people.set(String(id), person);
        return { body: shown(person, request.query) };
      },
      'DELETE /people/{id}': (request) => {
        this.people.delete(String(found(request)['id']));
        for (const { members } of this.groups.values()) members.delete(request.params['id']!);
        return {};
      },
    };
  }

  #check(body: Fields, licenses: readonly string[]): void {
    if (!licenses.includes(this.calling) && (has(body['extension']) || has(body['locationId']))) refuse(400, 'extension and locationId need a Webex Calling license');
    if (!licenses.includes(this.meetings) && has(body['siteUrls'])) refuse(400, 'siteUrls need a meeting license');
    if (has(body['locationId']) && !has(body['extension'])) refuse(400, 'locationId needs an extension');
    if (has(body['locationId']) && has(body['phoneNumbers'])) refuse(400, 'locationId and phoneNumbers exclude each other');
  }

  #newPerson(body: Fields, query: URLSearchParams): { body: Fields } {
    const { emails, roles, licenses, avatar, ...rest } = body;
    if (list(emails).length !== 1 || !['displayName', 'firstName', 'lastName'].some((name) => has(body[name]))) refuse(400, 'one address and a name are needed');
    if ([...this.people.values()].some((each) => list(each['emails'])[0] === list(emails)[0])) refuse(409, 'User already exists');
    const known = (given: unknown, all: readonly Fields[]): readonly string[] => list(given).filter((id) => all.some((each) => each['id'] === id));
    const owned = [...known(licenses, this.licenses), ...this.defaultLicenses];
    this.#check(body, owned);
    const id = `person-${this.#next++}`;
    const person = {
      orgId: 'org', ...rest, id, emails, roles: known(roles, this.roles), licenses: owned, ...(String(avatar).startsWith('https://') ? { avatar } : {}),
      created: new Date().toISOString(), lastModified: new Date().toISOString(), status: 'unknown', invitePending: 'true', loginEnabled: 'true', type: 'person',
    };
    this.people.set(id, person);
    if (this.refusesWhatItMade) refuse(400, 'a phone number is invalid');
    return { body: shown(person, query) };
  }

  #group({ id, fields, members }: Group, includeMembers = true): Fields {
    const all = [...members].map((member) => ({ id: member, type: 'user', displayName: (this.people.get(member)?.['displayName'] as string | undefined) ?? member }));
    return { id, ...fields, created: '2022-02-17T02:13:29.706Z', lastModified: '2022-02-17T02:13:29.706Z', memberSize: all.length, ...(includeMembers ? { members: all.slice(0, MOST_MEMBERS) } : {}) };
  }

  #groupRoutes(): Routes {
    const found = ({ params }: FakeRequest): Group => this.groups.get(params['id']!) ?? refuse(404, `no group ${params['id']}`);
    const isFree = (name: unknown, id?: string): boolean => ![...this.groups.values()].some((each) => each.id !== id && each.fields['displayName'] === name);
    const included = ({ query }: FakeRequest): boolean => query.get('includeMembers') === 'true';
    const paged = <T>(all: readonly T[], { query }: FakeRequest, most: number) => this.service.pages.offset(all, query, { offset: 'startIndex', limit: 'count', first: 1, most });
    return {
      'GET /groups': (request) => {
        const [, operator, literal] = /^displayName (eq|sw) (".*")$/s.exec(request.query.get('filter') ?? '') ?? [];
        if (request.query.has('filter') && literal === undefined) refuse(400, 'the filter is none');
        const text = literal === undefined ? '' : (JSON.parse(literal) as string).toLowerCase();
        const all = [...this.groups.values()].filter(({ fields }) => literal === undefined || (operator === 'eq' ? String(fields['displayName']).toLowerCase() === text : String(fields['displayName']).toLowerCase().startsWith(text)));
        const { rows, start, total } = paged(all, request, 100);
        return { body: { totalResults: total, startIndex: start + 1, itemsPerPage: rows.length, groups: rows.map((each) => this.#group(each, included(request))) } };
      },
      'POST /groups': ({ body }) => {
        const { members = [], ...fields } = body as Fields & { members?: readonly { id: string }[] };
        if (!isFree(fields['displayName'])) refuse(409, 'a group of that name is there already');
        const group = { id: `group-${this.#next++}`, fields: { orgId: 'org', description: '', ...fields }, members: new Set(members.map(({ id }) => id)) };
        this.groups.set(group.id, group);
        return { status: 201, body: this.#group(group) };
      },
      'GET /groups/{id}': (request) => ({ body: this.#group(found(request), included(request)) }),
      'PATCH /groups/{id}': (request) => {
        const { id, fields, members } = found(request);
        const { members: operations = [], ...changes } = request.body as Fields & { members?: readonly { id: string; operation: string }[] };
        if (changes['displayName'] !== undefined && !isFree(changes['displayName'], id)) refuse(409, 'a group of that name is there already');
        for (const { id: member, operation } of operations) members[operation === 'delete' ? 'delete' : 'add'](member);
        const group = { id, fields: { ...fields, ...changes }, members };
        this.groups.set(id, group);
        return { body: this.#group(group) };
      },
      'DELETE /groups/{id}': (request) => (this.groups.delete(found(request).id) ? {} : {}),
      'GET /groups/{id}/members': (request) => {
        const group = found(request);
        const { rows } = paged([...group.members], request, MOST_MEMBERS);
        return { body: { ...this.#group(group, false), members: rows.map((id) => ({ id, type: 'user', displayName: id })) } };
      },
    };
  }
}

/** Extension and location are shown with `callingData` alone, and of those who have the licence. */
function shown(person: Fields, query: URLSearchParams): Fields {
  const { extension, locationId, ...rest } = person;
  if (query.get('callingData') !== 'true') return rest;
  return { ...rest, ...(has(extension) ? { extension } : {}), ...(has(locationId) ? { locationId } : {}) };
}
