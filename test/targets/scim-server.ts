import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { secret } from '../support/secret-values.js';

type Kept = Record<string, unknown> & { readonly id: string };
type Given = Record<string, unknown> & { readonly displayName?: string; readonly userName?: string };

/** A SCIM 2.0 service of other people's making: the npm packages scimmy and scimmy-routers over users and groups in memory. */
export interface ScimServer {
  readonly name: string;
  /** Up to and with `/scim/v2`. */
  readonly address: string;
  readonly token: string;
  readonly users: Map<string, Kept>;
  readonly groups: Map<string, Kept>;
  /** Requests being answered. */
  readonly open: number;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

// The package keeps its resources for the whole process: whoever started last answers.
let store = { users: new Map<string, Kept>(), groups: new Map<string, Kept>() };

/** Handlers of one type: what has an id is read, or replaced; what has none is all there is, or made. */
function handlers(kept: () => Map<string, Kept>, unique: 'userName' | 'displayName') {
  const found = (id: string): Kept => {
    const object = kept().get(id);
    if (object === undefined) throw new SCIMMY.Types.Error(404, null as unknown as string, `Resource ${id} not found`);
    return object;
  };
  return {
    egress: ({ id, filter }: { readonly id?: string; readonly filter?: { match(values: readonly Kept[]): Kept[] } }) => {
      if (id !== undefined) return found(id);
      const all = [...kept().values()];
      return filter === undefined ? all : filter.match(all);
    },
    ingress: ({ id }: { readonly id?: string }, given: Given): Kept => {
      const old = id === undefined ? undefined : found(id);
      if ([...kept().values()].some((each) => each.id !== id && String(each[unique]).toLowerCase() === String(given[unique]).toLowerCase())) throw new SCIMMY.Types.Error(409, 'uniqueness', `${unique} is taken`);
      const now = new Date();
      const made = (old?.['meta'] as { readonly created: Date } | undefined)?.created ?? now;
      const object: Kept = { ...JSON.parse(JSON.stringify(given)) as Given, id: id ?? randomUUID(), meta: { created: made, lastModified: now } };
      kept().set(object.id, object);
      return object;
    },
    degress: ({ id }: { readonly id?: string }): void => {
      found(id ?? '');
      kept().delete(id!);
    },
  };
}

let isDeclared = false;

function declare(): void {
  if (isDeclared) return;
  isDeclared = true;
  SCIMMY.Resources.declare(SCIMMY.Resources.User, handlers(() => store.users, 'userName'));
  SCIMMY.Resources.declare(SCIMMY.Resources.Group, handlers(() => store.groups, 'displayName'));
  SCIMMY.Config.set({ patch: true, filter: true, sort: true, bulk: true });
}

/** Starts it on a port of 127.0.0.1; one at a time in a process. */
export async function startScimServer(): Promise<ScimServer> {
  declare();
  const mine = store = { users: new Map<string, Kept>(), groups: new Map<string, Kept>() };
  const token = secret('bearer token of the SCIM server');
  let open = 0;
  const app = express();
  app.use((_request, response, next) => {
    open++;
    response.once('close', () => { open--; });
    next();
  });
  app.use('/scim/v2', new SCIMMYRouters({
    type: 'bearer',
    handler: (request) => {
      if (request.header('authorization') !== `Bearer ${token}`) throw new Error('the bearer token is not good');
      return 'connector';
    },
  }) as unknown as express.RequestHandler);
  const server: Server = createServer(app);
  let port = 0;
  const resume = async (): Promise<void> => {
    await new Promise<void>((resolve, reject) => { server.once('error', reject).listen(port, '127.0.0.1', resolve); });
    port = (server.address() as AddressInfo).port;
  };
  const pause = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => { server.close(() => resolve()); });
    server.closeAllConnections();
    await closed;
  };
  await resume();
  return {
    name: 'scimmy-routers 1.3.2 (scimmy 1.3.5)', address: `http://127.0.0.1:${port}/scim/v2`, token, ...mine,
    get open() { return open; },
    pause, resume, stop: async () => { if (server.listening) await pause(); },
  };
}
