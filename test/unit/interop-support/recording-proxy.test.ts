import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { RecordingProxy } from '../../interop/support/recording-proxy.js';
import { until } from '../../support/until.js';

const open: (() => Promise<void>)[] = [];
afterEach(async () => { for (const close of open.splice(0).reverse()) await close(); });

/** A WebSocket server that answers each message with itself twice over, and a proxy in front of it. */
async function echo(maxBytes?: number): Promise<RecordingProxy> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer, binary) => { socket.send(Buffer.concat([data, data]), { binary }); });
  });
  open.push(() => new Promise((resolve) => {
    for (const client of server.clients) client.terminate();
    server.close(() => { resolve(); });
  }));
  return proxied((server.address() as AddressInfo).port, maxBytes);
}

async function proxied(port: number, maxBytes?: number): Promise<RecordingProxy> {
  const proxy = await RecordingProxy.start({ port, ...(maxBytes === undefined ? {} : { maxBytes }) });
  open.push(() => proxy.stop());
  return proxy;
}

async function dialled(proxy: RecordingProxy): Promise<{ socket: WebSocket; received: Buffer[] }> {
  const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/openicf`);
  const received: Buffer[] = [];
  socket.on('message', (data: Buffer) => { received.push(data); });
  await once(socket, 'open');
  return { socket, received };
}

/** A TCP server whose connections the test handles itself. */
async function tcp(accept: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, accept);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => new Promise((resolve) => { server.close(() => { resolve(); }); }));
  return (server.address() as AddressInfo).port;
}

const sizes = [0, 1, 125, 126, 65_535, 65_536, 3_000_000];
const payload = (size: number): Buffer => Buffer.alloc(size, size & 255);

test('the server being away ends the connection of the client', async () => {
  const port = await tcp(() => undefined);
  await open.pop()!();
  const proxy = await proxied(port);
  const socket = connect(proxy.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise((resolve) => { socket.once('close', resolve); });
});

test('a refused upgrade passes through and is told of', async () => {
  const port = await tcp((socket) => {
    socket.once('data', () => { socket.end('HTTP/1.1 401 Unauthorized. \r\n\r\n'); });
  });
  const proxy = await proxied(port);
  const socket = connect(proxy.port, '127.0.0.1');
  socket.write('GET /openicf HTTP/1.1\r\nUpgrade: websocket\r\n\r\n');
  const [answer] = await once(socket, 'data') as [Buffer];
  expect(answer.toString()).toBe('HTTP/1.1 401 Unauthorized. \r\n\r\n');
  await until(() => proxy.problems.length === 1, 'the refusal to be noticed');
  socket.destroy();
});

test('one end closed leaves the other direction open', async () => {
  const port = await tcp((socket) => {
    socket.on('data', () => undefined).once('end', () => { socket.end('said after the end'); });
  });
  const socket = connect((await proxied(port)).port, '127.0.0.1');
  socket.end('GET');
  const [answer] = await once(socket, 'data') as [Buffer];
  expect(answer.toString()).toBe('said after the end');
});

test('a client that does not read holds the server back', async () => {
  let written = 0;
  let held = false;
  const port = await tcp((socket) => {
    socket.on('error', () => undefined);
    const chunk = Buffer.alloc(256 * 1024);
    const more = (): void => {
      while (socket.write(chunk)) written += chunk.length;
      held = true;
    };
    socket.on('drain', more);
    more();
  });
  const proxy = await proxied(port);
  const socket = connect(proxy.port, '127.0.0.1').pause();
  socket.on('error', () => undefined);
  await until(() => held, 'the server to be held back');
  let last = -1;
  await until(() => {
    const still = last === written;
    last = written;
    return still;
  }, 'the flow to stop');
  expect(written).toBeLessThan(64 * 1024 * 1024);
  socket.destroy();
});

test('messages of every length pass unchanged and are recorded in both directions', async () => {
  const proxy = await echo();
  const { socket, received } = await dialled(proxy);
  for (const size of sizes) socket.send(payload(size), { binary: true });
  await until(() => received.length === sizes.length, 'the answers');
  expect(received.map(({ length }) => length)).toEqual(sizes.map((size) => 2 * size));
  const recorded = (direction: string): Buffer[] => proxy.messages.filter((message) => message.direction === direction).map(({ bytes }) => bytes);
  expect(recorded('toServer').map((bytes, i) => bytes.equals(payload(sizes[i]!)))).toEqual(sizes.map(() => true));
  expect(recorded('toClient').map((bytes, i) => bytes.equals(payload(2 * sizes[i]!).fill(sizes[i]! & 255)))).toEqual(sizes.map(() => true));
  expect(proxy).toMatchObject({ dropped: 0, problems: [] });
  socket.terminate();
});

test('connections are told apart', async () => {
  const proxy = await echo();
  const first = await dialled(proxy);
  const second = await dialled(proxy);
  second.socket.send(Buffer.from([2]));
  await until(() => second.received.length === 1, 'the second answer');
  first.socket.send(Buffer.from([1]));
  await until(() => first.received.length === 1, 'the first answer');
  expect(proxy.messages.map(({ connection, direction, bytes }) => [connection, direction, bytes.toString('hex')])).toEqual([
    [1, 'toServer', '02'], [1, 'toClient', '0202'], [0, 'toServer', '01'], [0, 'toClient', '0101'],
  ]);
  first.socket.terminate();
  second.socket.terminate();
});

test('what exceeds the limit passes but is not kept', async () => {
  const proxy = await echo(1000);
  const { socket, received } = await dialled(proxy);
  for (const size of [100, 5000, 50]) socket.send(payload(size));
  await until(() => received.length === 3, 'the answers');
  expect(proxy.messages.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBe(100 + 200 + 50 + 100);
  expect(proxy.dropped).toBe(2);
  socket.terminate();
});
