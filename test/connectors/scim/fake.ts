import { secret } from '../../support/secret-values.js';
import { Refusal, type ExchangeObserver, type FakeAnswer, type FakeRequest } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import type { Routes } from '../../targets/rest/routes.js';
import { bulkRoute } from './bulk-of-fake.js';
import { filterOf } from './filter-of-fake.js';
import { RESOURCE_TYPES, SCHEMAS_11, SCHEMAS_20, URNS } from './schemas-of-fake.js';

export type Fields = Record<string, unknown>;
type Kept = Map<string, Fields>;
interface Operation { readonly op: string; readonly path?: string; readonly value?: unknown }

interface Settings {
  readonly version: 1 | 2;
  /** What the service provider configuration says; undefined: there is none. */
  readonly provider?: { readonly patch: boolean; readonly etag?: boolean; readonly bulk?: { readonly maxOperations: number; readonly maxPayloadSize: number } } | undefined;
  /** PATCH without a path is refused. */
  readonly wantsPath?: boolean;
  /** The one content type it takes. */
  readonly contentType?: string;
  readonly refreshToken?: string;
}

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** A strict service of SCIM 1.1 or 2.0: users, groups and, in 2.0, devices of a type of its own. */
export class FakeScim {
  readonly users: Kept = new Map();
  readonly groups: Kept = new Map();
  readonly devices: Kept = new Map();
  readonly clientId = 'scim-client';
  readonly clientSecret = secret('client secret of the fake SCIM service');
  readonly basic = { user: 'scim-user', password: secret('password at the fake SCIM service') };
  readonly fixedToken = secret('static token of the fake SCIM service');
  service!: FakeService;
  readonly settings: Settings;
  #next = 1;

  private constructor(settings: Settings) {
    this.settings = settings;
  }

  static async start(settings: Settings, observers: readonly ExchangeObserver[] = []): Promise<FakeScim> {
    const fake = new FakeScim(settings);
    const { version, provider, refreshToken } = settings;
    const resources = { ...fake.#resources('Users', fake.users, 'userName', URNS[version].user), ...fake.#resources('Groups', fake.groups, 'displayName', URNS[version].group) };
    fake.service = await FakeService.start({
      base: '/scim', observers,
      error: (status, message) => (version === 2 ? { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status), detail: message } : { Errors: [{ description: message, code: String(status) }] }),
      credentials: { tokens: { path: '/oauth2/token', clientId: fake.clientId, clientSecret: fake.clientSecret, ...(refreshToken === undefined ? {} : { refreshToken }) }, basic: fake.basic, fixedTokens: [fake.fixedToken] },
      routes: {
        ...resources, ...(provider?.bulk === undefined ? {} : { 'POST /Bulk': bulkRoute(version, resources, provider.bulk) }),
        ...(version === 2 ? { ...fake.#resources('Devices', fake.devices, 'name', 'urn:example:Device'), 'GET /ResourceTypes': () => ({ body: listed(RESOURCE_TYPES) }) } : {}),
        'GET /Schemas': () => ({ body: listed(version === 2 ? SCHEMAS_20 : SCHEMAS_11) }),
        ...(provider === undefined ? {} : { [version === 2 ? 'GET /ServiceProviderConfig' : 'GET /ServiceProviderConfigs']: () => ({ body: { patch: { supported: provider.patch }, etag: { supported: provider.etag === true }, bulk: { supported: provider.bulk !== undefined, ...provider.bulk } } }) }),
      },
    });
    return fake;
  }

  #refuse(status: number, detail: string, scimType?: string): never {
    throw new Refusal(status, this.settings.version === 2 ? { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status), detail, ...(scimType === undefined ? {} : { scimType }) } : { Errors: [{ description: detail, code: String(status) }] });
  }

  #resources(place: string, kept: Kept, unique: string, schema: string): Routes {
    const found = ({ params }: FakeRequest): Fields => kept.get(params['id']!) ?? this.#refuse(404, `Resource ${params['id']} not found`);
    const keep = (request: FakeRequest, id: string, given: Fields): Fields => {
      const name = given[unique];
      if (typeof name !== 'string') return this.#refuse(400, `${unique} is required`, 'invalidValue');
      if ([...kept.values()].some((each) => each['id'] !== id && String(each[unique]).toLowerCase() === name.toLowerCase())) this.#refuse(409, `${unique} is taken`, 'uniqueness');
      const old = kept.get(id)?.['meta'] as Fields | undefined;
      const now = new Date().toISOString();
      const meta = { created: old?.['created'] ?? now, lastModified: now, location: `${request.origin}/scim/${place}/${id}`, version: `W/"${this.#next++}"` };
      return kept.set(id, { ...given, id, meta }).get(id)!;
    };
    return {
      [`GET /${place}`]: (request) => this.#list(request, [...kept.values()]),
      [`GET /${place}/{id}`]: (request) => ({ body: this.#shown(found(request), request) }),
      [`POST /${place}`]: (request) => {
        const body = this.#body(request, schema);
        const made = keep(request, `r-${this.#next++}`, body);
        return { status: 201, body: this.#shown(made, request), headers: { location: String((made['meta'] as Fields)['location']) } };
      },
      [`PUT /${place}/{id}`]: (request) => {
        const held = found(request);
        const match = request.headers['if-match'];
        if (match !== undefined && match !== (held['meta'] as Fields)['version']) this.#refuse(412, 'the version is another one');
        return { body: this.#shown(keep(request, request.params['id']!, { ...held['password'] === undefined ? {} : { password: held['password'] }, ...this.#body(request, schema) }), request) };
      },
      ...(this.settings.provider?.patch === false ? {} : { [`PATCH /${place}/{id}`]: (request: FakeRequest) => {
        const body = this.#body(request, this.settings.version === 2 ? PATCH : schema);
        keep(request, request.params['id']!, this.settings.version === 2 ? this.#patched(found(request), body['Operations'] as readonly Operation[]) : patched11(found(request), body));
        return {};
      } }),
      [`DELETE /${place}/{id}`]: (request) => { kept.delete(String(found(request)['id'])); return {}; },
    };
  }

  #body({ body, headers }: FakeRequest, schema: string): Fields {
    const { contentType = 'application/json' } = this.settings;
    if (headers['content-type']?.split(';')[0] !== contentType) this.#refuse(415, `only ${contentType} is taken`);
    const { schemas } = body as Fields;
    if (!Array.isArray(schemas) || !schemas.includes(schema)) this.#refuse(400, `schemas has to hold ${schema}`, 'invalidSyntax');
    for (const name of Object.keys(body as Fields)) if (name.includes(':') && !(schemas as unknown[]).includes(name)) this.#refuse(400, `schemas has to hold ${name}`, 'invalidSyntax');
    return body as Fields;
  }

  #list(request: FakeRequest, all: readonly Fields[]): FakeAnswer {
    const { query } = request;
    const filter = query.get('filter');
    const matches = filter === null ? (): boolean => true : filterOf(filter) ?? this.#refuse(400, `no filter: ${filter}`, 'invalidFilter');
    const { rows, size, start, total } = this.service.pages.offset(all.filter((one) => matches(one)), query, { offset: 'startIndex', limit: 'count', first: 1, most: 50 });
    return { body: { ...listed(rows.map((each) => this.#shown(each, request))), totalResults: total, startIndex: start + 1, itemsPerPage: size, ...(rows.length === 0 ? { Resources: undefined } : {}) } };
  }

  /** Never a password; in 2.0 without what the request leaves out. */
  #shown(all: Fields, { query }: FakeRequest): Fields {
    const excluded = query.get('excludedAttributes');
    if (excluded !== null && this.settings.version === 1) this.#refuse(400, 'SCIM 1.1 has no excludedAttributes');
    return Object.fromEntries(Object.entries(all).filter(([name]) => name !== 'password' && excluded?.split(',').includes(name) !== true));
  }

  /** RFC 7644, section 3.5.2. */
  #patched(held: Fields, operations: readonly Operation[]): Fields {
    const result: Fields = structuredClone(held);
    for (const { op, path, value } of operations) {
      if (!['add', 'remove', 'replace'].includes(op)) this.#refuse(400, `no operation ${op}`, 'invalidSyntax');
      if (path === undefined && (op === 'remove' || this.settings.wantsPath === true)) this.#refuse(400, `${op} needs a path`, 'noTarget');
      if (path !== undefined) changed(result, op, path, value);
      else for (const [name, inner] of Object.entries(value as Fields)) for (const [at, one] of name.includes(':') ? Object.entries(inner as Fields).map(([key, each]) => [`${name}:${key}`, each] as const) : [[name, inner] as const]) changed(result, op, at, one);
    }
    return result;
  }
}

const listed = (resources: readonly unknown[]): Fields => ({ totalResults: resources.length, Resources: resources });
const listAt = (object: Fields, name: string): readonly unknown[] => (Array.isArray(object[name]) ? object[name] as readonly unknown[] : []);

function setAt(object: Fields, [step = '', inner]: readonly string[], value: unknown): void {
  if (inner !== undefined && value === undefined) object[step] = Object.fromEntries(Object.entries(object[step] ?? {}).filter(([name]) => name !== inner));
  else if (inner !== undefined) object[step] = { ...object[step] as Fields | undefined, [inner]: value };
  else if (value === undefined) Reflect.deleteProperty(object, step);
  else object[step] = value;
}

const MEMBER = /^members\[value eq ("(?:[^"\\]|\\.)*")\]$/;

/** One operation, by its path. */
function changed(object: Fields, op: string, path: string, value: unknown): void {
  const member = MEMBER.exec(path)?.[1];
  if (member !== undefined) {
    object['members'] = listAt(object, 'members').filter((one) => (one as Fields)['value'] !== JSON.parse(member));
    return;
  }
  const end = path.lastIndexOf(':');
  const steps = path.startsWith('urn:') ? [path.slice(0, end), path.slice(end + 1)] : [path];
  setAt(object, steps, op === 'remove' ? undefined : op === 'add' && Array.isArray(value) ? [...listAt(object, path), ...value as readonly unknown[]] : value);
}

/** SCIM 1.1 protocol, section 3.3.2: what `meta.attributes` names is deleted first, lists and complex values are added to. */
function patched11(held: Fields, { meta, schemas, ...changes }: Fields): Fields {
  const result: Fields = { ...structuredClone(held), schemas };
  for (const name of (meta as { attributes?: string[] } | undefined)?.attributes ?? []) {
    const urn = name.startsWith('urn:') ? name.slice(0, name.lastIndexOf(':')) : undefined;
    setAt(result, urn === undefined ? [name] : [urn, name.slice(urn.length + 1)], undefined);
  }
  for (const [name, value] of Object.entries(changes)) {
    if (Array.isArray(value)) {
      const given = value as readonly Fields[];
      const gone = new Set(given.filter((one) => one['operation'] === 'delete').map((one) => one['value']));
      result[name] = [...listAt(result, name).filter((one) => !gone.has((one as Fields)['value'])), ...given.filter((one) => one['operation'] !== 'delete')];
    } else result[name] = typeof value === 'object' ? { ...result[name] as Fields | undefined, ...value } : value;
  }
  return result;
}
