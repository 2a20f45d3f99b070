import type { AddressInfo, Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FrameSocket } from '../../../../protocol/session/contract.js';
import { wireBytes, wireLength } from '../../../../protocol/transport/frame-bytes.js';
import { linkWebSocket } from '../../../../protocol/transport/websocket-link.js';
import { until } from '../../../support/until.js';

/** Lengths around the borders of WebSocket's three length forms. */
const LENGTHS = [0, 1, 125, 126, 127, 65_535, 65_536, 100_000];

let server: WebSocketServer;
let links: { readonly client: FrameSocket; readonly server: FrameSocket };
let transports: { readonly client: Socket; readonly server: Socket };
let received: { readonly client: Buffer[]; readonly server: Buffer[] };
let closings: string[];

function listenTo(socket: FrameSocket, frames: Buffer[]): void {
  const mine = closings;
  socket.listen({
    onFrame: (frame) => { frames.push(Buffer.from(frame)); }, onText: () => undefined, onPong: () => undefined,
    onClose: (code, reason) => { mine.push(`${code} ${reason}`); },
  });
}

beforeEach(async () => {
  closings = [];
  received = { client: [], server: [] };
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await new Promise((resolve) => { server.once('listening', resolve); });
  const accepted = new Promise<{ socket: WebSocket; transport: Socket }>((resolve) => {
    server.once('connection', (socket, request) => { resolve({ socket, transport: request.socket }); });
  });
  const dialled = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { perMessageDeflate: false });
  let transport: Socket | undefined;
  dialled.once('upgrade', (response) => { transport = response.socket; });
  await new Promise((resolve, reject) => { dialled.once('open', resolve).once('error', reject); });
  const far = await accepted;
  transports = { client: transport!, server: far.transport };
  links = { client: linkWebSocket(dialled, 'client', transport), server: linkWebSocket(far.socket, 'server', far.transport) };
});
afterEach(async () => {
  links.client.terminate();
  links.server.terminate();
  await new Promise((resolve) => { server.close(resolve); });
});

describe.each(['client', 'server'] as const)('messages written by a %s', (role) => {
  const other = role === 'client' ? 'server' : 'client';

  it('arrive whole and in order, at every length and in one go; the library at the other end accepts them', async () => {
    listenTo(links.client, received.client);
    listenTo(links.server, received.server);
    const messages = LENGTHS.map((length, index) => Buffer.alloc(length, index + 1));
    await links[role].send(...messages);
    await until(() => received[other].length === messages.length, 'all messages');
    expect(received[other]).toEqual(messages);
    expect(closings).toEqual([]);
  });

  it('leave in one write when sent in one turn, and before a close frame', async () => {
    listenTo(links.client, received.client);
    listenTo(links.server, received.server);
    let writes = 0;
    const transport = transports[role];
    const write = transport.write.bind(transport) as (...args: unknown[]) => boolean;
    transport.write = ((...args: unknown[]) => {
      writes++;
      return write(...args);
    });
    const sent = Promise.all([links[role].send(Buffer.from('one')), links[role].send(Buffer.from('two'))]);
    links[role].close(1000, 'done');
    const writesOfMessages = writes;
    await sent;
    await until(() => closings.length === 2, 'both ends to be closed');
    expect(writesOfMessages).toBeLessThanOrEqual(3);     // ours, and the header and reason of the close frame
    expect(received[other].map(String)).toEqual(['one', 'two']);
    expect(closings).toEqual(['1000 done', '1000 done']);
    await expect(links[role].send(Buffer.from('three'))).rejects.toThrow(/not open/i);
  });

  it('mix with pings', async () => {
    listenTo(links.client, received.client);
    listenTo(links.server, received.server);
    for (let count = 0; count < 20; count++) {
      links[other].ping();                               // answered between our messages
      links[role].ping();
      await links[role].send(Buffer.alloc(1_000, count), Buffer.alloc(40_000, count));
    }
    await until(() => received[other].length === 40, 'all messages');
    expect(received[other].map(({ length }) => length)).toEqual(Array.from({ length: 40 }, (_, n) => n % 2 === 0 ? 1_000 : 40_000));
    expect(closings).toEqual([]);
  });

  it('that wait are failed when the connection is cut', async () => {
    listenTo(links.client, received.client);
    const sending = links[role].send(Buffer.from('never'));
    links[role].terminate();
    await expect(sending).rejects.toThrow();
  });
});

it('masks each message of a client by a key of its own', () => {
  const message = Buffer.from('the same message');
  const wire = wireBytes([message, message], 'client');
  expect(wire).toHaveLength(wireLength([message, message], 'client'));
  const [first, second] = [wire.subarray(0, wire.length / 2), wire.subarray(wire.length / 2)];
  for (const frame of [first, second]) {
    expect([frame[0], frame[1]]).toEqual([0x82, 0x80 | message.length]);
    const key = frame.subarray(2, 6);
    expect(Buffer.from(frame.subarray(6).map((byte, index) => byte ^ key[index % 4]!)).toString()).toBe('the same message');
  }
  expect(first.subarray(2, 6).equals(second.subarray(2, 6))).toBe(false);
});
