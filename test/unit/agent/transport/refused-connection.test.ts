import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { certificateOnly } from '../../../../agent/transport/authorization.js';
import { dial } from '../../../../agent/transport/dial.js';
import { until } from '../../../support/until.js';

let server: Server;
beforeEach(async () => {
  // Takes the upgrade for a plain request, reads it to its end, and keeps the connection for further ones, for ever.
  server = createServer((request, response) => {
    request.resume().once('end', () => { response.writeHead(503, { 'Content-Type': 'application/json' }).end('{"message":"not now"}'); });
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const connections = (): Promise<number> => new Promise((resolve, reject) => { server.getConnections((error, count) => { if (error === null) resolve(count); else reject(error); }); });

it('an answer that is no upgrade leaves no connection open, though its sender would keep it', async () => {
  const url = new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/openicf`);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const dialling = dial({ url, tls: {}, authorization: certificateOnly, connectTimeout: 5000, maxFrameBytes: 1_048_576, userAgent: 'test' }, new AbortController().signal);
    await expect(dialling).rejects.toThrow(/503.*not now/);
  }
  await until(async () => await connections() === 0, 'the connections to be closed', 4000);
});
