import { conditionOf, numbered, splitOutside, tokensOf, type Token } from './sql-statements.js';

/**
 * A stand-in for SAP HANA, of which there is none to test against: it understands the statements on users by the grammar of the SQL
 * reference, token by token, so that wrong quoting shows. Views have the columns of the reference. Nothing of it is HANA's own
 * behaviour but what the documentation says. hana-server.ts puts it behind the network protocol.
 */

export class HanaError extends Error {
  readonly code: number;
  constructor(code: number, message: string) { super(message); this.code = code; }
}

export interface FakeUser {
  id: number; name: string; password: string; restricted: boolean; createAny: boolean; clientConnect: boolean; changeNeeded: boolean; creator: string;
  validFrom: string; validUntil: string | null; kerberos: string | null; remote: boolean;
  mechanisms: Record<'PASSWORD' | 'KERBEROS' | 'SAML', boolean>;
  parameters: Map<string, string>; roles: Set<string>; system: Set<string>; application: Set<string>; saml: { provider: string; identity: string | null }[];
}

type Value = string | number | null;
type Row = Record<string, Value>;
export interface FakeRole { readonly id: number; readonly name: string; readonly schema: string | null; readonly creator: string }

const text = (flag: boolean): string => (flag ? 'TRUE' : 'FALSE');

export class FakeHana {
  readonly users = new Map<string, FakeUser>();
  readonly roles: FakeRole[] = [];
  readonly systemPrivileges = ['ADAPTER ADMIN', 'CATALOG READ', 'USER ADMIN', 'REPO.EXPORT', 'REPO.IMPORT', 'REPO.MAINTAIN_DELIVERY_UNITS'];
  readonly applicationPrivileges = ['sap.hana.backup::Admin', 'sap.hana.ide::Catalog'];
  readonly samlProviders = ['PROVIDER_NAME', 'AC_SAML'];
  /** Every statement, as the driver got it. */
  readonly statements: string[] = [];
  /** Makes matching statements fail. */
  failing: { readonly statement: RegExp; readonly error: Error } | undefined;
  openCursors = 0;
  login = { user: 'USERADM', password: 'Adm1nPassword' };
  #nextId = 100;

  constructor() {
    for (const [id, name] of ['PUBLIC', 'MODELING', 'RESTRICTED_USER_JDBC_ACCESS', 'ABAP_READ'].entries()) this.roles.push({ id: 2_361_415 + id, name, schema: null, creator: 'SYS' });
    this.roles.push({ id: 2_400_001, name: 'sap.hana.ide.roles::Developer', schema: null, creator: '_SYS_REPO' }, { id: 2_400_002, name: 'READER', schema: 'HR', creator: 'HR#OO' });
    for (const name of ['SYS', 'SYSTEM']) this.#add(name, 'Passw0rdPassw0rd', false);
  }

  #add(name: string, password: string, restricted: boolean): FakeUser {
    const user: FakeUser = {
      id: this.#nextId++, name, password, restricted, createAny: !restricted, clientConnect: !restricted, changeNeeded: true, creator: this.login.user, validFrom: '2024-01-02T03:04:05.6780000', validUntil: null,
      kerberos: null, remote: false, mechanisms: { PASSWORD: true, KERBEROS: false, SAML: false }, parameters: new Map(), roles: new Set(restricted ? [] : ['PUBLIC']), system: new Set(), application: new Set(), saml: [],
    };
    this.users.set(name, user);
    return user;
  }

  /** Rows, or undefined for a statement that has none. */
  run(statement: string, values: readonly Value[]): Row[] | undefined {
    this.statements.push(statement);
    if (this.failing?.statement.test(statement) === true) throw this.failing.error;
    if (/^select /i.test(statement)) return this.#select(numbered(statement), values);
    this.#change(new Tokens(tokensOf(numbered(statement)), values));
    return undefined;
  }

  #view(view: string): Row[] {
    const users = [...this.users.values()];
    switch (view) {
      case 'DUMMY': return [{ DUMMY: 'X' }];
      case 'M_DATABASE': return [{ VERSION: '2.00.059.00' }];
      case 'USERS': return users.map((user) => ({
        USER_ID: user.id, USER_NAME: user.name, USER_MODE: 'LOCAL', CREATOR: user.creator, VALID_FROM: user.validFrom, VALID_UNTIL: user.validUntil, IS_RESTRICTED: text(!user.roles.has('PUBLIC') && !user.createAny),
        IS_CLIENT_CONNECT_ENABLED: text(user.clientConnect), HAS_REMOTE_USERS: text(user.remote), PASSWORD_CHANGE_NEEDED: text(user.changeNeeded), IS_KERBEROS_ENABLED: text(user.mechanisms.KERBEROS),
        IS_SAML_ENABLED: text(user.mechanisms.SAML), IS_PASSWORD_ENABLED: text(user.mechanisms.PASSWORD), EXTERNAL_IDENTITY: user.kerberos,
      }));
      case 'USER_PARAMETERS': return users.flatMap((user) => [...user.parameters].map(([PARAMETER, VALUE]) => ({ USER_NAME: user.name, PARAMETER, VALUE })));
      case 'ROLES': return this.roles.map(({ id, name, schema, creator }) => ({ ROLE_ID: id, ROLE_NAME: name, ROLE_SCHEMA_NAME: schema, ROLE_MODE: 'LOCAL', GLOBAL_IDENTITY: null, CREATOR: creator }));
      case 'PRIVILEGES': return [...this.systemPrivileges.map((NAME) => ({ NAME, TYPE: 'SYSTEMPRIVILEGE' })), ...this.applicationPrivileges.map((NAME) => ({ NAME, TYPE: 'APPLICATIONPRIVILEGE' }))];
      case 'GRANTED_ROLES': return users.flatMap((user) => [...user.roles].map((role) => {
        const [name = '', schema = null] = role.split('\u0000').reverse();
        return { GRANTEE: user.name, GRANTEE_TYPE: 'USER', ROLE_SCHEMA_NAME: schema, ROLE_NAME: name };
      }));
      case 'GRANTED_PRIVILEGES': return users.flatMap((user) => [
        ...[...user.system].map((PRIVILEGE) => ({ GRANTEE: user.name, GRANTEE_TYPE: 'USER', OBJECT_TYPE: 'SYSTEMPRIVILEGE', PRIVILEGE })),
        ...[...user.application].map((PRIVILEGE) => ({ GRANTEE: user.name, GRANTEE_TYPE: 'USER', OBJECT_TYPE: 'APPLICATIONPRIVILEGE', PRIVILEGE })),
      ]);
      case 'SAML_PROVIDERS': return this.samlProviders.map((SAML_PROVIDER_NAME) => ({ SAML_PROVIDER_NAME }));
      case 'SAML_USER_MAPPINGS': return users.flatMap((user) => user.saml.map(({ provider, identity }) => ({ USER_NAME: user.name, SAML_PROVIDER_NAME: provider, EXTERNAL_IDENTITY: identity })));
      default: throw new HanaError(259, `invalid table name: Could not find table/view ${view} in schema SYS`);
    }
  }

  #select(statement: string, values: readonly Value[]): Row[] {
    const match = /^select (.+?) from (?:sys\.)?(\w+)(?: where (.+?))?(?: order by (.+?))?(?: limit (\d+|:\d+)(?: offset (\d+|:\d+))?)?$/is.exec(statement.trim());
    if (match === null) throw new HanaError(257, `sql syntax error: ${statement}`);
    const [, list = '', view = '', condition, order, limit] = match;
    const valueOf = (operand: string): Value => {
      const plain = operand.trim();
      if (plain.startsWith(':')) return values[Number(plain.slice(1)) - 1] ?? null;
      return plain.startsWith("'") ? plain.slice(1, -1).replaceAll("''", "'") : Number(plain);
    };
    const rows = this.#view(view.toUpperCase()).filter(condition === undefined ? () => true : conditionOf<Row>(condition, (leaf) => (row) => holds(leaf, row, valueOf)));
    const key = order?.toUpperCase();
    if (key !== undefined) rows.sort((a, b) => (compare(a[key] ?? null, b[key] ?? null)));
    const most = limit === undefined ? rows.length : Number(valueOf(limit));
    const columns = splitOutside(list, /,/).map((column) => column.toUpperCase());
    return rows.slice(0, most).map((row) => Object.fromEntries(columns.map((column) => [column, column in row ? row[column]! : 1])));
  }

  #user(name: string): FakeUser {
    const user = this.users.get(name);
    if (user === undefined) throw new HanaError(332, `invalid user name: ${name}`);
    return user;
  }

  #change(tokens: Tokens): void {
    const verb = tokens.word();
    if (verb === 'CREATE') this.#create(tokens);
    else if (verb === 'ALTER') { tokens.expect('USER'); this.#alter(this.#user(tokens.identifier()), tokens); } else if (verb === 'DROP') {
      tokens.expect('USER');
      const user = this.#user(tokens.identifier());
      tokens.expect('RESTRICT');
      this.users.delete(user.name);
    } else if (verb === 'GRANT' || verb === 'REVOKE') this.#grant(tokens, verb === 'GRANT');
    else if (verb === 'CALL') this.#call(tokens);
    else throw new HanaError(257, `sql syntax error: incorrect syntax near "${verb}"`);
    tokens.end();
  }

  #create(tokens: Tokens): void {
    const restricted = tokens.take('RESTRICTED');
    tokens.expect('USER');
    const name = tokens.identifier();
    if (this.users.has(name)) throw new HanaError(331, `user name already exists: ${name}`);
    tokens.expect('PASSWORD');
    const password = checked(tokens.identifier());
    const user = this.#add(name, password, restricted);
    user.changeNeeded = !tokens.take('NO', 'FORCE_FIRST_PASSWORD_CHANGE');
    if (tokens.take('WITH', 'IDENTITY')) while (!tokens.isOver && !tokens.sees('VALID') && !tokens.sees('SET')) this.#identity(user, tokens);
    if (tokens.take('VALID')) validity(user, tokens);
    if (tokens.take('SET', 'PARAMETER')) setParameters(user, tokens);
  }

  #identity(user: FakeUser, tokens: Tokens): void {
    const identity = tokens.take('ANY') ? null : tokens.literal();
    tokens.expect('FOR');
    if (tokens.take('KERBEROS')) { user.kerberos = identity; return; }
    tokens.expect('SAML', 'PROVIDER');
    const provider = tokens.identifier();
    if (!this.samlProviders.includes(provider)) throw new HanaError(399, `SAML provider name is invalid: ${provider}`);
    user.saml.push({ provider, identity });
  }

  #alter(user: FakeUser, tokens: Tokens): void {
    if (tokens.sees('PASSWORD') || tokens.sees('FORCE')) alterPassword(user, tokens);
    else if (tokens.take('VALID')) validity(user, tokens);
    else if (tokens.sees('ADD') || tokens.sees('DROP')) this.#alterIdentity(user, tokens);
    else if (tokens.sees('ENABLE') || tokens.sees('DISABLE')) alterMechanism(user, tokens);
    else if (tokens.sees('GRANT') || tokens.sees('REVOKE')) alterRestriction(user, tokens);
    else alterParameters(user, tokens);
  }

  #alterIdentity(user: FakeUser, tokens: Tokens): void {
    if (tokens.take('ADD', 'IDENTITY')) return this.#identity(user, tokens);
    tokens.expect('DROP', 'IDENTITY');
    if (tokens.take('FOR', 'KERBEROS')) { user.kerberos = null; return; }
    const dropped: FakeUser = { ...user, saml: [] };
    this.#identity(dropped, tokens);
    user.saml = user.saml.filter(({ provider, identity }) => !dropped.saml.some((gone) => gone.provider === provider && gone.identity === identity));
  }

  #grant(tokens: Tokens, grant: boolean): void {
    const identifiers: string[] = [];
    const words: string[] = [];
    while (!tokens.sees(grant ? 'TO' : 'FROM')) {
      if (tokens.isIdentifier) { identifiers.push(tokens.identifier()); tokens.symbol('.'); } else words.push(tokens.word());
    }
    tokens.word();
    const user = this.#user(tokens.identifier());
    const system = words.length > 0 ? words.join(' ') : identifiers.join('.');
    const isSystem = this.systemPrivileges.includes(system) && (words.length > 0 || identifiers.length === 2);
    if (isSystem) return change(user.system, system, grant);
    if (words.length > 0) throw new HanaError(257, `sql syntax error: incorrect syntax near "${system}"`);
    change(user.roles, this.#catalogRole(identifiers), grant);
  }

  /** As GRANTED_ROLES keeps it: with its schema, if it has one. */
  #catalogRole(identifiers: readonly string[]): string {
    const [schema, name] = identifiers.length === 2 ? identifiers : [null, identifiers[0]];
    const role = this.roles.find((held) => held.name === name && held.schema === schema);
    if (role === undefined || role.name === 'PUBLIC') throw new HanaError(389, `invalid role name: ${identifiers.join('.')}`);
    if (role.creator === '_SYS_REPO') throw new HanaError(258, 'insufficient privilege: Not authorized');
    return role.schema === null ? role.name : `${role.schema}\u0000${role.name}`;
  }

  #call(tokens: Tokens): void {
    if (tokens.identifier() !== '_SYS_REPO' || !tokens.symbol('.')) throw new HanaError(328, 'invalid name of function or procedure');
    const procedure = tokens.identifier();
    tokens.symbol('(');
    const first = tokens.value();
    tokens.symbol(',');
    const user = this.#user(tokens.value());
    tokens.symbol(')');
    const grant = procedure.startsWith('GRANT_');
    if (procedure.endsWith('_ACTIVATED_ROLE')) change(user.roles, first, grant);
    else change(user.application, /^"(.*)"$/.exec(first)![1]!.replaceAll('""', '"'), grant);
  }
}

function alterPassword(user: FakeUser, tokens: Tokens): void {
  if (tokens.take('FORCE', 'PASSWORD', 'CHANGE')) {
    user.changeNeeded = true;
    return;
  }
  tokens.expect('PASSWORD');
  user.password = checked(tokens.identifier());
  user.changeNeeded = !tokens.take('NO', 'FORCE_FIRST_PASSWORD_CHANGE');
}

function alterMechanism(user: FakeUser, tokens: Tokens): void {
  const enabled = tokens.word() === 'ENABLE';
  if (tokens.take('CLIENT', 'CONNECT')) user.clientConnect = enabled;
  else user.mechanisms[tokens.word() as keyof FakeUser['mechanisms']] = enabled;
}

function alterParameters(user: FakeUser, tokens: Tokens): void {
  if (tokens.take('SET', 'PARAMETER')) setParameters(user, tokens);
  if (tokens.take('CLEAR', 'PARAMETER')) do user.parameters.delete(tokens.words()); while (tokens.symbol(','));
}

function alterRestriction(user: FakeUser, tokens: Tokens): void {
  const grant = tokens.word() === 'GRANT';
  if (tokens.take('ROLE', 'PUBLIC')) return change(user.roles, 'PUBLIC', grant);
  tokens.expect('CREATE', 'ANY', 'ON', 'OWN', 'SCHEMA');
  user.createAny = grant;
}

function change(set: Set<string>, name: string, grant: boolean): void {
  if (grant) set.add(name);
  else set.delete(name);
}

/** The documented default policy, Aa1, at least eight characters. */
function checked(password: string): string {
  if (password.length < 8) throw new HanaError(412, 'invalid password layout: minimal password length is 8');
  if (!/[A-Z]/.test(password) || !/[a-z]/.test(password) || !/\d/.test(password)) throw new HanaError(412, "invalid password layout: password has to meet the rule ['A1a']");
  return password;
}

function validity(user: FakeUser, tokens: Tokens): void {
  // What is left out is reset, as the reference has it: NOW and FOREVER are the defaults.
  user.validFrom = '2024-06-01T12:00:00.0000000';
  user.validUntil = null;
  if (tokens.take('FROM') && !tokens.take('NOW')) user.validFrom = `${tokens.literal().replace(' ', 'T')}.0000000`;
  if (tokens.take('UNTIL') && !tokens.take('FOREVER')) user.validUntil = `${tokens.literal().replace(' ', 'T')}.0000000`;
}

function setParameters(user: FakeUser, tokens: Tokens): void {
  do {
    const name = tokens.words();
    tokens.symbol('=');
    user.parameters.set(name, tokens.literal());
  } while (tokens.symbol(','));
}

function compare(a: Value, b: Value): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

function holds(leaf: string, row: Row, valueOf: (operand: string) => Value): boolean {
  if (/^1 = [01]$/.test(leaf)) return leaf === '1 = 1';
  const list = /^(upper\()?(\w+)\)? (not )?in \((.*)\)$/is.exec(leaf);
  if (list !== null) {
    const held = String(row[list[2]!.toUpperCase()]);
    const found = splitOutside(list[4]!, /,/).some((operand) => String(valueOf(operand)) === (list[1] === undefined ? held : held.toUpperCase()));
    return found === (list[3] === undefined);
  }
  const comparison = /^(\w+) (=|>) (.+)$/s.exec(leaf);
  if (comparison === null) throw new HanaError(257, `sql syntax error: ${leaf}`);
  const held = row[comparison[1]!.toUpperCase()];
  if (held === undefined) throw new HanaError(260, `invalid column name: ${comparison[1]!}`);
  const given = valueOf(comparison[3]!);
  const order = compare(held, typeof held === 'number' ? Number(given) : given);
  return held !== null && (comparison[2] === '=' ? order === 0 : order > 0);
}

/** Reads a statement from left to right; anything unexpected is a syntax error, as at the database. */
class Tokens {
  readonly #tokens: readonly Token[];
  readonly #values: readonly Value[];
  #at = 0;
  constructor(tokens: readonly Token[], values: readonly Value[]) { this.#tokens = tokens; this.#values = values; }
  get #next(): Token | undefined { return this.#tokens[this.#at]; }
  get isOver(): boolean { return this.#next === undefined; }
  get isIdentifier(): boolean { return this.#next?.kind === 'identifier'; }
  #fail(): never { throw new HanaError(257, `sql syntax error: incorrect syntax near "${this.#next?.text ?? 'the end'}"`); }
  #read(kind: Token['kind']): string { const token = this.#next; if (token?.kind !== kind) this.#fail(); this.#at++; return token.text; }
  word(): string { return this.#read('word'); }
  identifier(): string { return this.#read('identifier'); }
  literal(): string { return this.#read('literal'); }
  value(): string { const at = this.#read('symbol'); return String(this.#values[Number(at.slice(1)) - 1] ?? ''); }
  sees(word: string): boolean { return this.#next?.kind === 'word' && this.#next.text === word; }
  symbol(text: string): boolean { if (this.#next?.kind !== 'symbol' || this.#next.text !== text) return false; this.#at++; return true; }
  take(...words: readonly string[]): boolean {
    if (!words.every((word, index) => { const token = this.#tokens[this.#at + index]; return token?.kind === 'word' && token.text === word; })) return false;
    this.#at += words.length;
    return true;
  }
  expect(...words: readonly string[]): void { if (!this.take(...words)) this.#fail(); }
  words(): string { const words: string[] = []; while (this.#next?.kind === 'word') words.push(this.word()); if (words.length === 0) this.#fail(); return words.join(' '); }
  end(): void { if (!this.isOver) this.#fail(); }
}
