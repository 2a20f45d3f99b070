import { createRequire } from 'node:module';
import { vi } from 'vitest';
import { conditionOf, like, splitOutside, tokensOf, type Token } from './sql-statements.js';

/**
 * A stand-in for the database of Oracle E-Business Suite, of which there is none to test against: it speaks the interface of the
 * `oracledb` driver and understands the connector's queries and calls of FND_USER_PKG. The package does what its specification
 * (AFSCUSRS.pls, public procedures) says: NULL leaves a column as it is, null_char, null_date and null_number empty it.
 */

export class OracleError extends Error {
  readonly errorNum: number;
  constructor(errorNum: number, message: string) {
    super(`ORA-${String(errorNum).padStart(5, '0')}: ${message}`);
    this.errorNum = errorNum;
  }
}

type Cell = string | number | null;
/** Columns of FND_USER; dates `YYYY-MM-DD HH:MM:SS`. */
export type UserRow = Record<string, Cell>;
export interface AssignmentRow { userId: number; application: string; key: string; group: string; description: string | null; start: string; end: string | null; changed: string }

const servers = new Map<string, FakeEbs>();
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function shown(date: string): string {
  const [year = '', month = '', day = ''] = date.slice(0, 10).split('-');
  return `${day}-${MONTHS[Number(month) - 1]!}-${year.slice(2)}`;
}

export class FakeEbs {
  users: UserRow[] = [];
  assignments: AssignmentRow[] = [];
  readonly passwords = new Map<string, string>();
  readonly responsibilities: UserRow[] = [];
  readonly statements: string[] = [];
  /** Binds of the calls, in their order. */
  readonly binds: unknown[][] = [];
  /** SYSDATE. */
  now = '2022-12-02 10:00:00';
  /** 12.1 has no editioned tables. */
  hasEditions = true;
  failing: { readonly statement: RegExp; readonly error: Error } | undefined;
  openCursors = 0;
  commits = 0;
  /** Raised when all connections break. */
  breaks = 0;
  isAway = false;
  /** Connections opened and closed so far. */
  opened = 0;
  closed = 0;
  /** What was run to set sessions up. */
  readonly sessionStatements: string[] = [];
  login = { user: 'EBSADMIN', password: 'Apps-Passw0rd' };
  readonly host: string;
  #nextId = 1_015_488;

  constructor(host: string) {
    this.host = host;
    servers.set(`${host}:1521/EBSDB`, this);
    for (const [id, application, key, name] of [[50_832, 20_021, 'CHEF CULINAIR', 'Chef'], [21_766, 660, 'IBE_CUSTOMER', 'iStore Customer'], [21_765, 170, 'CS_KB_SYSTEM_ADMIN', 'Knowledge Base'], [21_764, 275, 'PROJECT_BILLING_SUPER_USER', 'Billing']] as const) {
      this.responsibilities.push({
        RESPONSIBILITY_ID: id, APPLICATION_ID: application, RESPONSIBILITY_KEY: key, RESPONSIBILITY_NAME: name, LAST_UPDATE_DATE: '1998-02-10 00:00:00', LAST_UPDATED_BY: 2, CREATION_DATE: '1998-02-10 00:00:00', CREATED_BY: 0,
        LAST_UPDATE_LOGIN: 0, DATA_GROUP_APPLICATION_ID: application, DATA_GROUP_ID: 0, MENU_ID: 1_000_542, START_DATE: '1998-02-10 00:00:00', END_DATE: null, VERSION: '4', WEB_HOST_NAME: '`', ZD_EDITION_NAME: 'SET1', ZD_SYNC: 'SYNCED',
      });
    }
  }

  get url(): string { return `jdbc:oracle:thin:@//${this.host}:1521/EBSDB`; }

  goAway(): void {
    this.isAway = true;
    this.breaks++;
  }

  user(name: string): UserRow {
    const user = this.users.find(({ USER_NAME }) => USER_NAME === name);
    if (user === undefined) throw new OracleError(20_001, `FND_INVALID_USER: the user ${name} is not valid`);
    return user;
  }

  /** Rows as lists in the order of the columns. */
  query(text: string, binds: readonly unknown[]): { columns: string[]; rows: Cell[][] } {
    this.statements.push(text);
    if (this.failing?.statement.test(text) === true) throw this.failing.error;
    const paged = /^select \* from \(select q_\.\*, rownum r_ from \((.*)\) q_ where rownum <= (\d+)\) where r_ > 0$/s.exec(text);
    const result = this.#select(paged?.[1] ?? text, binds);
    return paged === null ? result : { ...result, rows: result.rows.slice(0, Number(paged[2])) };
  }

  #select(text: string, binds: readonly unknown[]): { columns: string[]; rows: Cell[][] } {
    if (/^select 1 from/i.test(text)) return { columns: ['1'], rows: [[1]] };
    if (text.includes('from all_tab_columns')) return this.#catalog();
    if (text.includes('from dual')) return { columns: ['NOW'], rows: [[this.#clock(-Number(binds[0]))]] };
    if (text.startsWith('select d.USER_ID')) return this.#assignmentRows(binds);
    const match = /^select (.*) from APPS\.(FND_USER|FND_RESPONSIBILITY_VL) t where (.*?)(?: order by (.*))?$/s.exec(text);
    if (match === null) throw new OracleError(942, `table or view does not exist: ${text}`);
    const [, list = '', table = '', condition = '', order] = match;
    const reading = new Reading(this, binds);
    const rows = (table === 'FND_USER' ? this.users : this.responsibilities).filter(conditionOf<UserRow>(condition, (leaf) => reading.condition(leaf)));
    if (order !== undefined) {
      const keys = splitOutside(order, /,/).map((key) => reading.expression(key));
      rows.sort((a, b) => keys.reduce((result, key) => (result === 0 ? compared(key(a), key(b)) : result), 0));
    }
    const columns = splitOutside(list, /,/).map((column) => { const [expression = '', label] = splitOutside(column, /\sas\s/); return { value: reading.expression(expression), label: label ?? expression.replace(/^t\./, '') }; });
    return { columns: columns.map(({ label }) => label), rows: rows.map((row) => columns.map(({ value }) => value(row))) };
  }

  #catalog(): { columns: string[]; rows: Cell[][] } {
    const names = Object.keys(this.responsibilities[0]!).filter((name) => this.hasEditions || !name.startsWith('ZD_'));
    return { columns: ['NAME', 'TYPE', 'NULLABLE', 'GENERATED', 'DIGITS', 'SCALE'], rows: names.map((name) => [name, 'VARCHAR2', 1, 0, null, null]) };
  }

  #assignmentRows(binds: readonly unknown[]): { columns: string[]; rows: Cell[][] } {
    const ids = binds.map(Number);
    return {
      columns: ['USER_ID', 'APPLICATION_SHORT_NAME', 'RESPONSIBILITY_KEY', 'SECURITY_GROUP_KEY', 'DESCRIPTION', 'START_DATE', 'END_DATE', 'IS_CURRENT'],
      rows: this.assignments.filter(({ userId }) => ids.includes(userId)).map((row) => [row.userId, row.application, row.key, row.group, row.description, row.start, row.end, row.end === null || row.end > this.now ? 1 : 0]),
    };
  }

  #clock(seconds: number): string {
    return new Date(Date.parse(`${this.now.replace(' ', 'T')}Z`) + seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
  }

  /** By user, of assignments. */
  latestChanges(): ReadonlyMap<number, string> {
    const latest = new Map<number, string>();
    for (const { userId, changed } of this.assignments) if (changed > (latest.get(userId) ?? '')) latest.set(userId, changed);
    return latest;
  }

  isEnabled(user: UserRow): boolean {
    return String(user['START_DATE']) <= this.now && (user['END_DATE'] === null || String(user['END_DATE']) > this.now);
  }

  call(text: string, binds: readonly unknown[]): void {
    this.statements.push(text);
    this.binds.push([...binds]);
    if (this.failing?.statement.test(text) === true) throw this.failing.error;
    const { procedure, values } = parseCall(tokensOf(text), binds, this.now);
    const today = `${this.now.slice(0, 10)} 00:00:00`;
    const name = String(values.get('x_user_name') ?? values.get('username') ?? '').toUpperCase();
    switch (procedure) {
      case 'CREATEUSER': return this.#create(name, values, today);
      case 'UPDATEUSER': return this.#update(this.user(name), values);
      case 'ENABLEUSER': return void Object.assign(this.user(name), { START_DATE: today, END_DATE: null, LAST_UPDATE_DATE: this.now, LAST_UPDATE_LOGIN: -1, LAST_UPDATED_BY: -1 });
      case 'DISABLEUSER': return void Object.assign(this.user(name), { END_DATE: today, LAST_UPDATE_DATE: this.now, LAST_UPDATE_LOGIN: -1, LAST_UPDATED_BY: -1 });
      case 'CHANGE_USER_NAME': return void Object.assign(this.user(String(values.get('x_old_user_name'))), { USER_NAME: String(values.get('x_new_user_name')), LAST_UPDATE_DATE: this.now });
      case 'ADDRESP': return this.#assign(this.user(name), values);
      case 'DELRESP': return this.#unassign(this.user(name), values, today);
      default: throw new OracleError(6550, `PLS-00302: component '${procedure}' must be declared`);
    }
  }

  #create(name: string, values: ReadonlyMap<string, Cell>, today: string): void {
    if (this.users.some(({ USER_NAME }) => USER_NAME === name)) throw new OracleError(20_001, 'The user already exists');
    const user: UserRow = {
      USER_ID: this.#nextId++, USER_NAME: name, LAST_UPDATE_DATE: this.now, LAST_UPDATED_BY: 1_015_131, CREATION_DATE: this.now, CREATED_BY: 1_015_131, LAST_UPDATE_LOGIN: 1_015_131, ENCRYPTED_USER_PASSWORD: `ZG${name}`,
      SESSION_NUMBER: 0, START_DATE: today, END_DATE: null, DESCRIPTION: null, LAST_LOGON_DATE: null, PASSWORD_DATE: null, PASSWORD_ACCESSES_LEFT: null, PASSWORD_LIFESPAN_ACCESSES: null, PASSWORD_LIFESPAN_DAYS: null, EMAIL_ADDRESS: null, FAX: null,
    };
    this.users.push(user);
    this.#set(user, values);
  }

  #update(user: UserRow, values: ReadonlyMap<string, Cell>): void {
    this.#set(user, values);
    Object.assign(user, { LAST_UPDATE_DATE: this.now, LAST_UPDATE_LOGIN: 1_015_131, LAST_UPDATED_BY: 1_015_131 });
  }

  #set(user: UserRow, values: ReadonlyMap<string, Cell>): void {
    const password = values.get('x_unencrypted_password');
    if (typeof password === 'string') {
      if (password.length < 5) throw new OracleError(20_001, 'FND_CHANGE_PASSWORD_FAILED: the password must be at least 5 characters long');
      this.passwords.set(String(user['USER_NAME']), password);
    }
    for (const [parameter, value] of values) {
      const column = parameter.slice(2).toUpperCase();
      if (!(column in user) || value === null || column === 'USER_NAME') continue;
      user[column] = value === EMPTY ? null : /^(SESSION|PASSWORD_(ACC|LIFE))/.test(column) ? Number(value) : value;
    }
  }

  #found(user: UserRow, values: ReadonlyMap<string, Cell>): AssignmentRow | undefined {
    const [application, key, group] = ['resp_app', 'resp_key', 'security_group'].map((name) => values.get(name));
    if (!this.responsibilities.some(({ RESPONSIBILITY_KEY }) => RESPONSIBILITY_KEY === key)) throw new OracleError(20_001, `The responsibility ${String(key)} is not valid`);
    return this.assignments.find((row) => row.userId === user['USER_ID'] && row.application === application && row.key === key && row.group === group);
  }

  #assign(user: UserRow, values: ReadonlyMap<string, Cell>): void {
    const row: AssignmentRow = {
      userId: Number(user['USER_ID']), application: String(values.get('resp_app')), key: String(values.get('resp_key')), group: String(values.get('security_group')),
      description: (values.get('description') ?? null) as string | null, start: String(values.get('start_date')), end: (values.get('end_date') ?? null) as string | null, changed: this.now,
    };
    const found = this.#found(user, values);
    if (found === undefined) this.assignments.push(row);
    else Object.assign(found, row);
  }

  #unassign(user: UserRow, values: ReadonlyMap<string, Cell>, today: string): void {
    const found = this.#found(user, values);
    if (found === undefined) throw new OracleError(20_001, 'The responsibility is not assigned');
    Object.assign(found, { end: today, description: null, changed: this.now });
  }

  snapshot(): () => void {
    const users = structuredClone(this.users);
    const assignments = structuredClone(this.assignments);
    return () => { this.users = users; this.assignments = assignments; };
  }
}

/** FND_USER_PKG.null_char and the like. */
const EMPTY = '\u0000empty';

const END = ['END;', ';END;'];

/** Procedure and named arguments of `begin APPS.FND_USER_PKG.procedure(name => value, …); end;`. */
function parseCall(tokens: readonly Token[], binds: readonly unknown[], now: string): { procedure: string; values: Map<string, Cell> } {
  const texts = tokens.map(({ text }) => text.toUpperCase());
  if (!texts.join('').startsWith('BEGINAPPS.FND_USER_PKG.')) throw new OracleError(6550, 'PLS-00201: identifier must be declared');
  if (!END.includes(texts.slice(-3).join(''))) throw new OracleError(6550, 'PLS-00103: Encountered the end');
  const at = texts.indexOf('(');
  const values = new Map<string, Cell>();
  for (let index = at + 1; texts[index] !== ')';) {
    if (texts[index + 1] !== '=>') throw new OracleError(6550, `PLS-00103: Encountered the symbol "${texts[index + 1] ?? ''}"`);
    const end = endOfArgument(texts, index + 2);
    values.set(texts[index]!.toLowerCase(), argument(texts.slice(index + 2, end), binds, now));
    index = end + (texts[end] === ',' ? 1 : 0);
  }
  return { procedure: texts[at - 1]!, values };
}

/** At the comma or the parenthesis behind it. */
function endOfArgument(texts: readonly string[], from: number): number {
  for (let at = from, depth = 0; at < texts.length; at++) {
    if (depth === 0 && (texts[at] === ',' || texts[at] === ')')) return at;
    depth += texts[at] === '(' ? 1 : texts[at] === ')' ? -1 : 0;
  }
  throw new OracleError(6550, 'PLS-00103: Encountered the end');
}

function argument(words: readonly string[], binds: readonly unknown[], now: string): Cell {
  const [first = ''] = words;
  if (first === 'NULL') return null;
  if (first === 'TO_DATE') return `${String(boundValue(binds, words[2]!))} 00:00:00`;
  if (first === 'TRUNC') return `${now.slice(0, 10)} 00:00:00`;
  return words.at(-1)!.startsWith('NULL_') ? EMPTY : boundValue(binds, first);
}

/** `:1` */
function boundValue(binds: readonly unknown[], place: string): Cell {
  const value = binds[Number(place.slice(1)) - 1] as Cell | bigint | undefined;
  return typeof value === 'bigint' ? value.toString() : value ?? null;
}

function compared(a: Cell, b: Cell): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

type Expression = (row: UserRow) => Cell;

/** Expressions of one of the connector's queries, read once for all rows. */
class Reading {
  readonly #ebs: FakeEbs;
  readonly #binds: readonly unknown[];
  readonly #changes: ReadonlyMap<number, string>;
  constructor(ebs: FakeEbs, binds: readonly unknown[]) { this.#ebs = ebs; this.#binds = binds; this.#changes = ebs.latestChanges(); }

  expression(given: string): Expression {
    const text = given.trim();
    for (const [form, read] of this.#forms) {
      const match = form.exec(text);
      if (match !== null) return read(match[1] ?? '');
    }
    const column = text.replace(/^t\./, '').toUpperCase();
    return (row) => {
      if (column in row) return row[column]!;
      throw new OracleError(904, `"${column}": invalid identifier`);
    };
  }

  readonly #forms: readonly (readonly [form: RegExp, read: (inner: string) => Expression])[] = [
    [/^to_char\((.*), 'DD-Mon-RR', 'NLS_DATE_LANGUAGE=AMERICAN'\)$/s, (inner) => { const of = this.expression(inner); return (row) => { const date = of(row); return date === null ? null : shown(String(date)); }; }],
    [/^to_char\((.*), 'YYYY-MM-DD HH24:MI:SS'\)$/s, (inner) => this.expression(inner)],
    [/^to_char\((t\.\w+)\)$/, (inner) => { const of = this.expression(inner); return (row) => String(of(row)); }],
    [/^to_date\((.*), 'YYYY-MM-DD(?: HH24:MI:SS)?'\)$/s, (inner) => this.expression(inner)],
    [/^greatest\(/, () => (row) => { const [own, ofOthers = ''] = [String(row['LAST_UPDATE_DATE']), this.#changes.get(Number(row['USER_ID']))]; return own > ofOthers ? own : ofOthers; }],
    [/^case when t\.START_DATE/, () => (row) => (this.#ebs.isEnabled(row) ? 1 : 0)],
    [/^(:\d+)$/, (place) => { const value = boundValue(this.#binds, place); return () => value; }],
  ];

  condition(leaf: string): (row: UserRow) => boolean {
    if (/^1 = [01]$/.test(leaf)) return () => leaf === '1 = 1';
    if (leaf.startsWith('exists (')) return this.#isAssigned(leaf);
    const pattern = /^(.*) like (:\d+) escape '\\'$/s.exec(leaf);
    if (pattern !== null) {
      const [held, asked] = [this.expression(pattern[1]!), String(boundValue(this.#binds, pattern[2]!))];
      return (row) => { const value = held(row); return value !== null && like(String(value), asked); };
    }
    const [left = '', right = ''] = splitOutside(leaf, / (?:<=|=|>) /);
    const operator = / (<=|=|>) /.exec(leaf.slice(left.length))![1];
    const [held, given] = [this.expression(left), this.expression(right)];
    return (row) => {
      const value = held(row);
      if (value === null) return false;
      const order = compared(value, typeof value === 'number' ? Number(given(row)) : given(row));
      return operator === '=' ? order === 0 : operator === '>' ? order > 0 : order <= 0;
    };
  }

  #isAssigned(leaf: string): (row: UserRow) => boolean {
    const test = /RESPONSIBILITY_KEY (=|like) (:\d+)/.exec(leaf)!;
    const asked = String(boundValue(this.#binds, test[2]!));
    return (row) => this.#ebs.assignments.some(({ userId, key, end }) => userId === row['USER_ID'] && (end === null || end > this.#ebs.now) && (test[1] === '=' ? key === asked : like(key, asked)));
  }
}

type Library = typeof import('oracledb');
interface ExecuteOptions { readonly resultSet?: boolean; readonly autoCommit?: boolean; readonly fetchTypeHandler?: (column: { readonly dbType: unknown }) => { readonly type: unknown } | undefined }

const library = createRequire(import.meta.url)('oracledb') as Library;
const { STRING, DB_TYPE_NUMBER, DB_TYPE_VARCHAR } = library;

/** From now on the library connects to these stand-ins; the rest of it is as it is. For the whole test file. */
export function replaceConnections(): void {
  vi.spyOn(library, 'getConnection').mockImplementation((async ({ user, password, connectString }: { readonly user: string; readonly password: string; readonly connectString: string }) => {
    const ebs = servers.get(connectString);
    if (ebs === undefined || ebs.isAway) throw Object.assign(new Error('NJS-503: connection to host could not be established'), { code: 'NJS-503' });
    if (user !== ebs.login.user || password !== ebs.login.password) throw new OracleError(1017, 'invalid username/password; logon denied');
    return new EbsConnection(ebs);
  }) as never);
}

class EbsConnection {
  readonly oracleServerVersionString = '19.21.0.0.0';
  readonly #ebs: FakeEbs;
  readonly #breaks: number;
  #isOpen = true;
  #undo: (() => void) | undefined;

  constructor(ebs: FakeEbs) {
    this.#ebs = ebs;
    this.#breaks = ebs.breaks;
    ebs.opened++;
  }

  isHealthy(): boolean { return this.#isOpen && this.#ebs.breaks === this.#breaks; }

  async execute(text: string, binds: readonly unknown[] = [], options: ExecuteOptions = {}): Promise<object> {
    if (!this.isHealthy()) throw Object.assign(new Error('NJS-500: connection to the database was closed or broken'), { code: 'NJS-500' });
    if (binds.some((bind) => bind !== null && typeof bind !== 'string' && typeof bind !== 'number')) throw Object.assign(new Error('NJS-011: encountered bind value and type mismatch'), { code: 'NJS-011' });
    if (/^(?:begin execute immediate|alter session) /i.test(text)) {
      this.#ebs.sessionStatements.push(text);
      return {};
    }
    if (!/^begin /i.test(text)) return this.#query(text, binds, options);
    if (options.autoCommit === false) this.#undo ??= this.#ebs.snapshot();
    this.#ebs.call(text, binds);
    return { rowsAffected: 0 };
  }

  /** A number is a double unless the type handler asks for text, as with the library. */
  #query(text: string, binds: readonly unknown[], { resultSet, fetchTypeHandler }: ExecuteOptions): object {
    const { columns, rows } = this.#ebs.query(text, binds);
    const metaData = columns.map((name, index) => {
      const dbType = rows.some((row) => typeof row[index] === 'number') ? DB_TYPE_NUMBER : DB_TYPE_VARCHAR;
      return { name, dbType, dbTypeName: dbType === DB_TYPE_NUMBER ? 'NUMBER' : 'VARCHAR2' };
    });
    const areTexts = metaData.map((column) => fetchTypeHandler?.(column)?.type === STRING);
    const given = rows.map((row) => row.map((cell, index) => (typeof cell === 'number' && areTexts[index] === true ? String(cell) : cell)));
    if (resultSet !== true) return { metaData, rows: given };
    this.#ebs.openCursors++;
    let at = 0;
    return { metaData, resultSet: { getRows: async (count: number) => given.slice(at, at += count), close: async () => { this.#ebs.openCursors--; } } };
  }

  async commit(): Promise<void> {
    this.#undo = undefined;
    this.#ebs.commits++;
  }

  async rollback(): Promise<void> {
    this.#undo?.();
    this.#undo = undefined;
  }

  async break(): Promise<void> {}

  async close(): Promise<void> {
    if (this.#isOpen) this.#ebs.closed++;
    this.#isOpen = false;
  }
}
