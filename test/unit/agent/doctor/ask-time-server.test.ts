import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { askTimeServer } from '../../../../agent/doctor/ask-time-server.js';
import { startTimeServer, timePacket, type TimeServer, type TimeServerTraits } from '../../../faults/doctor/time-server.js';

const patience = (timeout = 5_000, signal = new AbortController().signal) => ({ timeout, signal });
const HOUR = 3_600_000;
const servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function server(traits: TimeServerTraits = {}): Promise<TimeServer & { readonly host: string }> {
  const started = await startTimeServer(traits);
  servers.push(started);
  return { ...started, host: '127.0.0.1' };
}

describe('no time is told', () => {
  it('where nobody listens: at once, by the word of the other machine', async () => {
    const gone = await startTimeServer();
    await gone.close();
    expect(await askTimeServer({ host: '127.0.0.1', port: gone.port }, patience(60_000), Date.now)).toEqual({ kind: 'silent', why: 'nothing listens there (ECONNREFUSED)' });
  });

  it('where packets vanish: when the time there is is over', async () => {
    expect(await askTimeServer(await server({ silent: true }), patience(50), Date.now)).toEqual({ kind: 'silent', why: expect.stringMatching(/^no answer within/) as string });
  });

  it('by an answer that does not repeat the question', async () => {
    expect(await askTimeServer(await server({ origin: Buffer.alloc(8, 7) }), patience(300), Date.now)).toEqual({ kind: 'untrusted', why: expect.stringContaining('another question') as string });
  });

  it('to one who has given up: nothing waits on', async () => {
    const stop = new AbortController();
    const silent = await server({ silent: true });
    const asking = askTimeServer(silent, patience(60_000, stop.signal), Date.now);
    stop.abort(new Error('enough'));
    await expect(asking).rejects.toThrow('enough');
  });
});

it('packets of others are not read, though they repeat the question; that of the server asked counts', async () => {
  const stranger = createSocket('udp4');
  stranger.bind(0, '127.0.0.1');
  await once(stranger, 'listening');
  const asked = createSocket('udp4');
  asked.on('message', (question, from) => {
    stranger.send(timePacket(question, Date.now(), { ahead: 10 * HOUR }), from.port, from.address, () => {
      asked.send(timePacket(question, Date.now()), from.port, from.address);
    });
  });
  asked.bind(0, '127.0.0.1');
  await once(asked, 'listening');
  servers.push(...[stranger, asked].map((socket) => ({ close: () => new Promise<void>((resolve) => { socket.close(() => { resolve(); }); }) })));
  const told = await askTimeServer({ host: '127.0.0.1', port: asked.address().port }, patience(), Date.now);
  expect(told.kind === 'time' ? Math.abs(told.ahead) : Infinity).toBeLessThan(2_000);
});

it('a forged answer that comes first is waited past', async () => {
  const asked = createSocket('udp4');
  asked.on('message', (question, from) => {
    asked.send(timePacket(question, Date.now(), { ahead: 10 * HOUR, origin: Buffer.from('guessed!') }), from.port, from.address, () => {
      asked.send(timePacket(question, Date.now()), from.port, from.address);
    });
  });
  asked.bind(0, '127.0.0.1');
  await once(asked, 'listening');
  servers.push({ close: () => new Promise<void>((resolve) => { asked.close(() => { resolve(); }); }) });
  const told = await askTimeServer({ host: '127.0.0.1', port: asked.address().port }, patience(), Date.now);
  expect(told.kind === 'time' ? Math.abs(told.ahead) : Infinity).toBeLessThan(2_000);
});

it('how far this machine is ahead, by its clock as it is handed in; each question is another', async () => {
  const right = await server();
  for (const off of [-HOUR, 0, HOUR]) {
    const told = await askTimeServer(right, patience(), () => Date.now() + off);
    expect(told).toMatchObject({ kind: 'time', stratum: 2 });
    expect(told.kind === 'time' ? Math.abs(told.ahead - off) : Infinity).toBeLessThan(2_000);
  }
  expect(new Set(right.asked.map((packet) => packet.toString('hex', 40, 48))).size).toBe(3);
});
