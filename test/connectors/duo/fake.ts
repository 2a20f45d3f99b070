import { duoSignature } from '../../../connectors/engines/rest/authentication/duo-signature.js';
import { GuardedString } from '../../../protocol/model/index.js';
import { secret } from '../../support/secret-values.js';
import { Refusal, type ExchangeObserver, type FakeAnswer, type FakeRequest } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import type { Routes } from '../../targets/rest/routes.js';

type Fields = Record<string, unknown>;
type Kind = 'user' | 'admin' | 'group' | 'phone' | 'token';
const fail = (code: number, message: string, detail?: string): object => ({ stat: 'FAIL', code, message, ...(detail === undefined ? {} : { message_detail: detail }) });
const refuse = (code: number, message: string, detail?: string): never => { throw new Refusal(Math.floor(code / 100), fail(code, message, detail)); };
const ok = (response: unknown, more: object = {}): FakeAnswer => ({ body: { stat: 'OK', response, ...more } });
/** What https://duo.com/docs/adminapi lets a request say; anything else is refused, as by Duo. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  user: ['username', 'email', 'realname', 'notes', 'status', 'alias1', 'alias2', 'alias3', 'alias4', 'aliases'],
  admin: ['name', 'email', 'phone', 'role', 'restricted_by_admin_units', 'send_email', 'token_id', 'valid_days', 'status'],
  group: ['name', 'desc', 'status'], phone: ['number'],
};
const ROLES = ['Owner', 'Administrator', 'Application Manager', 'User Manager', 'Security Analyst', 'Help Desk', 'Billing', 'Phishing Manager', 'Read-only'];
const LETTERS = { user: 'DU', admin: 'DE', group: 'DG', phone: 'DP', token: 'DH' } as const;

/** Duo's users, administrators, groups, phones and tokens (https://duo.com/docs/adminapi), and who may ask for them. */
export class FakeDuo {
  readonly kept: Record<Kind, Map<string, Fields>> = { user: new Map(), admin: new Map(), group: new Map(), phone: new Map(), token: new Map() };
  readonly integrationKey = 'DIWJ8X6AEYOR5OMC6TQ1';
  readonly secretKey = secret('secret key of the fake Duo');
  service!: FakeService;
  #next = 1;

  static async start(observers: readonly ExchangeObserver[] = []): Promise<FakeDuo> {
    const duo = new FakeDuo();
    const service = { observers, error: (status: number, message: string) => fail(status * 100, message), routes: duo.#signed({ ...duo.#users(), ...duo.#admins(), ...duo.#groups(), ...duo.#phones() }) };
    duo.service = await FakeService.start(service);
    return duo;
  }

  /** Something that is there from the beginning; its id. */
  add(kind: Kind, fields: Fields = {}): string {
    const id = `${LETTERS[kind]}${String(this.#next++).padStart(18, '0')}`;
    const presets = { group: { desc: '', status: 'Active' }, user: { realname: '', notes: '', email: '', status: 'active', last_login: null, aliases: {}, groups: [], phones: [], tokens: [], u2ftokens: [], webauthncredentials: [], is_enrolled: false, last_directory_sync: null, lockout_reason: null }, admin: { role: 'Owner', status: 'Pending Activation', restricted_by_admin_units: false, last_login: null, phone: '' }, phone: { extension: '' }, token: { type: 'h6' } }[kind];
    this.kept[kind].set(id, { [`${kind}_id`]: id, ...presets, ...fields });
    return id;
  }

  /** Signed as the vendor's own client signs (see duo-signature.test.ts for its examples). */
  #signed(routes: Routes): Routes {
    return Object.fromEntries(Object.entries(routes).map(([line, handler]) => [line, async (request: FakeRequest) => {
      const { authorization, date = '', 'content-type': type } = request.headers;
      const scheme = duoSignature({ integrationKey: this.integrationKey, secretKey: new GuardedString(this.secretKey), scheme: 'sha512', now: () => Date.parse(date) });
      const url = new URL(`${request.origin}${request.path}?${request.query.toString()}`);
      const body = request.text === '' ? undefined : { bytes: new TextEncoder().encode(request.text), contentType: type ?? '' };
      const good = await scheme.headers({ method: request.method, url, headers: new Map(type === undefined ? [] : [['content-type', type]]), body }, new AbortController().signal);
      if (good.get('authorization') !== authorization) refuse(40103, 'Invalid signature in request credentials');
      return handler(request);
    }]));
  }

  #page(all: readonly Fields[], { query }: FakeRequest, most: number): FakeAnswer {
    const { rows, next, total } = this.service.pages.offset(all, query, { most });
    return ok(rows, { metadata: { total_objects: total, ...(next === undefined ? {} : { next_offset: next }) } });
  }

  #found(kind: Kind, id = ''): Fields {
    return this.kept[kind].get(id) ?? refuse(40401, 'Resource not found');
  }

  #form(kind: Kind, { body }: FakeRequest, required: string): Fields {
    const form = (body ?? {}) as Fields;
    for (const name of Object.keys(form)) if (!TAKES[kind]!.includes(name)) refuse(40002, 'Invalid request parameters', name);
    if (form[required] === '') refuse(40002, 'Invalid request parameters', required);
    return form;
  }

  #unique(kind: Kind, field: string, value: unknown, id?: string): void {
    if (value === undefined) return;
    const text = (given: unknown): string => (given as string).toLowerCase();
    if ([...this.kept[kind].values()].some((each) => each[`${kind}_id`] !== id && text(each[field]) === text(value))) refuse(40003, 'Duplicate resource');
  }

  #shownUser(user: Fields): Fields {
    const of = (kind: 'group' | 'phone' | 'token'): Fields[] => (user[`${kind}s`] as string[]).flatMap((id) => { const found = this.kept[kind].get(id); return found === undefined ? [] : [found]; });
    const aliases = user['aliases'] as Fields;
    return { ...user, groups: of('group'), phones: of('phone'), tokens: of('token'), ...Object.fromEntries([1, 2, 3, 4].map((place) => [`alias${place}`, aliases[`alias${place}`] ?? null])) };
  }

  #changedUser(user: Fields, { aliases: all, ...form }: Fields): Fields {
    const given = Object.fromEntries([...(all === undefined ? [] : new URLSearchParams(all as string)), ...Object.entries(form as Record<string, string>).filter(([name]) => name.startsWith('alias'))]);
    const aliases = Object.fromEntries(Object.entries({ ...(user['aliases'] as Record<string, string>), ...given }).map(([name, value]) => [name, value.toLowerCase()] as const).filter(([, value]) => value !== ''));
    if (new Set(Object.values(aliases)).size < Object.keys(aliases).length) refuse(40002, 'Invalid request parameters', 'aliases');
    return { ...user, ...Object.fromEntries(Object.entries(form).filter(([name]) => !name.startsWith('alias'))), aliases };
  }

  #users(): Routes {
    const { user: users } = this.kept;
    const matches = (user: Fields, { query }: FakeRequest): boolean => ['username', 'email'].every((name) => query.get(name) === null || String(user[name]).toLowerCase() === query.get(name)!.toLowerCase());
    const belonging = (kind: 'group' | 'phone' | 'token'): Routes => ({
      [`GET /admin/v1/users/{id}/${kind}s`]: (request) => this.#page((this.#found('user', request.params['id'])[`${kind}s`] as string[]).map((id) => this.#found(kind, id)), request, 500),
      [`POST /admin/v1/users/{id}/${kind}s`]: ({ params, body }) => {
        const user = this.#found('user', params['id']);
        const id = String((body as Fields)[`${kind}_id`]);
        if (!this.kept[kind].has(id)) refuse(40002, 'Invalid request parameters', `${kind}_id`);
        user[`${kind}s`] = [...new Set([...(user[`${kind}s`] as string[]), id])];
        return ok('');
      },
      [`DELETE /admin/v1/users/{id}/${kind}s/{other}`]: ({ params }) => {
        const user = this.#found('user', params['id']);
        user[`${kind}s`] = (user[`${kind}s`] as string[]).filter((id) => id !== params['other']);
        return ok('');
      },
    });
    return {
      ...belonging('group'), ...belonging('phone'), ...belonging('token'),
      'GET /admin/v1/users': (request) => this.#page([...users.values()].filter((user) => matches(user, request)).map((user) => this.#shownUser(user)), request, 300),
      'POST /admin/v1/users': (request) => {
        const form = this.#form('user', request, 'username');
        this.#unique('user', 'username', form['username']);
        const id = this.add('user');
        users.set(id, this.#changedUser(users.get(id)!, form));
        return ok(this.#shownUser(users.get(id)!));
      },
      'GET /admin/v1/users/{id}': ({ params }) => ok(this.#shownUser(this.#found('user', params['id']))),
      'POST /admin/v1/users/{id}': (request) => {
        const { id = '' } = request.params;
        const form = this.#form('user', request, 'username');
        const user = this.#found('user', id);
        this.#unique('user', 'username', form['username'], id);
        users.set(id, this.#changedUser(user, form));
        return ok(this.#shownUser(users.get(id)!));
      },
      'DELETE /admin/v1/users/{id}': ({ params }) => ok((users.delete(params['id']!), '')),
    };
  }

  #admins(): Routes {
    const { admin: admins } = this.kept;
    const changeable = ({ status }: Fields): readonly (string | undefined)[] => (status === 'Pending Activation' ? [undefined] : [undefined, 'Active', 'Disabled']);
    const checked = (form: Fields, present: Fields = {}): Fields => {
      const restricted = form['restricted_by_admin_units'] as string | undefined;
      if (form['role'] !== undefined && !ROLES.includes(form['role'] as string)) refuse(40002, 'Invalid request parameters', 'role');
      if ((form['role'] ?? present['role'] ?? 'Owner') === 'Owner' && restricted === 'true') refuse(40002, 'Invalid request parameters', 'restricted_by_admin_units');
      if (form['phone'] !== undefined && !/^\+\d{3,15}$/.test(form['phone'] as string)) refuse(40002, 'Invalid request parameters', 'phone');
      if (!changeable(present).includes(form['status'] as string | undefined)) refuse(40002, 'Invalid request parameters', 'status');
      return { ...form, ...(restricted === undefined ? {} : { restricted_by_admin_units: restricted === 'true' }) };
    };
    return {
      'GET /admin/v1/admins': (request) => this.#page([...admins.values()], request, 500),
      'POST /admin/v1/admins': (request) => {
        const form = Object.fromEntries(Object.entries(checked(this.#form('admin', request, 'name'))).filter(([name]) => !['send_email', 'token_id', 'valid_days'].includes(name)));
        if (form['email'] === undefined || form['name'] === undefined) refuse(40001, 'Missing required request parameters', form['name'] === undefined ? 'name' : 'email');
        this.#unique('admin', 'email', form['email']);
        return ok(admins.get(this.add('admin', form)));
      },
      'GET /admin/v1/admins/{id}': ({ params }) => ok(this.#found('admin', params['id'])),
      'POST /admin/v1/admins/{id}': (request) => {
        const present = this.#found('admin', request.params['id']);
        const form = this.#form('admin', request, 'name');
        if ('email' in form) refuse(40002, 'Invalid request parameters', 'email');
        return ok(Object.assign(present, checked(form, present)));
      },
      'DELETE /admin/v1/admins/{id}': ({ params }) => ok((admins.delete(params['id']!), '')),
    };
  }

  #groups(): Routes {
    const { group: groups } = this.kept;
    const shown = ({ status, ...form }: Fields): Fields => (status === undefined ? form : ['active', 'bypass', 'disabled'].includes(status as string) ? { ...form, status: (status as string)[0]!.toUpperCase() + (status as string).slice(1) } : refuse(40002, 'Invalid request parameters', 'status'));
    return {
      'GET /admin/v1/groups': (request) => this.#page([...groups.values()], request, 100),
      'POST /admin/v1/groups': (request) => {
        const form = shown(this.#form('group', request, 'name'));
        this.#unique('group', 'name', form['name']);
        return ok(groups.get(this.add('group', form)));
      },
      'GET /admin/v2/groups/{id}': ({ params }) => ok(this.#found('group', params['id'])),
      'POST /admin/v1/groups/{id}': (request) => {
        const group = this.#found('group', request.params['id']);
        const form = shown(this.#form('group', request, 'name'));
        this.#unique('group', 'name', form['name'], request.params['id']);
        return ok(Object.assign(group, form));
      },
      'DELETE /admin/v1/groups/{id}': ({ params }) => ok((groups.delete(params['id']!), '')),
    };
  }

  #phones(): Routes {
    const { phone: phones, user: users } = this.kept;
    return {
      'GET /admin/v1/phones': (request) => this.#page([...phones.values()].filter(({ number }) => request.query.get('number') === null || number === request.query.get('number')), request, 500),
      'POST /admin/v1/phones': (request) => ok(phones.get(this.add('phone', this.#form('phone', request, 'number')))),
      'GET /admin/v1/phones/{id}': ({ params }) => ok({ ...this.#found('phone', params['id']), users: [...users.values()].filter((user) => (user['phones'] as string[]).includes(params['id']!)) }),
      'DELETE /admin/v1/phones/{id}': ({ params }) => ok((phones.delete(params['id']!), '')),
    };
  }
}
