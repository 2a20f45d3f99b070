import { afterAll, beforeAll, describe } from 'vitest';
import type { AcceptanceHost } from './acceptance-host.js';
import { describeFacadeOperations } from './facade-operations.js';
import { startFacadeWorld, type FacadeWorld } from './facade-world.js';
import type { Running } from './running-world.js';
import { proofsOf } from './proof.js';
import { describeTestConnectorFacade } from './test-connector-facade.js';

/** Facades at one host, driven from within the controller: the operations the system API has no endpoint for. */
export function describeFacadeAcceptance(host: AcceptanceHost): void {
  describe(`the controller's facades at ${host.title}`, () => {
    let running: Running<FacadeWorld> | undefined;
    const world = (): FacadeWorld => {
      if (running === undefined) throw new Error('the world did not start');
      return running.world;
    };
    beforeAll(async () => {
      running = await startFacadeWorld(host);
    }, 120_000);
    afterAll(() => running?.stop());

    const proofs = proofsOf(host, world);
    describeFacadeOperations(proofs);
    if (host.kind === 'java') describeTestConnectorFacade(proofs);
  });
}
