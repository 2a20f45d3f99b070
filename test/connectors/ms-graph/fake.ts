import { randomUUID } from 'node:crypto';
import { secret } from '../../support/secret-values.js';
import type { ExchangeObserver, FakeAnswer, FakeRequest } from '../../targets/rest/exchange.js';
import { Refusal, toWire } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import { RouteTable, type Routes } from '../../targets/rest/routes.js';
import { licenceRoutes } from './fake-licences.js';
import { roleRoutes } from './fake-roles.js';
import { filterOf, graphError, selectedOf, type Fields } from './odata.js';

export type Kind = 'users' | 'groups' | 'applications' | 'servicePrincipals';
interface Kept { readonly kind: Kind; fields: Fields; changed: number; removed?: 'changed' | 'deleted' }
export interface Grant { readonly id: string; readonly principalId: string; readonly resourceId: string; readonly appRoleId: string; readonly createdDateTime: string }

const KINDS: readonly Kind[] = ['users', 'groups', 'applications', 'servicePrincipals'];
const SINGULAR = { users: 'user', groups: 'group', applications: 'application', servicePrincipals: 'servicePrincipal' } as const;
const now = (): string => `${new Date().toISOString().slice(0, 19)}Z`;
export const gone = (id = ''): never => { throw graphError(404, 'Request_ResourceNotFound', `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`); };
export const bad = (message: string): never => { throw graphError(400, 'Request_BadRequest', message); };

/** A tenant of Microsoft Entra behind Microsoft Graph v1.0, as its reference describes it. */
export class FakeGraph {
  readonly clientId = 'f9c1c1d0-0000-4000-8000-000000000001';
  readonly clientSecret = secret('client secret of the fake Graph');
  readonly objects = new Map<string, Kept>();
  readonly members = new Map<string, Set<string>>();
  readonly owners = new Map<string, Set<string>>();
  readonly contacts = new Map<string, Map<string, Fields>>();
  readonly grants = new Map<string, Grant>();
  readonly passwords = new Map<string, string>();
  /** Answers of parts of the next batches, by the start of their url: each once. */
  readonly batchFaults: { on: string; status: number; headers?: Record<string, string> }[] = [];
  /** Changes before this are forgotten. */
  forgotten = 0;
  /** The status that says so. */
  forgets = 410;
  /** Objects on a page of changes. */
  deltaPage = 100;
  logins: Record<string, number> = {};
  service!: FakeService;
  #changes = 1;
  #routes!: RouteTable;

  static async start(observers: readonly ExchangeObserver[] = []): Promise<FakeGraph> {
    const graph = new FakeGraph();
    const routes: Routes = { ...graph.#directory(), ...graph.#memberRoutes(), ...graph.#contactRoutes(), ...graph.#grantRoutes(), ...licenceRoutes(graph), ...roleRoutes(graph), ...graph.#otherRoutes() };
    graph.#routes = new RouteTable(routes, '/v1.0');
    graph.service = await FakeService.start({
      base: '/v1.0', observers, routes, error: (status, message) => ({ error: { code: String(status), message } }),
      credentials: { tokens: { path: '/contoso.example/oauth2/v2.0/token', clientId: graph.clientId, clientSecret: graph.clientSecret, clientBy: 'body', refuses: ({ scope }) => (scope === undefined ? 'AADSTS900144: scope is needed' : undefined), login: (name, password) => graph.#login(name, password) } },
    });
    return graph;
  }

  find(kind: Kind, id: string): Kept {
    const kept = this.objects.get(id) ?? [...this.objects.values()].find(({ fields }) => kind === 'users' && fields['userPrincipalName'] === id);
    return kept?.kind === kind && kept.removed === undefined ? kept : gone(id);
  }

  add(kind: Kind, fields: Fields): string {
    const id = randomUUID();
    this.objects.set(id, { kind, fields: { id, ...fields }, changed: this.#changes++ });
    return id;
  }

  change(kind: Kind, id: string, fields: Fields): void {
    const kept = this.find(kind, id);
    kept.fields = { ...kept.fields, ...fields };
    kept.changed = this.#changes++;
  }

  of(kind: Kind): Fields[] {
    return [...this.objects.values()].filter((kept) => kept.kind === kind && kept.removed === undefined).map(({ fields }) => fields);
  }

  /** A collection with `$filter`, `$select`, `$top` and pages. */
  list(request: FakeRequest, all: readonly Fields[]): FakeAnswer {
    const { query, headers } = request;
    const text = query.get('$filter');
    const filter = text === null ? undefined : filterOf(text);
    if (filter?.isAdvanced === true && (headers['consistencylevel'] !== 'eventual' || query.get('$count') !== 'true')) throw graphError(400, 'Request_UnsupportedQuery', 'The filter needs ConsistencyLevel: eventual and $count=true.');
    const found = all.filter((object) => filter?.test(object) ?? true);
    if (Number(query.get('$top') ?? 100) > 999) bad('$top is too large');
    const { rows, marker } = this.service.pages.marker(found, query, { marker: '$skiptoken', limit: '$top', size: 100, most: 999 });
    return { body: { value: rows.map((object) => selectedOf(object, query.get('$select'))), ...(marker === undefined ? {} : { '@odata.nextLink': this.service.pages.nextUrl(request, { $skiptoken: marker }) }) } };
  }

  #login(name: string, password: string): FakeAnswer | undefined {
    const user = this.of('users').find(({ userPrincipalName }) => userPrincipalName === name);
    const code = user === undefined ? 50034 : this.passwords.get(String(user['id'])) === password ? this.logins[name] : 50126;
    return code === undefined ? undefined : { status: 400, body: { error: 'invalid_grant', error_description: `AADSTS${code}: refused`, error_codes: [code] } };
  }

  #directory(): Routes {
    return Object.assign({}, ...KINDS.map((kind): Routes => ({
      [`GET /${kind}`]: (request) => this.list(request, this.of(kind)),
      [`POST /${kind}`]: ({ body }) => ({ status: 201, body: this.find(kind, this.#create(kind, body as Fields)).fields }),
      [`GET /${kind}/{id}`]: ({ params, query }) => ({ body: selectedOf(this.find(kind, params['id']!).fields, query.get('$select')) }),
      [`PATCH /${kind}/{id}`]: ({ params, body }) => {
        const { passwordProfile, ...fields } = body as Record<string, unknown>;
        this.find(kind, params['id']!);
        this.#setPassword(params['id']!, passwordProfile);
        this.change(kind, params['id']!, fields);
        return {};
      },
      [`DELETE /${kind}/{id}`]: ({ params }) => {
        Object.assign(this.find(kind, params['id']!), { removed: 'changed', changed: this.#changes++ });
        for (const members of this.members.values()) members.delete(params['id']!);
        return {};
      },
      [`GET /${kind}/delta`]: (request) => this.#delta(request, kind),
    }))) as Routes;
  }

  #setPassword(id: string, profile: unknown): void {
    const { password } = (profile ?? {}) as { password?: string };
    if (password !== undefined && password.length < 8) bad('The specified password does not comply with password complexity requirements.');
    if (password !== undefined) this.passwords.set(id, password);
  }

  #create(kind: Kind, body: Fields): string {
    const { passwordProfile, ...fields } = body as Record<string, unknown>;
    const unique = { users: 'userPrincipalName', groups: 'mailNickname', applications: 'none', servicePrincipals: 'appId' }[kind];
    if (body[unique] !== undefined && this.of(kind).some((each) => each[unique] === body[unique])) bad(`Another object with the same value for property ${unique} already exists.`);
    const required = { users: ['accountEnabled', 'displayName', 'mailNickname', 'userPrincipalName', 'passwordProfile'], groups: ['displayName', 'mailEnabled', 'mailNickname', 'securityEnabled'], applications: ['displayName'], servicePrincipals: ['appId'] }[kind];
    const missing = required.find((name) => body[name] === undefined);
    if (missing !== undefined) bad(`A value is required for property '${missing}' of resource '${SINGULAR[kind]}'.`);
    if (body['passwordCredentials'] !== undefined) bad('passwordCredentials cannot be set.');
    const id = this.add(kind, { ...this.#presets(kind, body), ...fields, ...(kind === 'servicePrincipals' ? {} : { createdDateTime: now() }) });
    try {
      this.#setPassword(id, passwordProfile);
    } catch (error) {
      this.objects.delete(id);
      throw error;
    }
    return id;
  }

  #presets(kind: Kind, body: Fields): Fields {
    if (kind === 'users') return { userType: 'Member', identities: [{ signInType: 'userPrincipalName', issuer: 'contoso.example', issuerAssignedId: body['userPrincipalName'] }], onPremisesExtensionAttributes: Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`extensionAttribute${index + 1}`, null])), assignedLicenses: [], licenseAssignmentStates: [] };
    if (kind === 'applications') {
      return {
        appId: randomUUID(), publisherDomain: 'contoso.example', signInAudience: 'AzureADandPersonalMicrosoftAccount', isDeviceOnlyAuthSupported: null, info: {}, verifiedPublisher: {}, spa: { redirectUris: [] }, publicClient: { redirectUris: [] },
        web: { redirectUris: [], implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false } }, parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: 'Allow' },
        api: { requestedAccessTokenVersion: 2, knownClientApplications: [], oauth2PermissionScopes: [], preAuthorizedApplications: [] },
      };
    }
    if (kind !== 'servicePrincipals') return {};
    const application = this.of('applications').find(({ appId }) => appId === body['appId']) ?? bad('The appId of the service principal does not reference an application.');
    return { displayName: application['displayName'], appDisplayName: application['displayName'], servicePrincipalNames: [body['appId']], accountEnabled: true, appRoleAssignmentRequired: false, servicePrincipalType: 'Application', signInAudience: application['signInAudience'], appOwnerOrganizationId: randomUUID(), info: {} };
  }

  /** https://learn.microsoft.com/en-us/graph/delta-query-overview */
  #delta(request: FakeRequest, kind: Kind): FakeAnswer {
    const { query } = request;
    const link = (changes: Record<string, string>): string => `${request.origin}${request.path}?${new URLSearchParams({ ...(query.get('$select') === null ? {} : { $select: query.get('$select')! }), ...changes }).toString()}`;
    const given = query.get('$deltatoken');
    if (given === 'latest') return { body: { value: [], '@odata.deltaLink': link({ $deltatoken: String(this.#changes) }) } };
    const [since = 0, start = 0] = (query.get('$skiptoken') ?? given ?? '0').split('-').map(Number);
    if (since > 0 && since < this.forgotten) throw graphError(this.forgets, 'syncStateNotFound', 'The sync state generation is not found.');
    const found = [...this.objects.values()].filter((kept) => kept.kind === kind && kept.changed >= since && (since > 0 || kept.removed === undefined)).sort((one, other) => one.changed - other.changed);
    const value = found.slice(start, start + this.deltaPage).map(({ fields, removed }) => (removed === undefined ? selectedOf(fields, query.get('$select')?.replace(/,members$/, '') ?? null) : { id: fields['id'], '@removed': { reason: removed } }));
    const isMore = start + this.deltaPage < found.length;
    return { body: { value, ...(isMore ? { '@odata.nextLink': link({ $skiptoken: `${since}-${start + this.deltaPage}` }) } : { '@odata.deltaLink': link({ $deltatoken: String(this.#changes) }) }) } };
  }

  #memberRoutes(): Routes {
    const relation = (name: 'members' | 'owners'): Routes => {
      const kept = this[name];
      const of = (group: string): Set<string> => kept.get(group) ?? kept.set(group, new Set()).get(group)!;
      return {
        [`GET /groups/{id}/${name}`]: (request) => this.list(request, [...of(String(this.find('groups', request.params['id']!).fields['id']))].map((id) => ({ '@odata.type': '#microsoft.graph.user', id }))),
        [`POST /groups/{id}/${name}/$ref`]: ({ params, body }) => {
          const group = String(this.find('groups', params['id']!).fields['id']);
          const member = decodeURIComponent(String((body as Fields)['@odata.id']).split('/directoryObjects/')[1] ?? '');
          if (!this.objects.has(member)) gone(member);
          if (of(group).has(member)) bad('One or more added object references already exist for the following modified properties: \'members\'.');
          of(group).add(member);
          this.change('groups', group, {});
          return {};
        },
        [`DELETE /groups/{id}/${name}/{member}/$ref`]: ({ params }) => (of(params['id']!).delete(params['member']!) ? {} : gone(params['member'])),
      };
    };
    const memberships = (user: string): Fields[] => [...this.members].filter(([, members]) => members.has(user)).map(([id]) => ({ '@odata.type': '#microsoft.graph.group', id }));
    return {
      ...relation('members'), ...relation('owners'),
      'GET /users/{id}/memberOf': (request) => {
        const user = String(this.find('users', request.params['id']!).fields['id']);
        const { body } = this.list({ ...request, query: new URLSearchParams([...request.query].filter(([name]) => name !== '$select')) }, [...memberships(user), { '@odata.type': '#microsoft.graph.directoryRole', id: randomUUID() }]);
        return { body };
      },
    };
  }

  #contactRoutes(): Routes {
    const of = (id: string): Map<string, Fields> => this.contacts.get(String(this.find('users', id).fields['id'])) ?? this.contacts.set(id, new Map()).get(id)!;
    const found = ({ params }: FakeRequest): Fields => of(params['id']!).get(params['contact']!) ?? gone(params['contact']);
    return {
      'GET /users/{id}/contacts': (request) => this.list(request, [...of(request.params['id']!).values()]),
      'POST /users/{id}/contacts': ({ params, body }) => {
        const contact = { id: `AAMk${randomUUID().slice(0, 8)}=`, ...(body as Fields) };
        of(params['id']!).set(contact.id, { ...contact, '@odata.etag': 'W/"1"', surname: null });
        return { status: 201, body: contact };
      },
      'PATCH /users/{id}/contacts/{contact}': (request) => {
        const changed = { ...found(request), ...(request.body as Fields) };
        of(request.params['id']!).set(request.params['contact']!, changed);
        return { body: changed };
      },
      'DELETE /users/{id}/contacts/{contact}': (request) => {
        found(request);
        of(request.params['id']!).delete(request.params['contact']!);
        return {};
      },
    };
  }

  #grantRoutes(): Routes {
    const shown = (grant: Grant): Fields => {
      const [principal, resource] = [this.objects.get(grant.principalId)!, this.objects.get(grant.resourceId)!];
      return { ...grant, principalDisplayName: principal.fields['displayName'], principalType: { users: 'User', groups: 'Group', servicePrincipals: 'ServicePrincipal', applications: '' }[principal.kind], resourceDisplayName: resource.fields['displayName'], deletedDateTime: null };
    };
    const routes = (kind: Kind, list: string, end: 'principalId' | 'resourceId'): Routes => ({
      [`GET /${kind}/{id}/${list}`]: (request) => this.list(request, [...this.grants.values()].filter((grant) => grant[end] === this.find(kind, request.params['id']!).fields['id']).map(shown)),
      [`POST /${kind}/{id}/${list}`]: ({ params, body }) => {
        const grant = body as Grant;
        if (grant[end] !== this.find(kind, params['id']!).fields['id']) bad(`${end} is not this object.`);
        this.find('servicePrincipals', grant.resourceId);
        const kept = { ...grant, id: randomUUID().replaceAll('-', ''), createdDateTime: new Date().toISOString() };
        this.grants.set(kept.id, kept);
        return { status: 201, body: shown(kept) };
      },
      [`DELETE /${kind}/{id}/${list}/{grant}`]: ({ params }) => (this.grants.delete(params['grant']!) ? {} : gone(params['grant'])),
    });
    return { ...routes('users', 'appRoleAssignments', 'principalId'), ...routes('groups', 'appRoleAssignments', 'principalId'), ...routes('servicePrincipals', 'appRoleAssignments', 'principalId'), ...routes('servicePrincipals', 'appRoleAssignedTo', 'resourceId') };
  }

  #otherRoutes(): Routes {
    const addPassword = (kind: Kind): Routes => ({
      [`POST /${kind}/{id}/addPassword`]: ({ params, body }) => {
        const { passwordCredential: { displayName = null } = {} } = body as { passwordCredential?: { displayName?: string } };
        const credential = { keyId: randomUUID(), displayName, hint: 'LS8', startDateTime: '2023-05-05T20:40:27.771787Z', endDateTime: '2025-05-05T20:40:27.771787Z' };
        const held = this.find(kind, params['id']!).fields['passwordCredentials'] as Fields[] | undefined;
        this.change(kind, params['id']!, { passwordCredentials: [...held ?? [], credential] });
        return { body: { ...credential, secretText: 'LS8~generated-by-the-directory', customKeyIdentifier: null } };
      },
    });
    return {
      ...addPassword('applications'), ...addPassword('servicePrincipals'),
      'DELETE /directory/deletedItems/{id}': ({ params }) => {
        const kept = this.objects.get(params['id']!);
        if (kept?.removed !== 'changed') return gone(params['id']);
        Object.assign(kept, { removed: 'deleted', changed: this.#changes++ });
        return {};
      },
      'POST /$batch': async (request) => ({ body: { responses: (await Promise.all((request.body as { requests: { id: string; method: string; url: string }[] }).requests.map((part) => this.#part(request, part)))).reverse() } }),
    };
  }

  async #part(request: FakeRequest, { id, method, url }: { id: string; method: string; url: string }): Promise<Fields> {
    const fault = this.batchFaults.findIndex(({ on }) => url.startsWith(on));
    if (fault >= 0) {
      const [{ status, headers } = { status: 500, headers: {} }] = this.batchFaults.splice(fault, 1);
      return { id, status, headers: headers ?? {}, body: { error: { code: 'TooManyRequests', message: 'held back' } } };
    }
    const { pathname, searchParams } = new URL(`/v1.0${url}`, request.origin);
    const match = this.#routes.find(method, pathname);
    if (match === undefined || !('handler' in match)) return { id, status: 404, body: { error: { code: 'BadRequest', message: `nothing at ${pathname}` } } };
    try {
      const answer = toWire(await match.handler({ ...request, method, path: pathname, params: match.params, query: searchParams, body: undefined, text: '' }));
      return { id, status: answer.status, headers: {}, body: JSON.parse(answer.text) as unknown };
    } catch (error) {
      if (error instanceof Refusal) return { id, status: error.answer.status, body: error.answer.body };
      throw error;
    }
  }
}
