import { secret } from '../../support/secret-values.js';
import { Refusal, type ExchangeObserver, type FakeRequest } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import type { Routes } from '../../targets/rest/routes.js';
import { FakeUsers, googleError, refuse, type Fields } from '../gcp/users.js';

export const TOKENS = '/token';
export const DOMAIN = 'example.com';
const BASE = '/admin/directory/v1';
const CUSTOMER = `${BASE}/customer/my_customer`;
const LICENCE = '/apps/licensing/v1/product/{product}';

/** A Google Workspace: the Directory API, and the Enterprise License Manager API at an address of its own. */
export class FakeWorkspace {
  readonly clientId = 'workspace-client';
  readonly clientSecret = secret('client secret at Google');
  readonly refreshToken = secret('refresh token at Google');
  readonly users = new FakeUsers(DOMAIN, () => this.directory);
  readonly groups = new Map<string, Fields>();
  /** By group id and member id. */
  readonly members = new Map<string, Map<string, Fields>>();
  readonly orgUnits = new Map<string, Fields>();
  readonly roles = new Map<string, Fields>();
  readonly roleAssignments = new Map<string, Fields>();
  readonly licences = new Map<string, Fields>();
  directory!: FakeService;
  licensing!: FakeService;
  #next = 1_000;

  static async start({ directory = [], licensing = [] }: { readonly directory?: readonly ExchangeObserver[]; readonly licensing?: readonly ExchangeObserver[] } = {}): Promise<FakeWorkspace> {
    const workspace = new FakeWorkspace();
    const error = (status: number, message: string): object => googleError(status, message);
    workspace.directory = await FakeService.start({
      observers: directory, error,
      routes: { ...workspace.users.routes(), ...workspace.#aliasRoutes(), ...workspace.#groupRoutes(), ...workspace.#memberRoutes(), ...workspace.#unitRoutes(), ...workspace.#kept('roles', 'roleId', workspace.roles), ...workspace.#kept('roleassignments', 'roleAssignmentId', workspace.roleAssignments), ...PRIVILEGES },
      credentials: { tokens: { path: TOKENS, clientId: workspace.clientId, clientSecret: workspace.clientSecret, clientBy: 'body', refreshToken: workspace.refreshToken } },
    });
    workspace.licensing = await FakeService.start({ observers: licensing, error, routes: workspace.#licenceRoutes() });
    return workspace;
  }

  async stop(): Promise<void> {
    await Promise.all([this.directory.stop(), this.licensing.stop()]);
  }

  get complaints(): readonly string[] {
    return [...this.directory.complaints, ...this.licensing.complaints];
  }

  #aliasRoutes(): Routes {
    return {
      [`GET ${BASE}/users/{key}/aliases`]: ({ params }) => ({ body: { kind: 'admin#directory#aliases', aliases: ((this.users.found(params['key']!)['aliases'] ?? []) as string[]).map((alias) => ({ alias })) } }),
      [`POST ${BASE}/users/{key}/aliases`]: ({ params, body }) => {
        const user = this.users.found(params['key']!);
        const { alias } = body as { alias: string };
        this.users.byId.set(user['id'] as string, { ...user, aliases: [...(user['aliases'] ?? []) as string[], alias] });
        return { body: { alias, primaryEmail: user['primaryEmail'] } };
      },
    };
  }

  group(key: string): Fields {
    return [...this.groups.values()].find(({ id, email }) => id === key || email === key) ?? refuse(404, 'Resource Not Found: groupKey');
  }

  #groupRoutes(): Routes {
    const isFree = (email: unknown, id?: unknown): boolean => ![...this.groups.values()].some((each) => each['id'] !== id && each['email'] === email);
    return {
      [`GET ${BASE}/groups`]: ({ query }) => {
        const scopes = ['domain', 'customer', 'userKey'].filter((name) => query.has(name));
        if (scopes.length !== 1) refuse(400, 'Bad Request');
        const member = query.get('userKey') ?? /^memberKey='(.*)'$/.exec(query.get('query') ?? '')?.[1];
        const all = [...this.groups.values()].filter(({ id }) => member === undefined || [...this.members.get(id as string)!.values()].some((one) => one['email'] === member || one['id'] === member));
        const { rows, marker } = this.directory.pages.marker(all, query, { marker: 'pageToken', limit: 'maxResults', most: 200 });
        return { body: { kind: 'admin#directory#groups', ...(rows.length === 0 ? {} : { groups: rows }), ...(marker === undefined ? {} : { nextPageToken: marker }) } };
      },
      [`POST ${BASE}/groups`]: ({ body }) => {
        const given = body as Fields;
        if (!isFree(given['email'])) refuse(409, 'Entity already exists.');
        const id = `g${this.#next++}`;
        this.groups.set(id, { kind: 'admin#directory#group', etag: '"1"', id, directMembersCount: '0', adminCreated: true, ...given });
        this.members.set(id, new Map());
        return { body: this.groups.get(id) };
      },
      [`GET ${BASE}/groups/{key}`]: ({ params }) => ({ body: this.group(params['key']!) }),
      [`PATCH ${BASE}/groups/{key}`]: ({ params, body }) => {
        const old = this.group(params['key']!);
        if (!isFree((body as Fields)['email'] ?? old['email'], old['id'])) refuse(409, 'Entity already exists.');
        this.groups.set(old['id'] as string, { ...old, ...body as Fields });
        return { body: this.group(old['id'] as string) };
      },
      [`DELETE ${BASE}/groups/{key}`]: ({ params }) => {
        this.groups.delete(this.group(params['key']!)['id'] as string);
        return {};
      },
    };
  }

  #memberRoutes(): Routes {
    const of = ({ params }: FakeRequest): Map<string, Fields> => this.members.get(this.group(params['key']!)['id'] as string)!;
    const one = (request: FakeRequest): Fields => [...of(request).values()].find(({ id, email }) => id === request.params['member'] || email === request.params['member']) ?? refuse(404, 'Resource Not Found: memberKey');
    return {
      [`GET ${BASE}/groups/{key}/members`]: (request) => {
        const { rows, marker } = this.directory.pages.marker([...of(request).values()], request.query, { marker: 'pageToken', limit: 'maxResults', most: 200 });
        return { body: { kind: 'admin#directory#members', ...(rows.length === 0 ? {} : { members: rows }), ...(marker === undefined ? {} : { nextPageToken: marker }) } };
      },
      [`POST ${BASE}/groups/{key}/members`]: (request) => {
        const given = request.body as Fields;
        if ([...of(request).values()].some(({ email }) => email === given['email'])) refuse(409, 'Member already exists.');
        const id = `m${this.#next++}`;
        of(request).set(id, { kind: 'admin#directory#member', etag: '"1"', id, role: 'MEMBER', type: 'USER', status: 'ACTIVE', ...given });
        return { body: of(request).get(id) };
      },
      [`GET ${BASE}/groups/{key}/members/{member}`]: (request) => ({ body: one(request) }),
      [`PATCH ${BASE}/groups/{key}/members/{member}`]: (request) => {
        const old = one(request);
        of(request).set(old['id'] as string, { ...old, ...request.body as Fields });
        return { body: one(request) };
      },
      [`DELETE ${BASE}/groups/{key}/members/{member}`]: (request) => (of(request).delete(one(request)['id'] as string) ? {} : {}),
    };
  }

  #unitRoutes(): Routes {
    const found = (key: string): Fields => this.orgUnits.get(key) ?? refuse(404, 'Org unit not found');
    const keep = (fields: Fields): Fields => {
      const [parent, name, id] = ['parentOrgUnitPath', 'name', 'orgUnitId'].map((key) => fields[key] as string);
      const orgUnitPath = `${parent === '/' ? '' : parent}/${name}`;
      if ([...this.orgUnits.values()].some((each) => each['orgUnitId'] !== id && each['orgUnitPath'] === orgUnitPath)) refuse(409, 'Invalid Ou Id');
      this.orgUnits.set(id!, { ...fields, orgUnitPath });
      return this.orgUnits.get(id!)!;
    };
    return {
      [`GET ${CUSTOMER}/orgunits`]: ({ query }) => {
        const below = query.get('orgUnitPath') ?? '/';
        const rows = [...this.orgUnits.values()].filter(({ orgUnitPath }) => below === '/' || (orgUnitPath as string).startsWith(`${below}/`));
        return { body: { kind: 'admin#directory#orgUnits', ...(rows.length === 0 ? {} : { organizationUnits: rows }) } };
      },
      [`POST ${CUSTOMER}/orgunits`]: ({ body }) => ({ body: keep({ kind: 'admin#directory#orgUnit', etag: '"1"', orgUnitId: `id:${this.#next++}`, ...body as Fields }) }),
      [`GET ${CUSTOMER}/orgunits/{key}`]: ({ params }) => ({ body: found(params['key']!) }),
      [`PATCH ${CUSTOMER}/orgunits/{key}`]: ({ params, body }) => ({ body: keep({ ...found(params['key']!), ...body as Fields }) }),
      [`DELETE ${CUSTOMER}/orgunits/{key}`]: ({ params }) => (this.orgUnits.delete(found(params['key']!)['orgUnitId'] as string) ? {} : {}),
    };
  }

  #kept(path: string, key: string, kept: Map<string, Fields>): Routes {
    const found = (id: string): Fields => kept.get(id) ?? refuse(404, 'Not found');
    return {
      [`GET ${CUSTOMER}/${path}`]: ({ query }) => {
        const { rows, marker } = this.directory.pages.marker([...kept.values()], query, { marker: 'pageToken', limit: 'maxResults', most: 100 });
        return { body: { ...(rows.length === 0 ? {} : { items: rows }), ...(marker === undefined ? {} : { nextPageToken: marker }) } };
      },
      [`POST ${CUSTOMER}/${path}`]: ({ body }) => {
        const id = String(this.#next++);
        return { body: kept.set(id, { [key]: id, ...body as Fields }).get(id) };
      },
      [`GET ${CUSTOMER}/${path}/{id}`]: ({ params }) => ({ body: found(params['id']!) }),
      ...(path === 'roles' ? { [`PATCH ${CUSTOMER}/${path}/{id}`]: ({ params, body }: FakeRequest) => ({ body: kept.set(params['id']!, { ...found(params['id']!), ...body as Fields }).get(params['id']!) }) } : {}),
      [`DELETE ${CUSTOMER}/${path}/{id}`]: ({ params }) => (kept.delete(found(params['id']!)[key] as string) ? {} : {}),
    };
  }

  #licenceRoutes(): Routes {
    const known = (handler: (request: FakeRequest) => object) => (request: FakeRequest): object => {
      if (!this.directory.tokens.isAuthorized(request)) throw new Refusal(401, googleError(401, 'Invalid Credentials'));
      const { product = '', sku = product } = request.params;
      if (/^\d+$/.test(product) && !sku.startsWith(product)) refuse(400, `Invalid ProductId: ${product}`);
      return handler(request);
    };
    const keyOf = ({ params }: FakeRequest): string => [params['product'], params['sku'], params['user']].join('/');
    const found = (request: FakeRequest): Fields => this.licences.get(keyOf(request)) ?? refuse(404, 'User does not have a license for specified sku and product');
    const keep = (productId: string, skuId: string, userId: string): Fields => this.licences.set([productId, skuId, userId].join('/'), { kind: 'licensing#licenseAssignment', productId, skuId, userId }).get([productId, skuId, userId].join('/'))!;
    const listed = known(({ params, query }) => {
      if (query.get('customerId') !== 'C03az79cb') refuse(400, 'Invalid customerId');
      const all = [...this.licences.values()].filter(({ productId, skuId }) => productId === params['product'] && [undefined, skuId].includes(params['sku']));
      const { rows, marker } = this.licensing.pages.marker(all, query, { marker: 'pageToken', limit: 'maxResults' });
      return { body: { kind: 'licensing#licenseAssignmentList', ...(rows.length === 0 ? {} : { items: rows }), ...(marker === undefined ? {} : { nextPageToken: marker }) } };
    });
    return {
      [`GET ${LICENCE}/users`]: listed,
      [`GET ${LICENCE}/sku/{sku}/users`]: listed,
      [`POST ${LICENCE}/sku/{sku}/user`]: known(({ params, body }) => ({ body: keep(params['product']!, params['sku']!, (body as { userId: string }).userId) })),
      [`GET ${LICENCE}/sku/{sku}/user/{user}`]: known((request) => ({ body: found(request) })),
      [`PATCH ${LICENCE}/sku/{sku}/user/{user}`]: known((request) => {
        const { productId, userId } = found(request) as Record<string, string>;
        this.licences.delete(keyOf(request));
        return { body: keep(productId!, (request.body as { skuId: string }).skuId, userId!) };
      }),
      [`DELETE ${LICENCE}/sku/{sku}/user/{user}`]: known((request) => {
        found(request);
        this.licences.delete(keyOf(request));
        return { body: {} };
      }),
    };
  }
}

const PRIVILEGES: Routes = {
  [`GET ${CUSTOMER}/roles/ALL/privileges`]: () => ({ body: { kind: 'admin#directory#privileges', items: [{ kind: 'admin#directory#privilege', serviceId: '00haapch16h1ysv', serviceName: 'admin_apis', privilegeName: 'USERS_RETRIEVE', isOuScopable: true }] } }),
};
