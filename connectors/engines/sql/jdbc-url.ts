import type { ConnectorTarget } from '../../../protocol/model/index.js';
import type { SqlDialectName } from './dialect.js';
import { decoded, given, refuseAddress, serverOf, type JdbcAddress, type Server } from './jdbc-address.js';
import { oracleAddress } from './oracle-url.js';

const UNDERSTOOD = 'jdbc:postgresql:, jdbc:mysql:, jdbc:mariadb:, jdbc:sqlserver:, jdbc:jtds:sqlserver:, jdbc:oracle:thin:, jdbc:sap: and jdbc:pglite:';

const THROUGH_JAVA = 'is reached through Java or local libraries only, which this agent has not. An embedded database is jdbc:pglite:<directory>.';
const BY_NATIVE_CODE = 'has no driver here: IBM offers native code only (ibm_db). For Db2 on IBM i use the as400 connector.';

/** Known by name and why they are not supported. */
const REFUSED: Readonly<Record<string, string>> = {
  h2: `H2 ${THROUGH_JAVA}`, hsqldb: `HSQLDB ${THROUGH_JAVA}`, derby: `Apache Derby ${THROUGH_JAVA}`, sqlite: `SQLite ${THROUGH_JAVA}`, ucanaccess: `Microsoft Access ${THROUGH_JAVA}`,
  odbc: `ODBC ${THROUGH_JAVA}`, db2: `Db2 ${BY_NATIVE_CODE}`, as400: `Db2 for i ${BY_NATIVE_CODE}`,
};

/** Throws `configuration` for an address that is not understood. No I/O. */
export function parseJdbcUrl(url: string): JdbcAddress {
  const match = /^jdbc:([a-z0-9]+)(?::|$)/i.exec(url.trim());
  if (match === null) refuseAddress(`it has to be a JDBC address, one of ${UNDERSTOOD}`);
  const product = (match[1] ?? '').toLowerCase();
  const rest = url.trim().slice(match[0].length);
  const parse = Object.hasOwn(PARSERS, product) ? PARSERS[product] : undefined;
  if (parse !== undefined) return parse(rest);
  const why = Object.hasOwn(REFUSED, product) ? REFUSED[product] : undefined;
  refuseAddress(why ?? `jdbc:${product}: is not understood, only ${UNDERSTOOD} are.`);
}

/** Where an address leads, for policy. */
export function jdbcTargets(url: string): readonly ConnectorTarget[] {
  const address = parseJdbcUrl(url);
  if (address.dialect !== 'embedded') return address.servers;
  return address.directory === undefined ? [] : [{ path: address.directory }];
}

const PARSERS: Readonly<Record<string, (rest: string) => JdbcAddress>> = {
  postgresql: (rest) => withQuery('postgresql', rest, 5432),
  mysql: (rest) => withQuery('mysql', withoutFailoverMode(rest), 3306),
  mariadb: (rest) => withQuery('mariadb', withoutFailoverMode(rest), 3306),
  sqlserver: sqlServer,
  jtds,
  oracle: oracleAddress,
  sap: (rest) => withQuery('hana', rest.replace(/^[^?]*/, (servers) => servers.replaceAll(';', ',')), 30_015),
  pglite: embedded,
};

/** `jdbc:mysql:loadbalance://a,b/` and the like: the servers are tried in their order. */
function withoutFailoverMode(rest: string): string {
  const mode = /^(loadbalance|replication|failover|sequential):(?=\/\/)/i.exec(rest);
  return mode === null ? rest : rest.slice(mode[0].length);
}

/** `//host:port,host:port/database?name=value&name=value`; PostgreSQL also takes the database alone. */
function withQuery(dialect: SqlDialectName, rest: string, port: number): JdbcAddress {
  const [path = '', ...queries] = rest.split('?');
  const parameters = new Map(queries.join('?').split('&').filter((pair) => pair !== '').map(pair));
  if (!path.startsWith('//')) {
    if (dialect !== 'postgresql') refuseAddress(`after jdbc:${dialect}: it needs //host:port/database.`);
    return { dialect, servers: [{ host: 'localhost', port }], database: given(decoded(path.replace(/^\//, ''))), parameters };
  }
  const slash = path.indexOf('/', 2);
  const hosts = slash < 0 ? path.slice(2) : path.slice(2, slash);
  const database = slash < 0 ? undefined : given(decoded(path.slice(slash + 1)));
  return { dialect, servers: serversOf(hosts, port), database: database ?? parameters.get('databasename'), parameters };
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text.toLowerCase(), ''] : [decoded(text.slice(0, at)).toLowerCase(), decoded(text.slice(at + 1))];
}

function serversOf(hosts: string, port: number): Server[] {
  if (/[()@]/.test(hosts)) refuseAddress('give servers as host:port, separated by commas, and the user in the property username.');
  return hosts.split(',').map((entry) => serverOf(entry.trim(), port));
}

/** `//host[\\instance][:port][;name=value]*`, https://learn.microsoft.com/en-us/sql/connect/jdbc/building-the-connection-url */
function sqlServer(rest: string): JdbcAddress {
  const { authority, parameters } = semicolons('sqlserver', rest);
  const match = /^(\[[^\]]+\]|[^\\:]*)(?:\\([^:]*))?(?::(\d+))?$/.exec(authority);
  if (match === null) refuseAddress(`${JSON.stringify(authority)} is no host\\instance:port.`);
  const [, host, ofAuthority, portOfHost] = match;
  const parameter = (...names: readonly string[]): string | undefined => names.map((name) => parameters.get(name)).find((value) => value !== undefined);
  const [name = '', ofName = ''] = (given(host) ?? parameter('servername', 'server') ?? 'localhost').split('\\');
  const port = given(portOfHost) ?? parameter('portnumber', 'port');
  const instance = given(ofAuthority) ?? given(ofName) ?? parameter('instancename');
  return {
    dialect: 'sqlserver', parameters, database: parameter('databasename', 'database'),
    servers: [named(name, port), ...partners(parameter('failoverpartner'))],
    // With a port the browser service is not asked.
    instance: port === undefined ? instance : undefined,
  };
}

/** One with an instance of its own cannot be asked for it beside that of the first. */
function partners(name: string | undefined): Server[] {
  return name === undefined || name.includes('\\') ? [] : [named(name, undefined)];
}

/** As a property an IPv6 address has no brackets. */
function named(name: string, port: string | undefined): Server {
  const host = name.split(':').length > 2 && !name.startsWith('[') ? `[${name}]` : name;
  return serverOf(port === undefined ? host : `${host}:${port}`, 1433);
}

/** `sqlserver://host[:port][/database][;name=value]*` of the jTDS driver. */
function jtds(rest: string): JdbcAddress {
  const match = /^sqlserver:/i.exec(rest);
  if (match === null) refuseAddress('of jTDS only jdbc:jtds:sqlserver: is understood.');
  const { authority, parameters } = semicolons('jtds:sqlserver', rest.slice(match[0].length));
  const [host = '', database] = authority.split('/', 2);
  return {
    dialect: 'sqlserver', servers: [serverOf(host, 1433)], database: given(database ?? '') ?? parameters.get('databasename'), parameters,
    instance: parameters.get('instance'), isJtds: true,
  };
}

/** Values may be in braces, which then may hold semicolons: `{a;b}`, `}}` for `}`. */
function semicolons(product: string, rest: string): { readonly authority: string; readonly parameters: ReadonlyMap<string, string> } {
  if (!rest.startsWith('//')) refuseAddress(`after jdbc:${product}: it needs //host:port.`);
  const end = rest.indexOf(';');
  const authority = rest.slice(2, end < 0 ? rest.length : end);
  const parameters = new Map(splitProperties(end < 0 ? '' : rest.slice(end)).map((text): [string, string] => {
    const at = text.indexOf('=');
    const value = at < 0 ? '' : text.slice(at + 1).trim();
    const name = (at < 0 ? text : text.slice(0, at)).trim().toLowerCase();
    return [name, value.startsWith('{') && value.endsWith('}') ? value.slice(1, -1).replaceAll('}}', '}') : value];
  }));
  return { authority, parameters };
}

function splitProperties(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '{') at = closingBrace(text, at);
    if (at < text.length && text[at] !== ';') continue;
    parts.push(text.slice(start, at));
    start = at + 1;
  }
  return parts.filter((part) => part.trim() !== '');
}

/** Index of the `}` that is not one of two; the length of the text where there is none. */
function closingBrace(text: string, from: number): number {
  let at = text.indexOf('}', from);
  while (at >= 0 && text[at + 1] === '}') at = text.indexOf('}', at + 2);
  return at < 0 ? text.length : at;
}

/** `memory` or a directory of the agent's disk. */
function embedded(rest: string): JdbcAddress {
  const directory = rest.replace(/^file:/, '');
  if (directory === '') refuseAddress('after jdbc:pglite: it needs a directory, or memory.');
  return { dialect: 'embedded', servers: [], database: undefined, parameters: new Map(), directory: directory === 'memory' ? undefined : directory };
}
