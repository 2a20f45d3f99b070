import { randomUUID } from 'node:crypto';
import { secret } from '../../support/secret-values.js';
import { Refusal, type ExchangeObserver, type FakeAnswer, type FakeRequest } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import type { Routes } from '../../targets/rest/routes.js';
import { filterOf } from '../scim/filter-of-fake.js';

type Fields = Readonly<Record<string, unknown>>;
type Kept = Map<string, Fields>;

const error = (status: number, message: string, code = status === 401 ? 'ACCESS_FAILED' : status === 404 ? 'NOT_FOUND' : 'INVALID_DATA', detail?: string): object => ({
  id: randomUUID(), code, message, ...(detail === undefined ? {} : { details: [{ code: detail, target: 'name', message }] }),
});
const refuse = (status: number, message: string, detail?: string): never => { throw new Refusal(status, error(status, message, undefined, detail)); };
const now = (): string => new Date().toISOString();

interface Settings {
  /** Memberships and assignments as the documentation shows them, which is more than the contract has. */
  readonly asDocumented?: boolean;
}

/** PingOne's users, groups, populations and roles (https://apidocs.pingidentity.com/pingone/platform/v1/api/), without the rest of it. */
export class FakePingOne {
  readonly environmentId = 'd182d341-2739-4082-975f-bc94396a9651';
  readonly organizationId = '7bb8b1a4-3d6c-4f0c-9f6f-0e4f8a9a2f6b';
  readonly users: Kept = new Map();
  readonly groups: Kept = new Map();
  readonly populations: Kept = new Map();
  readonly memberships = new Map<string, Set<string>>();
  readonly assignments = new Map<string, Kept>();
  readonly clientId = 'pingone-worker';
  readonly clientSecret = secret('client secret of the fake PingOne');
  readonly roles: Fields[] = [
    { id: '0bd9c966-7664-4ac1-b059-0ff9293908e2', name: 'Identity Data Admin', description: 'Manages users', applicableTo: ['ENVIRONMENT', 'POPULATION'], permissions: [{ id: 'directory:update:user', classifier: 'user', description: 'Update users' }] },
    { id: 'ce00e15f-f845-4df1-abf3-fdc4ff4e176c', name: 'Organization Admin', description: 'Manages the organization', applicableTo: ['ORGANIZATION'], permissions: [] },
  ];
  /** Whether the client may see organisations and environments. */
  seesScopes = true;
  service!: FakeService;
  readonly #base = `/environments/${this.environmentId}`;
  readonly #settings: Settings;

  private constructor(settings: Settings) {
    this.#settings = settings;
  }

  static async start(observers: readonly ExchangeObserver[] = [], settings: Settings = {}): Promise<FakePingOne> {
    const fake = new FakePingOne(settings);
    const id = '1a0348b5-c6f5-41b0-a71a-194ed76f703f';
    fake.populations.set(id, { id, environment: { id: fake.environmentId }, name: 'Default', default: true, userCount: 0, createdAt: now(), updatedAt: now() });
    fake.service = await FakeService.start({
      base: '/v1', observers, error: (status, message) => error(status, message),
      credentials: { tokens: { path: '/as/token', clientId: fake.clientId, clientSecret: fake.clientSecret } },
      routes: {
        ...fake.#objects('users', fake.users, 'username', { email: true }), ...fake.#objects('groups', fake.groups, 'name', {}), ...fake.#objects('populations', fake.populations, 'name', {}),
        ...fake.#membershipRoutes(), ...fake.#assignmentRoutes(), ...fake.#scopeRoutes(),
      },
    });
    return fake;
  }

  addGroup(name: string): string {
    const id = randomUUID();
    this.groups.set(id, { id, environment: { id: this.environmentId }, name, directMemberCounts: { users: 0 } });
    return id;
  }

  /** What a new object has besides. */
  #presets(place: string): Fields {
    if (place === 'groups') return { directMemberCounts: { users: 0, ...this.#settings.asDocumented === true ? { groups: 0 } : {} } };
    const times = { createdAt: now(), updatedAt: now() };
    if (place === 'populations') return { ...times, default: false, userCount: 0 };
    return {
      ...times, enabled: true, identityProvider: { type: 'PING_ONE' }, lifecycle: { status: 'ACCOUNT_OK' }, verifyStatus: 'NOT_INITIATED', mfaEnabled: true, account: { canAuthenticate: true, status: 'OK' },
      population: { id: [...this.populations.values()].find((one) => one['default'] === true)!['id'] },
    };
  }

  #objects(place: string, kept: Kept, unique: string, needed: Fields): Routes {
    const found = ({ params }: FakeRequest): Fields => kept.get(params['id']!) ?? refuse(404, `The requested resource ${params['id']} was not found`);
    const check = (body: Fields, id?: string): void => {
      for (const name of [unique, ...Object.keys(needed)]) if (typeof body[name] !== 'string' && !(this.#settings.asDocumented === true && name === 'email')) refuse(400, `${name} is required`, 'REQUIRED_VALUE');
      if ([...kept.values()].some((each) => each['id'] !== id && String(each[unique]).toLowerCase() === String(body[unique]).toLowerCase())) refuse(400, `is unique but a non-unique value is provided`, 'UNIQUENESS_VIOLATION');
    };
    return {
      [`GET ${this.#base}/${place}`]: (request) => this.#list(request, place, [...kept.values()]),
      [`POST ${this.#base}/${place}`]: ({ body }) => {
        check(body as Fields);
        const id = randomUUID();
        const made = { id, environment: { id: this.environmentId }, ...this.#presets(place), ...body as Fields };
        kept.set(id, made);
        return { status: 201, body: made };
      },
      [`GET ${this.#base}/${place}/{id}`]: (request) => ({ body: found(request) }),
      [`PUT ${this.#base}/${place}/{id}`]: (request) => {
        const old = found(request);
        const [body, id] = [request.body as Fields, request.params['id']!];
        check(body, id);
        const theirs = ['createdAt', 'enabled', 'identityProvider', 'lifecycle', 'verifyStatus', 'mfaEnabled', 'account', 'population', 'directMemberCounts', 'userCount', 'default'];
        const made = { id, environment: old['environment'], ...Object.fromEntries(theirs.filter((name) => old[name] !== undefined).map((name) => [name, old[name]])), ...place === 'groups' ? {} : { updatedAt: now() }, ...body };
        kept.set(id, made);
        return { body: made };
      },
      [`DELETE ${this.#base}/${place}/{id}`]: (request) => { kept.delete(String(found(request)['id'])); return {}; },
    };
  }

  #user({ params }: FakeRequest): string {
    return this.users.has(params['user']!) ? params['user']! : refuse(404, `The requested resource ${params['user']} was not found`);
  }

  #membershipRoutes(): Routes {
    const of = (user: string): Set<string> => this.memberships.get(user) ?? this.memberships.set(user, new Set()).get(user)!;
    const shown = (id: string): Fields => ({ id, name: this.groups.get(id)?.['name'], environment: { id: this.environmentId }, type: 'DIRECT', ...this.#settings.asDocumented === true ? { isExternal: false } : {} });
    const path = `${this.#base}/users/{user}/memberOfGroups`;
    return {
      [`GET ${path}`]: (request) => this.#list(request, 'groupMemberships', [...of(this.#user(request))].map(shown)),
      [`POST ${path}`]: (request) => {
        const { id } = request.body as { id: string };
        if (!this.groups.has(id)) refuse(400, 'no such group', 'INVALID_VALUE');
        of(this.#user(request)).add(id);
        this.#touch(request);
        return { status: 201, body: shown(id) };
      },
      [`DELETE ${path}/{group}`]: (request) => (of(this.#user(request)).delete(request.params['group']!) ? {} : refuse(404, 'no such membership')),
    };
  }

  #assignmentRoutes(): Routes {
    const of = (user: string): Kept => this.assignments.get(user) ?? this.assignments.set(user, new Map()).get(user)!;
    const path = `${this.#base}/users/{user}/roleAssignments`;
    return {
      [`GET ${path}`]: (request) => ({ body: { _embedded: { roleAssignments: [...of(this.#user(request)).values()] } } }),
      [`POST ${path}`]: (request) => {
        const { role, scope } = request.body as { role: { id: string }; scope: Fields };
        const known = this.roles.find(({ id }) => id === role.id);
        if (known === undefined || !(known['applicableTo'] as unknown[]).includes(scope['type'])) refuse(400, 'no such role, or not for this scope', 'INVALID_VALUE');
        const id = randomUUID();
        const user = this.#user(request);
        const made = { id, role, scope, environment: { id: this.environmentId }, readOnly: false, ...this.#settings.asDocumented === true ? { type: 'DIRECT', user: { id: user } } : {} };
        of(user).set(id, made);
        this.#touch(request);
        return { status: 201, body: made };
      },
      [`DELETE ${path}/{id}`]: (request) => (of(this.#user(request)).delete(request.params['id']!) ? {} : refuse(404, 'no such assignment')),
      [`PUT ${this.#base}/users/{user}/enabled`]: (request) => {
        const user = this.#user(request);
        this.users.set(user, { ...this.users.get(user), enabled: (request.body as Fields)['enabled'] });
        return { body: { enabled: (request.body as Fields)['enabled'] } };
      },
      [`GET ${this.#base}/users/{user}/linkedAccounts`]: (request) => { this.#user(request); return { body: { _embedded: {} } }; },
    };
  }

  #scopeRoutes(): Routes {
    // A region's own code is of both kinds the contract wants exactly one of.
    const environment = { id: this.environmentId, name: 'Administrators', type: 'SANDBOX', region: 'Antarctica', license: { id: '34f0efac-21d9-4a17-8a35-196bb3362983' }, organization: { id: this.organizationId } };
    const seen = (answer: FakeAnswer) => (): FakeAnswer => (this.seesScopes ? answer : refuse(403, 'The actor may not see this'));
    return {
      'GET /roles': () => ({ body: { _embedded: { roles: this.roles } } }),
      'GET /roles/{id}': ({ params }) => ({ body: this.roles.find(({ id }) => id === params['id']) ?? refuse(404, 'no such role') }),
      'GET /environments': seen({ body: { _embedded: { environments: [environment] } } }),
      [`GET ${this.#base}`]: seen({ body: environment }),
      [`GET /organizations/${this.organizationId}`]: seen({ body: { id: this.organizationId, name: 'Example Inc' } }),
    };
  }

  #touch(request: FakeRequest): void {
    const user = this.#user(request);
    this.users.set(user, { ...this.users.get(user), updatedAt: new Date(Date.now() + 1).toISOString() });
  }

  #list(request: FakeRequest, name: string, all: readonly Fields[]): FakeAnswer {
    const filter = request.query.get('filter');
    const matches = filter === null ? (): boolean => true : filterOf(filter) ?? refuse(400, `no filter: ${filter}`, 'INVALID_FILTER');
    const { rows, marker, total } = this.service.pages.marker(all.filter((one) => matches(one)), request.query, { marker: 'cursor', limit: 'limit' });
    const self = `${request.origin}${request.path}`;
    return { body: { _links: { self: { href: self }, ...(marker === undefined ? {} : { next: { href: this.service.pages.nextUrl(request, { cursor: marker }) } }) }, _embedded: { [name]: rows }, count: total, size: rows.length } };
  }
}
