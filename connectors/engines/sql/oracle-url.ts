import { decoded, refuseAddress, serverOf, type JdbcAddress, type Server } from './jdbc-address.js';

/**
 * What follows `jdbc:oracle:`: `thin:@//host:port/service`, `thin:@host:port:sid`, `thin:@tcps://…`, `thin:@(DESCRIPTION=…)`.
 * https://docs.oracle.com/en/database/oracle/oracle-database/19/jjdbc/data-sources-and-URLs.html
 */
export function oracleAddress(rest: string): JdbcAddress {
  const at = rest.indexOf('@');
  const mode = rest.slice(0, at < 0 ? rest.length : at).toLowerCase();
  if (at < 0 || !/^(thin|oci8?):/.test(mode)) refuseAddress('after jdbc:oracle: it needs thin:@//host:port/service.');
  if (!mode.endsWith(':')) refuseAddress('give the user in the properties username and password, not in the address.');
  const connect = rest.slice(at + 1).trim();
  return connect.startsWith('(') ? described(connect) : placed(connect);
}

/** `host:port:sid`, `//host:port/service`, `tcps://host:port/service`, each with `?name=value&…`. */
function placed(connect: string): JdbcAddress {
  const [place = '', query = ''] = connect.split('?', 2);
  const parameters = parametersOf(query);
  const bySid = /^(?:\/\/)?([^:/]+|\[[^\]]+\]):(\d+):([\w$#.]+)$/.exec(place);
  if (bySid !== null) return { ...sid(serverOf(`${bySid[1] ?? ''}:${bySid[2] ?? ''}`, 1521), bySid[3] ?? ''), parameters };
  return { ...easyConnect(place), parameters };
}

/** https://docs.oracle.com/en/database/oracle/oracle-database/19/netag/configuring-naming-methods.html: Easy Connect */
function easyConnect(place: string): Omit<JdbcAddress, 'parameters'> {
  const match = /^(?:(tcps?):)?(?:\/\/)?([^/\s]+)\/([\w$#.-]+)(?::[\w-]+)?$/i.exec(place);
  if (match === null) refuseAddress('a name of tnsnames.ora cannot be used; give //host:port/service.');
  const [, protocol = 'tcp', hosts = '', service = ''] = match;
  const given = hosts.split(',');
  if (given.length > 1 && given.some((one) => !/:\d+$/.test(one))) refuseAddress('of several servers each needs its port: //host1:port,host2:port/service.');
  const servers = given.map((one) => serverOf(one, 1521));
  const secure = protocol.toLowerCase() === 'tcps' ? 'tcps://' : '';
  return { dialect: 'oracle', servers, database: service, connectString: `${secure}${servers.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',')}/${service}` };
}

function parametersOf(query: string): ReadonlyMap<string, string> {
  return new Map(query.split('&').filter((text) => text !== '').map((text): [string, string] => {
    const [name = '', value = ''] = text.split('=', 2);
    return [name.toLowerCase(), decoded(value)];
  }));
}

/** The driver takes no host:port:sid, but a description with it. */
function sid(server: Server, name: string): JdbcAddress {
  const connectString = `(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=${server.host})(PORT=${server.port}))(CONNECT_DATA=(SID=${name})))`;
  return { dialect: 'oracle', servers: [server], database: name, parameters: new Map(), connectString };
}

/** What the driver reads of it has to be what policy is told of it, so anything that the two might read differently is refused. */
function described(description: string): JdbcAddress {
  // A comma is no host, nor a port.
  const text = description.replace(/=\s*"[^"\\()]*"/g, '=,');
  if (/["'\\#]|\(\s*https_proxy/i.test(text)) refuseAddress('its (DESCRIPTION=…) may have no proxy, comment or escaped character, and quotes around whole values only.');
  const [before = '', ...addresses] = text.split(/\(\s*ADDRESS\s*=/i);
  const servers = addresses.map(addressOf);
  if (servers.length === 0 || HOST_OR_PORT.test(before)) refuseAddress(EACH_ADDRESS);
  const service = /\(\s*(?:SERVICE_NAME|SID)\s*=\s*([^()\s]+)\s*\)/i.exec(text)?.[1];
  return { dialect: 'oracle', servers, database: service, parameters: new Map(), connectString: description };
}

const EACH_ADDRESS = 'its (DESCRIPTION=…) needs one HOST and one PORT in each ADDRESS.';
const HOST_OR_PORT = /\(\s*(?:HOST|PORT)\s*=/i;

function addressOf(text: string): Server {
  const names = text.match(new RegExp(HOST_OR_PORT, 'gi')) ?? [];
  const host = /\(\s*HOST\s*=\s*([^()\s]+)\s*\)/i.exec(text)?.[1];
  const port = /\(\s*PORT\s*=\s*(\d+)\s*\)/i.exec(text)?.[1];
  if (names.length !== 2 || host === undefined || port === undefined) refuseAddress(EACH_ADDRESS);
  return serverOf(`${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`, 1521);
}
