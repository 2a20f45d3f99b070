import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { createAuthority, type Authority } from '../../../certs/index.js';
import { keepServerDialled } from '../../../controller/gateway/dial-server.js';
import type { Log } from '../../../controller/log.js';
import { GuardedString } from '../../../protocol/model/index.js';
import { createPeer } from '../../../protocol/session/peer.js';
import { until } from '../../support/until.js';

/** A connector server that knows nothing newer than TLS 1.2, as released Java servers. */

let folder: string;
let authority: Authority;
let server: Server;
const stop = new AbortController();
const warnings: string[] = [];
const log: Log = { debug: () => undefined, info: () => undefined, warn: (fields) => { warnings.push(JSON.stringify(fields)); }, error: () => undefined, child: () => log };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-dial-server-'));
  authority = await createAuthority(folder);
  const { certificate, privateKey } = await authority.issueController({ names: ['localhost'] });
  server = createServer({ cert: certificate, key: privateKey, maxVersion: 'TLSv1.2' });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
});
afterEach(async () => {
  stop.abort(new Error('over'));
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a connector server of TLS 1.2', () => {
  it('is not talked to unless the configuration allows it, and the log says how', async () => {
    let upgrades = 0;
    new WebSocketServer({ server }).on('connection', (socket) => {
      upgrades += 1;
      socket.close();
    });
    const remote = { name: 'rcs', host: 'localhost', port: (server.address() as AddressInfo).port, useSSL: true, key: new GuardedString('not used') };
    const dial = (minVersion: 'TLSv1.2' | 'TLSv1.3', signal: AbortSignal): Promise<void> =>
      keepServerDialled(remote, { peer: createPeer({ role: 'dialler', log }), ca: authority.certificate, minVersion, log, maxFrameBytes: 65_536 }, signal);
    const strict = new AbortController();
    const ended = dial('TLSv1.3', strict.signal);
    await until(() => warnings.some((line) => line.includes('systems.remoteServerMinVersion: TLSv1.2')), 'the reason');
    strict.abort(new Error('over'));
    await ended;
    expect(upgrades).toBe(0);
    void dial('TLSv1.2', stop.signal);
    await until(() => upgrades > 0, 'the connection');
  });
});
