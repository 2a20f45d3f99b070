import { refuseAddress, serverOf, type JdbcAddress, type Server } from './jdbc-address.js';

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
  const bySid = /^(?:\/\/)?([^:/]+):(\d+):([\w$#.]+)$/.exec(place);
  if (bySid !== null) return { ...sid(serverOf(`${bySid[1] ?? ''}:${bySid[2] ?? ''}`, 1521), bySid[3] ?? ''), parameters };
  return { ...easyConnect(place), parameters };
}

/** https://docs.oracle.com/en/database/oracle/oracle-database/19/netag/configuring-naming-methods.html: Easy Connect */
function easyConnect(place: string): Omit<JdbcAddress, 'parameters'> {
  const match = /^(?:(tcps?):)?(?:\/\/)?([^/:\s]+|\[[^\]]+\])(?::(\d+))?\/([\w$#.-]+)(?::[\w-]+)?$/i.exec(place);
  if (match === null) refuseAddress('a name of tnsnames.ora cannot be used; give //host:port/service.');
  const [, protocol = 'tcp', host = '', port = '1521', service = ''] = match;
  const server = serverOf(`${host}:${port}`, 1521);
  const secure = protocol.toLowerCase() === 'tcps' ? 'tcps://' : '';
  return { dialect: 'oracle', servers: [server], database: service, connectString: `${secure}${host}:${server.port}/${service}` };
}

function parametersOf(query: string): ReadonlyMap<string, string> {
  return new Map(query.split('&').filter((text) => text !== '').map((text): [string, string] => {
    const [name = '', value = ''] = text.split('=', 2);
    return [name.toLowerCase(), decodeURIComponent(value)];
  }));
}

/** The driver takes no host:port:sid, but a description with it. */
function sid(server: Server, name: string): JdbcAddress {
  const connectString = `(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=${server.host})(PORT=${server.port}))(CONNECT_DATA=(SID=${name})))`;
  return { dialect: 'oracle', servers: [server], database: name, parameters: new Map(), connectString };
}

function described(description: string): JdbcAddress {
  const hosts = [...description.matchAll(/\(\s*HOST\s*=\s*([^()\s]+)\s*\)/gi)].map((match) => match[1] ?? '');
  const ports = [...description.matchAll(/\(\s*PORT\s*=\s*(\d+)\s*\)/gi)].map((match) => match[1] ?? '');
  if (hosts.length === 0 || hosts.length !== ports.length) refuseAddress('its (DESCRIPTION=…) needs a HOST and a PORT in each ADDRESS.');
  const service = /\(\s*(?:SERVICE_NAME|SID)\s*=\s*([^()\s]+)\s*\)/i.exec(description)?.[1];
  return {
    dialect: 'oracle', servers: hosts.map((host, index) => serverOf(`${host}:${ports[index] ?? ''}`, 1521)), database: service,
    parameters: new Map(), connectString: description,
  };
}
