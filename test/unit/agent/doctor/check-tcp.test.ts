import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tryAddresses } from '../../../../agent/doctor/check-tcp.js';

let server: Server;
let port: number;
beforeEach(async () => {
  server = createServer((socket) => { socket.destroy(); }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => { server.close(); });

const patience = { timeout: 2_000, signal: new AbortController().signal };

it('the other address of localhost is no fault while one of them answers', async () => {
  expect(await tryAddresses(['::1', '127.0.0.1'], port, patience)).toMatchObject({ address: '127.0.0.1', what: expect.stringContaining('[::1]') as string });
  expect((await tryAddresses(['::1', '127.0.0.1'], port, patience)).problem).toBeUndefined();
});

it('an address of another machine that does not answer is one, though another answers', async () => {
  // Reserved for documentation (RFC 5737): nobody has it.
  expect((await tryAddresses(['192.0.2.1', '127.0.0.1'], port, { ...patience, timeout: 300 })).problem).toBe('tcp-some-addresses');
});

it('where no address of localhost answers, that is told', async () => {
  server.close();
  expect((await tryAddresses(['127.0.0.1'], port, patience)).problem).toBe('tcp-refused');
});
