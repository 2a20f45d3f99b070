import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Document } from 'bson';
import type { TlsFiles } from '../tls-files.js';
import { ClientConnection, type ServerState } from './client-connection.js';
import { ServerCursors } from './cursors.js';
import { Principals } from './principals.js';
import { Storage } from './storage.js';

export interface FakeMongoOptions {
  /** Asks for a login, as with `--auth`. */
  readonly auth?: boolean;
  /** Speaks TLS only. */
  readonly tls?: TlsFiles;
  /** False: a server by itself, without oplog. @default true */
  readonly replicaSet?: boolean;
  /** Further members it says the replica set has. */
  readonly members?: readonly string[];
}

/** A failure to come, as of `configureFailPoint`. */
export interface FailPoint {
  readonly command: string;
  /** Closes the connection `before` the command is carried out or `after`, never answers, or answers with this error. */
  readonly how: 'closeBefore' | 'closeAfter' | 'hang' | { readonly code: number; readonly message: string };
  times: number;
}

export interface FakeMongo {
  readonly host: string;
  readonly port: number;
  readonly uri: string;
  readonly storage: Storage;
  readonly principals: Principals;
  readonly cursors: ServerCursors;
  /** Names of the commands that came, in their order. */
  readonly commands: string[];
  readonly connectionCount: () => number;
  /** Connections there were in all. */
  readonly connectionsMade: () => number;
  /** Clients turned away because they spoke TLS. */
  readonly tlsRefused: () => number;
  failNext(failPoint: Omit<FailPoint, 'times'> & { readonly times?: number }): void;
  documents(database: string, collection: string): Document[];
  /** Breaks off all connections and takes no new ones; `resume` has everything as it was. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A stand-in for a MongoDB server, for there is none to be had here: the wire protocol and the commands as the manual has them, over
 * documents in memory. It stands for MongoDB 7.0 (wire version 21). What it does not know it refuses.
 */
export async function startFakeMongo(options: FakeMongoOptions = {}): Promise<FakeMongo> {
  const sockets = new Set<Socket>();
  const failPoints: FailPoint[] = [];
  const commands: string[] = [];
  const state: ServerState = {
    storage: new Storage(), principals: new Principals(), cursors: new ServerCursors(), options, commands, failPoints, answered: new Map(), address: '', tlsRefused: 0,
  };
  let made = 0;
  const serve = (socket: Socket): void => {
    made++;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    new ClientConnection(state, socket, made).start();
  };
  const listen = async (port: number): Promise<Server> => {
    const { tls } = options;
    const server = tls === undefined ? createServer(serve) : createTlsServer({ key: await readFile(tls.keyFile), cert: await readFile(tls.certificateFile), ca: await readFile(tls.caFile) }, serve);
    server.on('tlsClientError', () => undefined);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  state.address = `127.0.0.1:${port}`;
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    host: '127.0.0.1', port, uri: `mongodb://127.0.0.1:${port}`, storage: state.storage, principals: state.principals, cursors: state.cursors, commands,
    connectionCount: () => sockets.size, connectionsMade: () => made, tlsRefused: () => state.tlsRefused,
    failNext: ({ times = 1, ...failPoint }) => { failPoints.push({ ...failPoint, times }); },
    documents: (database, collection) => state.storage.find(database, collection, {}),
    pause: close,
    resume: async () => { server = await listen(port); },
    stop: async () => { if (server.listening) await close(); },
  };
}
