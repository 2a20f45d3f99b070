import { afterAll, beforeAll, describe, expect } from 'vitest';
import { ACCOUNT, OperationOptions, type ConnectorError } from '../../../protocol/model/index.js';
import type { AcceptanceHost } from './acceptance-host.js';
import { call } from './facade-calls.js';
import { LARGE_ROWS } from './acceptance-data.js';
import { startFacadeWorld, type FacadeWorld } from './facade-world.js';
import type { Running } from './running-world.js';
import { proofsOf } from './proof.js';

/** Longer than a Java server waits for its sockets, and than their buffers last. */
const STALL_MS = 3_000;

interface Read {
  readonly objects: number;
  /** Undefined: the connector said that this was everything. */
  readonly failure: ConnectorError | undefined;
}

/** Reads a search of `large`; `pause` runs after the object with that number. */
async function read(world: FacadeWorld, after: number, pause: () => void | Promise<void>): Promise<Read> {
  let objects = 0;
  try {
    const rows = world.facade('large').stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, call());
    for await (const row of rows) {
      objects += row.uid.value === '' ? 0 : 1;
      if (objects === after) await pause();
    }
    return { objects, failure: undefined };
  } catch (error) {
    return { objects, failure: error as ConnectorError };
  }
}

/**
 * A search whose reader is late. A Java server drops results that it cannot send within 100 ms, and reports a normal end: so
 * the controller reads ahead, up to a limit of memory, and beyond that a search fails. None is ever silently short.
 */
export function describeNeverShort(host: AcceptanceHost): void {
  describe(`a late reader of ${host.title}`, () => {
    let running: Running<FacadeWorld> | undefined;
    const world = (): FacadeWorld => {
      if (running === undefined) throw new Error('the world did not start');
      return running.world;
    };
    beforeAll(async () => {
      running = await startFacadeWorld(host, { session: { maxBufferedSize: '1MiB' } });
    }, 120_000);
    afterAll(() => running?.stop());
    const { proves } = proofsOf(host, world);

    proves('search', 'csv', host.kind === 'java' ? 'is told that results came faster than it read, when they pass the limit' : 'gets everything, however little is held for it', async () => {
      const { objects, failure } = await read(world(), 1, () => new Promise((resolve) => setTimeout(resolve, STALL_MS)));
      if (host.kind === 'causeway') expect({ objects, failure }).toEqual({ objects: LARGE_ROWS, failure: undefined });
      else expect(failure).toMatchObject({ kind: 'connectorIo', message: expect.stringContaining('Results arrive faster than they are read') as string });
    });

    proves('search', 'csv', 'has everything or an error when the whole process was late', async () => {
      const { objects, failure } = await read(world(), 1_000, () => {
        const until = performance.now() + STALL_MS;
        while (performance.now() < until); // as a long garbage collection or a stopped process
      });
      if (failure === undefined) expect(objects).toBe(LARGE_ROWS);
      else expect([host.kind, failure]).toMatchObject(['java', { kind: 'connectorIo', message: expect.stringMatching(/incomplete|Results arrive faster/) as string }]);
    });
  });
}
