import { Refusal, type FakeRequest } from '../../targets/rest/exchange.js';
import type { FakeService } from '../../targets/rest/fake-service.js';
import type { Routes } from '../../targets/rest/routes.js';

export type Fields = Readonly<Record<string, unknown>>;
interface Email { readonly address: string; readonly primary?: boolean }

/** Google's errors (https://developers.google.com/workspace/admin/directory/v1/guides/troubleshoot-error-codes). */
export const googleError = (code: number, message: string, reason = { 400: 'invalid', 401: 'authError', 403: 'forbidden', 404: 'notFound', 409: 'duplicate' }[code] ?? 'backendError'): object =>
  ({ error: { code, message, errors: [{ message, domain: 'global', reason }] } });
export const refuse = (status: number, message: string, reason?: string): never => { throw new Refusal(status, googleError(status, message, reason)); };

/** As users.list takes them: https://developers.google.com/workspace/admin/directory/v1/guides/search-users */
const CLAUSE = /(\w+)(=|:)(?:'((?:\\.|[^'\\])*)'|([^\s'*]+))(\*?)(?:\s+|$)/y;
const words = (text: string): string[] => text.toLowerCase().split(/[^\p{L}\p{N}@.]+/u).filter((word) => word !== '');
const holdsWords = (text: string, wanted: string): boolean => ` ${words(text).join(' ')} `.includes(` ${words(wanted).join(' ')} `);

/** Users of a domain: the part of the Directory API both connectors to it use. */
export class FakeUsers {
  readonly byId = new Map<string, Fields>();
  readonly passwords = new Map<string, string>();
  /** Reads show users as they were, as long as it is set. */
  lagging: Map<string, Fields> | undefined;
  #next = 100_000_000_000_000_000_001n;
  readonly service: () => FakeService;
  readonly domain: string;

  constructor(domain: string, service: () => FakeService) {
    [this.domain, this.service] = [domain, service];
  }

  /** Changes show no more until `lagging` is cleared. */
  lag(): void {
    this.lagging = new Map(this.byId);
  }

  found(key: string): Fields {
    const isIt = (user: Fields): boolean => user['id'] === key || [user['primaryEmail'], ...aliasesOf(user)].includes(key.toLowerCase());
    return [...this.byId.values()].find(isIt) ?? refuse(404, 'Resource Not Found: userKey');
  }

  routes(): Routes {
    const users = '/admin/directory/v1/users';
    return {
      [`GET ${users}`]: (request) => this.#list(request),
      [`POST ${users}`]: ({ body }) => ({ body: this.#create(body as Fields) }),
      [`GET ${users}/{key}`]: ({ params }) => {
        const { id } = this.found(params['key']!);
        return { body: shown(this.lagging?.get(id as string) ?? this.byId.get(id as string)!) };
      },
      [`PUT ${users}/{key}`]: ({ params, body }) => ({ body: this.#update(this.found(params['key']!), body as Fields) }),
      [`DELETE ${users}/{key}`]: ({ params }) => {
        this.byId.delete(this.found(params['key']!)['id'] as string);
        return {};
      },
    };
  }

  #create(given: Fields): object {
    const { givenName, familyName } = (given['name'] ?? {}) as Record<string, string>;
    if (!givenName || !familyName) refuse(400, 'Invalid Given/Family Name: FamilyName');
    const id = String(this.#next++);
    const made: Fields = { kind: 'admin#directory#user', etag: `"${id}"`, id, customerId: 'C03az79cb', suspended: false, isAdmin: false, orgUnitPath: '/', creationTime: '2026-01-02T03:04:05.000Z' };
    return this.#keep({ ...made, aliases: [] }, given);
  }

  #update(old: Fields, given: Fields): object {
    const renamed = typeof given['primaryEmail'] === 'string' && given['primaryEmail'].toLowerCase() !== old['primaryEmail'];
    return this.#keep(renamed ? { ...old, aliases: [...aliasesOf(old, 'aliases'), old['primaryEmail']] } : old, given);
  }

  #keep(old: Fields, { password, name, phones, ...given }: Fields): object {
    const id = old['id'] as string;
    const primaryEmail = String(given['primaryEmail'] ?? old['primaryEmail']).toLowerCase();
    if (!primaryEmail.endsWith(`@${this.domain}`)) refuse(400, 'Domain not found.');
    if ([...this.byId.values()].some((user) => user['id'] !== id && [user['primaryEmail'], ...aliasesOf(user)].includes(primaryEmail))) refuse(409, 'Entity already exists.');
    if (password !== undefined) this.passwords.set(id, password as string);
    const names = { ...old['name'] as object, ...name as object } as Record<string, string>;
    const numbers = Array.isArray(phones) ? { phones: (phones as Fields[]).map(withoutPrimary) } : phones === null ? { phones: null } : {};
    const changed: Record<string, unknown> = { ...old, ...given, ...numbers, primaryEmail, name: { ...names, fullName: `${names['givenName']} ${names['familyName']}` }, nonEditableAliases: [`${primaryEmail}.test-google-a.com`] };
    const user = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0 && value !== changed['aliases'])));
    this.byId.set(id, user);
    return shown(user);
  }

  #list({ query }: FakeRequest): { body: object } {
    if (query.get('domain') !== this.domain && query.get('customer') !== 'my_customer') refuse(400, 'Bad Request');
    const asked = query.get('query');
    const matching = [...(this.lagging ?? this.byId).values()].filter((user) => asked === null || clausesOf(asked).every((holds) => holds(user)));
    const { rows, marker } = this.service().pages.marker(matching, query, { marker: 'pageToken', limit: 'maxResults', most: 500 });
    return { body: { kind: 'admin#directory#users', ...(rows.length === 0 ? {} : { users: rows.map(shown) }), ...(marker === undefined ? {} : { nextPageToken: marker }) } };
  }
}

function aliasesOf(user: Fields, ...kinds: readonly string[]): string[] {
  return (kinds.length === 0 ? ['aliases', 'nonEditableAliases'] : kinds).flatMap((kind) => (user[kind] ?? []) as string[]);
}

function withoutPrimary(one: object): Fields {
  return Object.fromEntries(Object.entries(one).filter(([name]) => name !== 'primary'));
}

/** With all its addresses, as Google shows them. */
function shown({ aliases, emails = [], ...user }: Fields): Fields {
  const [primary, given] = [user['primaryEmail'] as string, emails as readonly Email[]];
  const others = [...(aliases ?? []) as string[], ...user['nonEditableAliases'] as string[]];
  const own = given.filter(({ address }) => address !== primary && !others.includes(address)).map(withoutPrimary);
  return { ...user, ...(((aliases ?? []) as string[]).length === 0 ? {} : { aliases }), emails: [...own, { address: primary, primary: true }, ...others.map((address) => ({ address }))] };
}

function clausesOf(query: string): ((user: Fields) => boolean)[] {
  const clauses: ((user: Fields) => boolean)[] = [];
  CLAUSE.lastIndex = 0;
  while (CLAUSE.lastIndex < query.length) {
    const [, field = '', operator = '', quoted, plain = '', star] = CLAUSE.exec(query) ?? refuse(400, 'Invalid Input: query');
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain;
    clauses.push((user) => textsOf(user, field).some((text) => {
      if (field === 'orgUnitPath') return value === '/' || text === value || text.startsWith(`${value}/`);
      if (star === '*') return text.toLowerCase().startsWith(value.toLowerCase());
      return operator === '=' ? text.toLowerCase() === value.toLowerCase() : holdsWords(text, value);
    }));
  }
  return clauses;
}

const FIELDS: Readonly<Record<string, readonly [list: string, key: string]>> = {
  im: ['ims', 'im'], externalId: ['externalIds', 'value'], addressPoBox: ['addresses', 'poBox'], addressExtended: ['addresses', 'extendedAddress'], addressStreet: ['addresses', 'streetAddress'],
  addressLocality: ['addresses', 'locality'], addressRegion: ['addresses', 'region'], addressPostalCode: ['addresses', 'postalCode'], addressCountry: ['addresses', 'country'],
  orgName: ['organizations', 'name'], orgTitle: ['organizations', 'title'], orgDepartment: ['organizations', 'department'], orgDescription: ['organizations', 'description'], orgCostCenter: ['organizations', 'costCenter'],
};

function textsOf(user: Fields, field: string): string[] {
  const name = user['name'] as Record<string, string>;
  if (field === 'name') return [name['fullName']!];
  if (field === 'givenName' || field === 'familyName') return [name[field]!];
  if (field === 'email') return [user['primaryEmail'] as string, ...aliasesOf(user), ...((user['emails'] ?? []) as Email[]).map(({ address }) => address)];
  if (field === 'orgUnitPath') return [user['orgUnitPath'] as string];
  if (field === 'address') return ((user['addresses'] ?? []) as Fields[]).flatMap((address) => Object.values(address).map(String));
  const [list, key] = FIELDS[field] ?? refuse(400, `Invalid Input: ${field}`);
  return ((user[list] ?? []) as Fields[]).map((one) => one[key]).filter((text) => typeof text === 'string');
}
