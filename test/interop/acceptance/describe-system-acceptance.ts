import { afterAll, beforeAll, describe } from 'vitest';
import type { AcceptanceHost } from './acceptance-host.js';
import { startAcceptanceWorld, type AcceptanceWorld } from './acceptance-world.js';
import type { Running } from './running-world.js';
import { describeCsvObjects } from './csv-objects.js';
import { describeCsvQueries } from './csv-queries.js';
import { describeDiscovery } from './discovery.js';
import { describeFailures } from './failures.js';
import { describeLargeQueries } from './large-queries.js';
import { describeLdapObjects } from './ldap-objects.js';
import { describeLdapQueries } from './ldap-queries.js';
import { describeLiveSync } from './live-sync.js';
import { proofsOf } from './proof.js';
import { describeScripts } from './scripts.js';
import { describeTestConnector } from './test-connector-rest.js';

/** The system API over one host: the same requests and the same answers, whoever runs the connectors. */
export function describeSystemAcceptance(host: AcceptanceHost): void {
  describe(`the system API over ${host.title}`, () => {
    let running: Running<AcceptanceWorld> | undefined;
    const world = (): AcceptanceWorld => {
      if (running === undefined) throw new Error('the world did not start');
      return running.world;
    };
    beforeAll(async () => {
      running = await startAcceptanceWorld(host);
    }, 180_000);
    afterAll(() => running?.stop());

    const proofs = proofsOf(host, world);
    describeDiscovery(proofs);
    describeCsvQueries(proofs);
    describeCsvObjects(proofs);
    describeLdapQueries(proofs);
    describeLdapObjects(proofs);
    describeScripts(proofs);
    if (host.kind === 'java') describeTestConnector(proofs);
    describeLiveSync(proofs);
    describeLargeQueries(proofs);
    describeFailures(proofs);
  });
}
