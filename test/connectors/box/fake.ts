import { secret } from '../../support/secret-values.js';
import { Refusal, type ExchangeObserver, type FakeAnswer, type FakeRequest } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import type { Routes } from '../../targets/rest/routes.js';

type Fields = Readonly<Record<string, unknown>>;
interface Membership { readonly id: string; readonly type: 'group_membership'; readonly user: string; readonly group: string; readonly role: string }

const CODES: Readonly<Record<number, string>> = { 400: 'bad_request', 401: 'unauthorized', 404: 'not_found', 405: 'method_not_allowed', 409: 'conflict', 500: 'internal_server_error' };
const error = (status: number, message: string): object => ({ type: 'error', status, code: CODES[status], message });
const refuse = (status: number, message: string): never => { throw new Refusal(status, error(status, message)); };
/** What Box shows without `fields` (https://developer.box.com/reference/resources/user and /group). */
const STANDARD = new Set(['id', 'type', 'name', 'login', 'created_at', 'modified_at', 'language', 'timezone', 'space_amount', 'space_used', 'max_upload_size', 'status', 'job_title', 'phone', 'address', 'avatar_url', 'notification_email', 'group_type']);

/** What a user has that was created with a login and a name. */
const USER_PRESETS: Fields = {
  status: 'active', role: 'user', space_used: 0, space_amount: 1_000_000_000_000_000, max_upload_size: 53_687_091_200, language: 'en', timezone: 'America/Los_Angeles', job_title: '', phone: '', address: '',
  is_sync_enabled: true, can_see_managed_users: true, is_exempt_from_device_limits: false, is_external_collab_restricted: false, is_exempt_from_login_verification: false, is_platform_access_only: false,
  enterprise: { id: '1162568706', type: 'enterprise', name: 'testing' }, hostname: 'https://app.box.com/',
};

/** Box's users, groups and memberships (https://developer.box.com/reference), without the rest of it. */
export class FakeBox {
  readonly users = new Map<string, Fields>();
  readonly groups = new Map<string, Fields>();
  readonly memberships = new Map<string, Membership>();
  readonly clientId = 'box-client';
  readonly clientSecret = secret('client secret of the fake Box');
  service!: FakeService;
  #next = 100;

  static async start(observers: readonly ExchangeObserver[] = []): Promise<FakeBox> {
    const box = new FakeBox();
    box.service = await FakeService.start({
      base: '/2.0', observers, error,
      credentials: { tokens: { path: '/oauth2/token', clientId: box.clientId, clientSecret: box.clientSecret, clientBy: 'body', refuses: ({ box_subject_type: type, box_subject_id: id }) => (type === 'enterprise' || type === 'user') && id !== undefined ? undefined : 'box_subject_type and box_subject_id are needed' } },
      routes: { ...box.#objects('user', box.users, 'login', USER_PRESETS), ...box.#objects('group', box.groups, 'name', { group_type: 'managed_group' }), ...box.#memberRoutes() },
    });
    return box;
  }

  /** A group that is there from the beginning; its id. */
  addGroup(name: string): string {
    const id = String(this.#next++);
    this.groups.set(id, { type: 'group', id, name, group_type: 'managed_group', created_at: now(), modified_at: now() });
    return id;
  }

  #objects(type: 'user' | 'group', kept: Map<string, Fields>, unique: string, presets: Fields): Routes {
    const found = ({ params }: FakeRequest): Fields => kept.get(params['id']!) ?? refuse(404, `no ${type} ${params['id']}`);
    const isFree = (body: Fields, id?: string): boolean => ![...kept.values()].some((each) => each['id'] !== id && body[unique] !== undefined && each[unique] === body[unique]);
    const keep = (id: string, fields: Fields): Fields => kept.set(id, { ...fields, modified_at: now() }).get(id)!;
    return {
      [`GET /${type}s`]: (request) => this.#list(request, [...kept.values()].filter((each) => matches(each, request.query.get('filter_term')))),
      [`POST /${type}s`]: (request) => {
        const body = request.body as Fields;
        if (!isFree(body)) refuse(409, `a ${type} with this ${unique} is there already`);
        const id = String(this.#next++);
        return { status: 201, body: shown(keep(id, { type, id, created_at: now(), ...presets, ...body }), request) };
      },
      [`GET /${type}s/{id}`]: (request) => ({ body: shown(found(request), request) }),
      [`PUT /${type}s/{id}`]: (request) => {
        const [old, body] = [found(request), request.body as Fields];
        if (!isFree(body, request.params['id'])) refuse(409, `a ${type} with this ${unique} is there already`);
        return { body: shown(keep(request.params['id']!, { ...old, ...body }), request) };
      },
      [`DELETE /${type}s/{id}`]: (request) => {
        kept.delete(String(found(request)['id']));
        for (const each of this.memberships.values()) if (each[type] === request.params['id']) this.memberships.delete(each.id);
        return {};
      },
      [`GET /${type}s/{id}/memberships`]: (request) => {
        const { id } = found(request);
        return this.#list(request, [...this.memberships.values()].filter((each) => each[type] === id).map((each) => this.#membership(each)));
      },
    };
  }

  #memberRoutes(): Routes {
    return {
      'POST /group_memberships': ({ body }) => {
        const { user: { id: user }, group: { id: group }, role = 'member' } = body as { user: { id: string }; group: { id: string }; role?: string };
        if (!this.users.has(user) || !this.groups.has(group)) refuse(404, 'no such user or group');
        if ([...this.memberships.values()].some((each) => each.user === user && each.group === group)) refuse(409, 'the user is a member already');
        const membership: Membership = { id: String(this.#next++), type: 'group_membership', user, group, role };
        this.memberships.set(membership.id, membership);
        return { status: 201, body: this.#membership(membership) };
      },
      'DELETE /group_memberships/{id}': ({ params }) => (this.memberships.delete(params['id']!) ? {} : refuse(404, 'no such membership')),
      'GET /users/me': () => ({ body: { type: 'user', id: '11', name: 'Service account', login: 'AutomationUser@boxdevedition.com' } }),
    };
  }

  #list(request: FakeRequest, all: readonly Fields[]): FakeAnswer {
    if (request.query.get('usemarker') === 'true') {
      const { rows, size, marker } = this.service.pages.marker(all, request.query);
      return { body: { entries: rows.map((each) => shown(each, request)), limit: size, next_marker: marker ?? null } };
    }
    const { rows, size, start, total } = this.service.pages.offset(all, request.query);
    return { body: { entries: rows.map((each) => shown(each, request)), limit: size, offset: start, total_count: total } };
  }

  #membership({ user, group, ...rest }: Membership): Fields {
    return { ...rest, user: mini(this.users.get(user)!), group: mini(this.groups.get(group)!) };
  }
}

const now = (): string => `${new Date().toISOString().slice(0, 19)}Z`;
const mini = ({ type, id, name, login }: Fields): Fields => ({ type, id, name, ...(login === undefined ? {} : { login }) });
const matches = ({ name, login }: Fields, term: string | null): boolean => term === null || [name, login].some((value) => String(value).toLowerCase().startsWith(term.toLowerCase()));

/** `fields` asks for what is not shown otherwise, and drops what it does not name, but id and type. */
function shown(all: Fields, { query }: FakeRequest): Fields {
  const fields = query.get('fields')?.split(',');
  if (all['type'] === 'group_membership') return all;
  return Object.fromEntries(Object.entries(all).filter(([name]) => (fields === undefined ? STANDARD.has(name) : name === 'id' || name === 'type' || fields.includes(name))));
}
