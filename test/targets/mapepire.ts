import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { ClError, type FakeIbmI, type ProfileRow } from './ibm-i.js';
import type { TlsFiles } from './tls-files.js';

/**
 * A Mapepire server in front of a stand-in for IBM i. Protocol: JSON messages over wss at /db/, Basic authentication, request
 * types and answer fields as https://mapepire-ibmi.github.io and the server's sources publish them
 * (github.com/Mapepire-IBMi/mapepire-server: RunCL, PrepareSql, RunSqlMore, CloseSqlCursor, Ping, DbSocketCreator). As there, any
 * credentials get a WebSocket unless the password has a colon, and only `connect` finds out that they are wrong, by the words of
 * its JDBC driver; and a statement is kept until `sqlclose`, whether its rows were all read or it failed.
 */
export interface MapepireServer {
  readonly port: number;
  readonly host: FakeIbmI;
  readonly seen: { connections: number; pings: number; requests: string[]; openCursors: Set<string>; keptStatements: Set<string>; sql: string[] };
  /** Waited for before a request of the type is answered, or a CL command of that name. */
  readonly gates: Map<string, Promise<void>>;
  /** Ends every connection, as when the server goes away. */
  drop(): void;
  /** Reads no more of any connection and keeps them open, as when the way to it is cut. */
  mute(): void;
  stop(): Promise<void>;
}

interface Message { readonly id: string; readonly type: string; readonly sql: string; readonly parameters: readonly string[]; readonly rows: number; readonly cont_id: string; readonly cmd: string }
const EMPTY = { sql: '', parameters: [], rows: 100, cont_id: '', cmd: '' };

/** What a command leaves in the log of a job that logs its commands, the command itself first. */
function jobLog(cmd: string, message: object): object[] {
  return [{ MESSAGE_ID: null, MESSAGE_TYPE: 'COMMAND', MESSAGE_TEXT: cmd }, message];
}

/** The statements the connector sends, and no others: Db2 would say SQL0104. */
function rowsFor(host: FakeIbmI, sql: string, parameters: readonly string[]): ProfileRow[] {
  if (sql === 'VALUES CURRENT TIMEZONE') return [{ '00001': 53_000 }];
  const [, columns, sign, condition = ''] = /^SELECT (\*|AUTHORIZATION_NAME) FROM QSYS2\.USER_INFO_BASIC WHERE COALESCE\(GROUP_ID_NUMBER, 0\) (=|<>) 0(.*) ORDER BY AUTHORIZATION_NAME$/.exec(sql) ?? [];
  if (sign === undefined) throw Object.assign(new Error(`[SQL0104] Token not valid: ${sql}`), { state: '42601' });
  const [value = ''] = parameters;
  const pattern = new RegExp(`^${[...value.replaceAll(/!([!%_])/g, (_, character: string) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`).matchAll(/\\u\{[0-9a-f]+\}|./gu)].map(([part]) => (part === '%' ? '.*' : part === '_' ? '.' : part.length > 1 ? part : part.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&'))).join('')}$`, 'u');
  const isListed = (name: string) => !host.unlisted.has(name);
  const isMatch = condition === '' ? isListed : condition.includes('LIKE') ? (name: string) => isListed(name) && pattern.test(name) : (name: string) => name === value;
  return [...host.rows.values()].filter((row) => (row['GROUP_ID_NUMBER'] === 0) === (sign === '=') && isMatch(String(row['AUTHORIZATION_NAME'])))
    .sort((a, b) => (String(a['AUTHORIZATION_NAME']) < String(b['AUTHORIZATION_NAME']) ? -1 : 1))
    .map((row) => (columns === '*' ? row : { AUTHORIZATION_NAME: row['AUTHORIZATION_NAME'] ?? null }));
}

export async function startMapepire(host: FakeIbmI, tls: Pick<TlsFiles, 'certificateFile' | 'keyFile'>, credentials = 'QSECADM:SECRET1', port = 0): Promise<MapepireServer> {
  const seen = { connections: 0, pings: 0, requests: [] as string[], openCursors: new Set<string>(), keptStatements: new Set<string>(), sql: [] as string[] };
  const gates = new Map<string, Promise<void>>();
  const server = createServer({ cert: await readFile(tls.certificateFile), key: await readFile(tls.keyFile) });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const given = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString('utf8').split(':');
    if (request.url !== '/db/' || given.length !== 2) {
      socket.end(`HTTP/1.1 ${request.url === '/db/' ? '403 Invalid Authorization header' : '404 Not Found'}\r\n\r\n`);
      return;
    }
    const [user = '', password = ''] = given;
    sockets.handleUpgrade(request, socket, head, (client) => { serve(client, `${user.toUpperCase()}:${password}` === credentials); });
  });

  function page(id: string, rows: ProfileRow[], count: number, cursors: Map<string, ProfileRow[]>): object {
    const data = rows.splice(0, count);
    const isDone = rows.length === 0 && data.length < count;
    if (isDone) cursors.delete(id);
    else cursors.set(id, rows);
    seen.openCursors[isDone ? 'delete' : 'add'](id);
    return { success: true, has_results: true, data, is_done: isDone };
  }

  function answer({ id, type, sql, parameters, rows, cont_id: cursor, cmd }: Message, cursors: Map<string, ProfileRow[]>): object {
    switch (type) {
      case 'ping': return { success: true, alive: true };
      case 'prepare_sql_execute': seen.sql.push(sql); seen.keptStatements.add(id); return page(id, rowsFor(host, sql, parameters), rows, cursors);
      case 'sqlmore': return page(cursor, cursors.get(cursor) ?? [], rows, cursors);
      case 'sqlclose': cursors.delete(cursor); seen.openCursors.delete(cursor); seen.keptStatements.delete(cursor); return { success: true };
      case 'cl': host.run(cmd); return { success: true, data: jobLog(cmd, { MESSAGE_ID: 'CPC2191', MESSAGE_TYPE: 'COMPLETION', MESSAGE_TEXT: 'Done.' }), is_done: true };
      default: return { success: false, error: `Unknown request type: ${type}` };
    }
  }

  function failed(error: unknown, cmd: string): object {
    if (error instanceof ClError) {
      return { success: false, error: `[SQL0443] ${error.message}`, sql_state: '38501', sql_rc: -443, is_done: true, data: jobLog(cmd, { MESSAGE_ID: error.id, MESSAGE_TYPE: 'ESCAPE', MESSAGE_TEXT: error.message }) };
    }
    return { success: false, error: (error as Error).message, sql_state: (error as { state?: string }).state ?? 'HY000', sql_rc: -104 };
  }

  function signOn(isSignedOn: boolean): object {
    if (isSignedOn) return { success: true, job: '123456/QUSER/QZDASOINIT' };
    return { success: false, error: 'The application server rejected the connection. (Password is incorrect.)', sql_state: '08004', sql_rc: -99_999 };
  }

  function serve(client: WebSocket, isSignedOn: boolean): void {
    const connection = ++seen.connections;
    const cursors = new Map<string, ProfileRow[]>();
    const statements = new Set<string>();
    client.on('ping', () => { seen.pings++; });
    client.on('close', () => { for (const id of statements) { seen.openCursors.delete(id); seen.keptStatements.delete(id); } });
    client.on('message', (data: Buffer) => {
      const message = { ...EMPTY, ...(JSON.parse(data.toString('utf8')) as Partial<Message>) } as Message;
      seen.requests.push(message.type);
      // Ids are a connection's own; what is seen of them is all connections'.
      const [id, cursor] = [`${connection}/${message.id}`, `${connection}/${message.cont_id}`];
      statements.add(id);
      void (gates.get(message.type) ?? gates.get(message.cmd.split(' ')[0] ?? '') ?? Promise.resolve()).then(() => {
        let body: object;
        try {
          body = message.type === 'connect' ? signOn(isSignedOn) : answer({ ...message, id, cont_id: cursor }, cursors);
        } catch (error) {
          body = failed(error, message.cmd);
        }
        client.send(`${JSON.stringify({ id: message.id, ...body, execution_time: 1 })}\n`);
      });
    });
  }

  await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  const drop = (): void => { for (const client of sockets.clients) client.terminate(); };
  return {
    port: (server.address() as AddressInfo).port, host, seen, gates, drop,
    mute: () => { for (const client of sockets.clients) client.pause(); },
    stop: () => new Promise<void>((resolve) => { drop(); server.close(() => { resolve(); }); server.closeAllConnections(); }),
  };
}
