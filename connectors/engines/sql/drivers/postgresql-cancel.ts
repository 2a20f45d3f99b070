import { once } from 'node:events';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { Server } from '../jdbc-address.js';

/** Names a session of the server; sent by it when the session began. */
export interface BackendKey { readonly processID: number | null; readonly secretKey: number | null }

const LIMIT = 5_000;
const CANCEL = 80_877_102;
const ENCRYPT = 80_877_103;

/**
 * Has the server stop what a session does, over a connection of its own, encrypted as the session's is. The server answers
 * nothing. Never rejects. https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export async function cancelSession({ host, port }: Server, { processID, secretKey }: BackendKey, tls: ConnectionOptions | undefined): Promise<void> {
  if (processID === null || secretKey === null) return;
  const signal = AbortSignal.timeout(LIMIT);
  const plain = connectPlain({ host, port });
  // Whatever goes wrong ends in `close`.
  plain.on('error', () => {});
  const destroy = (): void => void plain.destroy();
  signal.addEventListener('abort', destroy);
  try {
    const socket = tls === undefined ? plain : await encrypted(plain, host, tls, signal);
    socket.end(words(16, CANCEL, processID, secretKey));
    if (!plain.destroyed) await once(plain, 'close');
  } catch {
    plain.destroy();
  } finally {
    signal.removeEventListener('abort', destroy);
  }
}

async function encrypted(plain: Socket, host: string, tls: ConnectionOptions, signal: AbortSignal): Promise<Socket> {
  plain.write(words(8, ENCRYPT));
  const [answer] = await once(plain, 'data', { signal }) as [Buffer];
  if (answer.toString('latin1') !== 'S') throw new Error('The server does not encrypt any more.');
  const socket = connectTls({ host, ...(isIP(host) === 0 ? { servername: host } : {}), ...tls, socket: plain });
  await once(socket, 'secureConnect', { signal });
  return socket;
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeInt32BE(value, index * 4));
  return bytes;
}
