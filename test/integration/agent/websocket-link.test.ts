import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linkWebSocket } from '../../../protocol/transport/websocket-link.js';
import type { FrameSocket } from '../../../protocol/session/contract.js';
import { until } from './support/test-controller.js';

let server: WebSocketServer;
let peer: WebSocket;
let link: FrameSocket;
let events: string[];

const listenTo = (socket: FrameSocket): void => {
  const mine = events; // a late close of one test must not be heard by the next
  socket.listen({
    onFrame: (frame) => { mine.push(`frame ${frame.length}`); },
    onText: () => { mine.push('text'); },
    onPong: () => { mine.push('pong'); },
    onClose: (code, reason) => { mine.push(`close ${code} ${reason}`); },
  });
};

beforeEach(async () => {
  events = [];
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await new Promise((resolve) => { server.once('listening', resolve); });
  const connected = new Promise<WebSocket>((resolve) => { server.once('connection', resolve); });
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { perMessageDeflate: false, maxPayload: 1000 });
  await new Promise((resolve, reject) => { socket.once('open', resolve).once('error', reject); });
  link = linkWebSocket(socket, 'test', undefined);
  peer = await connected;
});
afterEach(async () => {
  link.terminate();
  peer.terminate();
  await new Promise((resolve) => { server.close(resolve); });
});

describe('a WebSocket as a frame socket', () => {
  it('answers a frame above its limit with 1009, and says so to the session', async () => {
    listenTo(link);
    const closed = new Promise<number>((resolve) => { peer.once('close', resolve); });
    peer.send(Buffer.alloc(1001));
    expect(await closed).toBe(1009);
    await until(() => events.length > 0, 'the session to hear of it');
    expect(events).toEqual([expect.stringMatching(/^close 1006 .*payload/i)]);
  });

  it('rejects what is sent after the connection is gone', async () => {
    listenTo(link);
    peer.terminate();
    await until(() => events.length > 0, 'the close');
    await expect(link.send(new Uint8Array([1]))).rejects.toThrow(/not open/i);
    link.ping();
    link.close(1000, 'again');
  });

  it('rejects what waits to be flushed when the connection is cut', async () => {
    listenTo(link);
    peer.pause();
    const sends = Array.from({ length: 64 }, () => link.send(new Uint8Array(1_000_000)).then(() => 'sent', () => 'failed'));
    peer.terminate();
    expect(await Promise.all(sends)).toContain('failed');
  });

  it('loses no frame and no close that came before the session listened', async () => {
    peer.send(Buffer.alloc(3));
    peer.close(4000, 'bye');
    await until(() => peer.readyState !== WebSocket.OPEN, 'the peer to close');
    listenTo(link);
    await until(() => events.length === 2, 'both events');
    expect(events).toEqual(['frame 3', 'close 4000 bye']);
  });

  it('tells text from binary, and pongs', async () => {
    listenTo(link);
    peer.send('text');
    peer.send(Buffer.alloc(1000));
    link.ping();
    await until(() => events.length === 3, 'all events');
    expect(events.sort()).toEqual(['frame 1000', 'pong', 'text']);
  });

  it('cuts a close reason to what a frame can hold', async () => {
    listenTo(link);
    const closed = new Promise<string>((resolve) => { peer.once('close', (_code, reason) => { resolve(reason.toString()); }); });
    link.close(1001, 'ü'.repeat(200));
    expect(await closed).toBe('ü'.repeat(61));
  });

  it('hazard 08: sends one unfragmented, uncompressed frame, and leaves the bytes it was given alone', async () => {
    listenTo(link);
    const bytes = new Uint8Array(70_000).fill(7);
    const heard = new Promise<Buffer>((resolve) => { peer.once('message', (data) => { resolve(data as Buffer); }); });
    const raw: Buffer[] = [];
    const { _socket: tcp } = peer as unknown as { _socket: NodeJS.ReadableStream };
    tcp.prependListener('data', (chunk: Buffer) => raw.push(chunk));
    await link.send(bytes);
    expect(Buffer.compare(await heard, Buffer.alloc(70_000, 7))).toBe(0);
    expect(bytes.every((byte) => byte === 7)).toBe(true);
    expect(raw[0]![0]).toBe(0x82); // FIN, no RSV bit, binary
    expect(raw[0]![1]).toBe(0x80 | 127); // masked, 64-bit length: the whole message is in this one frame
    expect(raw[0]!.readBigUInt64BE(2)).toBe(70_000n);
  });
});
