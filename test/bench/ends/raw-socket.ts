import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { KeyFiles } from '../../support/causeway-world.js';

/**
 * A WebSocket over the same mutual TLS, with the `ws` package alone: what the transport costs. One process listens and another
 * dials, as controller and agent do.
 */
export type RawSocketMethods = Awaited<ReturnType<typeof methods>>;

const tlsOf = (keys: KeyFiles) => ({ ca: readFileSync(keys.ca), cert: readFileSync(keys.certificate), key: readFileSync(keys.key) });

/** Sends so many frames of so many bytes as fast as the socket takes them. */
async function stream(socket: WebSocket, { frames, bytes }: { readonly frames: number; readonly bytes: number }): Promise<void> {
  const frame = Buffer.alloc(bytes, 0x61);
  for (let sent = 0; sent < frames; sent++) {
    const flushed = new Promise<void>((resolve) => { socket.send(frame, { binary: true, compress: false }, () => resolve()); });
    if (socket.bufferedAmount > 64 * 1024) await flushed;
  }
}

function answer(socket: WebSocket): void {
  let echo = Buffer.alloc(0);
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) {
      socket.send(echo, { binary: true, compress: false });
      return;
    }
    const asked = JSON.parse(data.toString()) as { echoBytes?: number; frames?: number; bytes?: number };
    if (asked.echoBytes !== undefined) echo = Buffer.alloc(asked.echoBytes, 0x62);
    else stream(socket, { frames: asked.frames ?? 0, bytes: asked.bytes ?? 0 }).catch(() => socket.terminate());
  });
}

export async function methods() {
  let socket: WebSocket | undefined;
  const open = (): WebSocket => socket ?? (() => { throw new Error('Nothing was dialled.'); })();
  return {
    /** Answers the port. */
    async listen({ keys }: { readonly keys: KeyFiles }): Promise<number> {
      const server = createServer({ ...tlsOf(keys), requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' });
      new WebSocketServer({ server, perMessageDeflate: false }).on('connection', answer);
      await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
      return (server.address() as AddressInfo).port;
    },

    async dial({ keys, port }: { readonly keys: KeyFiles; readonly port: number }): Promise<void> {
      const dialled = socket = new WebSocket(`wss://localhost:${port}/`, { ...tlsOf(keys), perMessageDeflate: false });
      await new Promise<void>((resolve, reject) => { dialled.once('open', resolve).once('error', reject); });
    },

    /** Milliseconds until so many frames have come. */
    async receive({ frames, bytes }: { readonly frames: number; readonly bytes: number }): Promise<number> {
      const dialled = open();
      const startedAt = performance.now();
      let left = frames;
      await new Promise<void>((resolve) => {
        const take = (): void => {
          if (--left > 0) return;
          dialled.off('message', take);
          resolve();
        };
        dialled.on('message', take);
        dialled.send(JSON.stringify({ frames, bytes }));
      });
      return performance.now() - startedAt;
    },

    /** Milliseconds of each of `count` questions and answers of these sizes, so many under way at a time. */
    async echo({ count, concurrency, requestBytes, answerBytes }: { readonly count: number; readonly concurrency: number; readonly requestBytes: number; readonly answerBytes: number }): Promise<number[]> {
      const dialled = open();
      const request = Buffer.alloc(requestBytes, 0x63);
      const taken: number[] = [];
      const underWay: number[] = [];
      dialled.send(JSON.stringify({ echoBytes: answerBytes }));
      await new Promise<void>((resolve) => {
        let sent = 0;
        const ask = (): void => {
          sent++;
          underWay.push(performance.now());
          dialled.send(request, { binary: true, compress: false });
        };
        const take = (): void => {
          taken.push(performance.now() - (underWay.shift() ?? NaN));
          if (sent < count) ask();
          else if (taken.length === count) {
            dialled.off('message', take);
            resolve();
          }
        };
        dialled.on('message', take);
        for (let first = 0; first < Math.min(concurrency, count); first++) ask();
      });
      return taken;
    },
  };
}
