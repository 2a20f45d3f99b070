import { randomBytes } from 'node:crypto';
import { secret } from '../../support/secret-values.js';
import { Refusal, type FakeAnswer, type FakeRequest } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';

type Fields = Readonly<Record<string, string>>;
const error = (status: number, message: string, detail = ''): object => ({ error: { message, detail: detail === '' ? null : detail }, status: 'failure', ...(status === 0 ? {} : {}) });
const refuse = (status: number, message: string, detail = ''): never => { throw new Refusal(status, error(status, message, detail)); };

/** Columns with their values on a new record; '' is none. */
const SYSTEM = { sys_id: '', sys_mod_count: '0', sys_created_on: '', sys_created_by: '', sys_updated_on: '', sys_updated_by: '' };
const TABLES: Readonly<Record<string, { readonly columns: Fields; readonly unique?: string; readonly references?: readonly string[] }>> = {
  sys_user: {
    columns: {
      user_name: '', first_name: '', last_name: '', middle_name: '', name: '', email: '', phone: '', title: '', gender: '', department: '', location: '', company: '', manager: '', active: 'true', locked_out: 'false', password_needs_reset: 'false', vip: 'false',
      internal_integration_user: 'false', web_service_access_only: 'false', user_password: '', notification: '2', calendar_integration: '1', sys_domain: 'global', sys_domain_path: '/', sys_class_name: 'sys_user', u_badge: '', ...SYSTEM,
    }, unique: 'user_name', references: ['department', 'location', 'company', 'manager'],
  },
  sys_user_group: { columns: { name: '', description: '', active: 'true', email: '', manager: '', parent: '', ...SYSTEM }, unique: 'name', references: ['manager', 'parent'] },
  sys_user_role: { columns: { name: '', description: '', suffix: '', ...SYSTEM }, unique: 'name' },
  sys_user_has_role: { columns: { user: '', role: '', inherited: 'false', state: 'active', ...SYSTEM }, references: ['user', 'role'] },
  sys_user_grmember: { columns: { user: '', group: '', ...SYSTEM }, references: ['user', 'group'] },
  sys_user_delegate: { columns: { user: '', delegate: '', starts: '', ends: '', approvals: 'true', ...SYSTEM }, references: ['user', 'delegate'] },
  core_company: { columns: { name: '', city: '', phone: '', ...SYSTEM } }, cmn_department: { columns: { name: '', id: '', dept_head: '', ...SYSTEM }, references: ['dept_head'] },
  cmn_cost_center: { columns: { name: '', code: '', manager: '', ...SYSTEM }, references: ['manager'] }, cmn_location: { columns: { name: '', city: '', country: '', ...SYSTEM } },
  sys_db_object: { columns: { name: '', 'super_class.name': '', ...SYSTEM } }, sys_dictionary: { columns: { name: '', element: '', internal_type: '', read_only: 'false', ...SYSTEM } },
};

const OPERATORS: Readonly<Record<string, (value: string, given: string) => boolean>> = {
  '=': (value, given) => value.toLowerCase() === given.toLowerCase(), '!=': (value, given) => value !== given, '>': (value, given) => value > given, '<=': (value, given) => value <= given,
  STARTSWITH: (value, given) => value.toLowerCase().startsWith(given.toLowerCase()), ENDSWITH: (value, given) => value.toLowerCase().endsWith(given.toLowerCase()),
  LIKE: (value, given) => value.toLowerCase().includes(given.toLowerCase()), IN: (value, given) => given.split(',').includes(value), ISNOTEMPTY: (value) => value !== '',
};
const CONDITION = /^([a-z_.]+?)(!=|<=|=|>|STARTSWITH|ENDSWITH|LIKE|IN|ISNOTEMPTY)(.*)$/s;

/** Tables of a ServiceNow instance, by the Table API. */
export class FakeServiceNow {
  readonly tables = new Map(Object.keys(TABLES).map((name) => [name, new Map<string, Fields>()] as const));
  readonly clientId = 'servicenow-client';
  readonly clientSecret = secret('client secret of the fake ServiceNow');
  readonly owner = { username: 'idm.integration', password: secret('password of the fake ServiceNow') };
  /** Records the user may not see: counted, and left out of pages. */
  readonly hidden = new Set<string>();
  /** Of conditions, joined, that were asked for. */
  readonly queries: string[] = [];
  /** Milliseconds since 1970 that a change is of. */
  now = (): number => Date.now();
  /** Told of each page before it is made. */
  beforePage: (offset: number) => void = () => undefined;
  /** Whether X-Total-Count is given. */
  tells = true;
  service!: FakeService;

  static async start(): Promise<FakeServiceNow> {
    const fake = new FakeServiceNow();
    fake.service = await FakeService.start({
      base: '/api/now', error: (status, message) => error(status, status === 401 ? 'User Not Authenticated' : 'Invalid request', status === 401 ? 'Required to provide Auth information' : message),
      credentials: { tokens: { path: '/oauth_token.do', clientId: fake.clientId, clientSecret: fake.clientSecret, clientBy: 'body', owner: fake.owner, lifetimeSeconds: 1799 } },
      routes: {
        'GET /table/{table}': (request) => fake.#list(request),
        'POST /table/{table}': (request) => ({ status: 201, body: { result: shown(request, fake.#insert(request.params['table']!, request)) } }),
        'GET /table/{table}/{id}': (request) => ({ body: { result: shown(request, fake.#found(request)) } }),
        'PATCH /table/{table}/{id}': (request) => ({ body: { result: shown(request, fake.#changed(request)) } }),
        'DELETE /table/{table}/{id}': (request) => {
          fake.table(request.params['table']!).delete(fake.#found(request)['sys_id']!);
          return {};
        },
      },
    });
    return fake;
  }

  table(name: string): Map<string, Fields> {
    return this.tables.get(name) ?? refuse(400, 'Invalid table', name);
  }

  /** A record that is there; its sys_id. */
  add(table: string, fields: Fields): string {
    const sys_id = fields['sys_id'] ?? randomBytes(16).toString('hex');
    this.#keep(table, { ...TABLES[table]!.columns, sys_created_on: this.#time(), sys_created_by: 'admin', ...fields, sys_id });
    return sys_id;
  }

  #time = (): string => new Date(this.now()).toISOString().slice(0, 19).replace('T', ' ');

  #keep(table: string, fields: Fields): Fields {
    const kept = { ...fields, sys_updated_on: this.#time(), sys_updated_by: 'admin' };
    this.table(table).set(fields['sys_id']!, kept);
    return kept;
  }

  #insert(table: string, request: FakeRequest): Fields {
    const given = this.#given(table, request, '');
    return this.table(table).get(this.add(table, given))!;
  }

  #found({ params }: FakeRequest): Fields {
    const found = this.table(params['table']!).get(params['id']!);
    return found === undefined || this.hidden.has(params['id']!) ? refuse(404, 'No Record found', 'Record doesn\'t exist or ACL restricts the record retrieval') : found;
  }

  #changed(request: FakeRequest): Fields {
    const old = this.#found(request);
    const table = request.params['table']!;
    return this.#keep(table, { ...old, ...this.#given(table, request, old['sys_id']!), sys_mod_count: String(Number(old['sys_mod_count']) + 1) });
  }

  /** What a body says; columns the table has not got are passed over by ServiceNow, which here is a fault of ours. */
  #given(table: string, { body, query }: FakeRequest, self: string): Fields {
    const { columns, unique = '' } = TABLES[table]!;
    const given = Object.fromEntries(Object.entries(body as Record<string, unknown>).map(([name, value]) => {
      if (columns[name] === undefined || name.startsWith('sys_') && name !== 'sys_domain') throw new Error(`${table} takes no ${name}`);
      if (typeof value !== 'string') throw new Error(`${name} is no text`);
      return [name, name === 'user_password' && query.get('sysparm_input_display_value') === 'true' ? digest(value) : value];
    }));
    const isTaken = [...this.table(table).values()].some((each) => each['sys_id'] !== self && each[unique] !== '' && each[unique] === given[unique]);
    if (unique !== '' && given[unique] !== undefined && isTaken) refuse(403, 'Operation Failed', `Error during insert of ${table}: Unique Key violation detected by database (Duplicate entry '${given[unique]}')`);
    return given;
  }

  #list(request: FakeRequest): FakeAnswer {
    const { query, params } = request;
    const table = params['table']!;
    const text = query.get('sysparm_query') ?? '';
    this.queries.push(text);
    this.beforePage(Number(query.get('sysparm_offset')));
    const all = sorted([...this.table(table).values()].filter((record) => matches(table, record, text)), text);
    const { rows, total } = this.service.pages.offset(all, query, { offset: 'sysparm_offset', limit: 'sysparm_limit', most: 10_000, size: 10_000 });
    return { body: { result: rows.filter((record) => !this.hidden.has(record['sys_id']!)).map((record) => shown(request, record)) }, headers: this.tells ? { 'x-total-count': String(total) } : {} };
  }
}

const digest = (value: string): string => `md5${Buffer.from(value).toString('base64').slice(0, 12)}`;

function matches(table: string, record: Fields, query: string): boolean {
  const terms = query.split(/\^(?!OR(?!DERBY))/).filter((term) => term !== '' && !term.startsWith('ORDERBY'));
  return terms.every((term) => term.split('^OR').some((condition) => {
    const [, field = '', operator = '', given = ''] = CONDITION.exec(condition) ?? [];
    const value = record[field];
    if (value === undefined) throw new Error(`${table}: '${condition}' is no condition`);
    return OPERATORS[operator]!(value, given);
  }));
}

function sorted(records: Fields[], query: string): Fields[] {
  const fields = [...query.matchAll(/ORDERBY(\w+)/g)].map(([, field]) => field!);
  const compare = (one: Fields, other: Fields): number => fields.map((field) => (one[field]! < other[field]! ? -1 : one[field]! > other[field]! ? 1 : 0)).find((order) => order !== 0) ?? 0;
  return fields.length === 0 ? records : records.sort(compare);
}

/** References come with a link, unless that is excluded. */
function shown({ query, params, origin }: FakeRequest, record: Fields): Record<string, unknown> {
  const fields = query.get('sysparm_fields')?.split(',') ?? Object.keys(record);
  const references = TABLES[params['table']!]?.references ?? [];
  const isPlain = query.get('sysparm_exclude_reference_link') === 'true';
  const valueOf = (name: string): unknown => (references.includes(name) && record[name] !== '' && !isPlain ? { link: `${origin}/api/now/table/x/${record[name]}`, value: record[name] } : record[name]);
  return Object.fromEntries(fields.filter((name) => record[name] !== undefined).map((name) => [name, valueOf(name)]));
}
