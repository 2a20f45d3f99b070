import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range systems take ports of outgoing connections from, so that nobody gets one by accident before it is used. */
const LOWEST = 12_000;
const HIGHEST = 31_999;
const ATTEMPTS = 1_000;
/** Test files run side by side, and a port is nobody's while its process is started again: each worker has ports of its own. */
const WORKERS = 8;
const WORKER = Number(process.env['VITEST_POOL_ID'] ?? 0) % WORKERS;

const given = new Set<number>();

/** Ports of the loopback interface that nobody listens on now, all different, and different from all given before. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let attempt = 0; ports.length < count; attempt++) {
    if (attempt > ATTEMPTS) throw new Error(`There are no ${count} free ports between ${LOWEST} and ${HIGHEST}.`);
    const port = randomInt(LOWEST / WORKERS, (HIGHEST + 1) / WORKERS) * WORKERS + WORKER;
    if (given.has(port) || !await isFree(port)) continue;
    given.add(port);
    ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    const listening = once(server, 'listening');
    server.listen(port, '127.0.0.1');
    await listening;
    return true;
  } catch {
    return false;
  } finally {
    await new Promise((resolve) => { server.close(resolve); });
  }
}
