import { connect } from 'node:net';
import type { MeasuredServer } from './measured-server.js';
import { RawController } from './raw-controller.js';

const POLL_MS = 2;
const LIMIT_MS = 60_000;

/** Milliseconds since the process was started. */
export interface Start {
  /** Until its port accepted a connection. */
  readonly listening: number;
  /** Until a `test` of the CSV connector was answered, to a controller that tried to connect every 2 ms. */
  readonly firstRequest: number;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (accepted: boolean) => () => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', done(true)).once('error', done(false));
  });
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** One attempt: handshake, the list of connectors, `test` with the file. Rejects when the server is not that far yet. */
async function testOnce(port: number, csvFile: string): Promise<void> {
  const controller = await RawController.open(port, 1);
  try {
    await controller.test(csvFile);
  } finally {
    controller.close();
  }
}

/** Waits until the server serves, from when it was started. */
export async function measureStart(server: MeasuredServer, port: number, csvFile: string): Promise<Start> {
  const limit = performance.now() + LIMIT_MS;
  let last: unknown = 'the port was closed';
  let listening: number | undefined;
  while (performance.now() < limit && server.isRunning) {
    if (listening === undefined && await accepts(port)) listening = performance.now() - server.startedAt;
    if (listening !== undefined) {
      try {
        await testOnce(port, csvFile);
        return { listening, firstRequest: performance.now() - server.startedAt };
      } catch (error) {
        last = error;
      }
    }
    await pause(POLL_MS);
  }
  throw new Error(`${server.name} did not serve within ${LIMIT_MS} ms: ${String(last)}\n${server.tail()}`);
}
