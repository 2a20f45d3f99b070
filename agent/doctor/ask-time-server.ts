import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { isTimeout, within, type Patience } from './bounded.js';
import type { Place } from './reach.js';
import { NONCE_LENGTH, judgeExchange, readSntpAnswer, sntpRequest, type ToldTime } from './sntp.js';

/** What came of one question; `silent`: nothing did. */
export type AskedTime = ToldTime | { readonly kind: 'silent'; readonly why: string };

/**
 * Asks a time server (SNTP over UDP) once: a client may not ask again within 15 seconds (RFC 4330 section 10). `place` is an
 * address and a port; the socket is connected to it, so that packets of others are not read, and has a port of its own. `now`:
 * milliseconds since the epoch, of this machine. Rejects only with the reason of `signal`.
 */
export async function askTimeServer(place: Place, patience: Patience, now: () => number): Promise<AskedTime> {
  let foreign: string | undefined;
  try {
    return await within(patience, (signal) => exchange(place, signal, { now, onForeign: (why) => { foreign ??= why; } }));
  } catch (error) {
    patience.signal.throwIfAborted();
    if (isTimeout(error)) return foreign === undefined ? { kind: 'silent', why: (error as Error).message } : { kind: 'untrusted', why: `${foreign}; no other came` };
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return { kind: 'silent', why: code === 'ECONNREFUSED' ? `nothing listens there (${code})` : `it failed (${code})` };
  }
}

interface Watching {
  now(): number;
  /** Packets that are no answer to our question are waited past. */
  onForeign(why: string): void;
}

async function exchange({ host, port }: Place, signal: AbortSignal, { now, onForeign }: Watching): Promise<ToldTime> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  try {
    return await new Promise((resolve, reject) => {
      const nonce = randomBytes(NONCE_LENGTH);
      let [asked, started] = [0, 0];
      socket.on('error', reject);
      signal.addEventListener('abort', () => { reject(signal.reason as Error); }, { once: true });
      socket.on('message', (packet) => {
        const answered = asked + performance.now() - started; // the clock may be set meanwhile
        const answer = readSntpAnswer(packet, nonce);
        if (answer.kind === 'foreign') onForeign(answer.why);
        else resolve(judgeExchange(asked, answered, answer));
      });
      socket.once('connect', () => {
        [asked, started] = [now(), performance.now()];
        socket.send(sntpRequest(nonce), (error) => { if (error !== null) reject(error); });
      });
      socket.connect(port, host);
    });
  } finally {
    socket.close();
  }
}
