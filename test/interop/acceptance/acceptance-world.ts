import { writeFile } from 'node:fs/promises';
import { startController, type Controller } from '../../support/causeway-processes.js';
import type { World } from '../../support/causeway-world.js';
import type { Json, RestAnswer, RestClient, RestRequest } from '../../support/rest-client.js';
import { peopleLdif } from '../../support/people-ldif.js';
import type { OpenLdap } from '../../targets/openldap.js';
import type { AcceptanceHost, OpenHost } from './acceptance-host.js';
import { CROWD, LARGE_ROWS, STAFF_LDIF } from './acceptance-data.js';
import { EVERY_PROPERTY, crowdSystem } from './acceptance-provisioners.js';
import { startWorld, writeCommonSystems, writeTestSystems, type Running } from './running-world.js';

/** The answer to a query. */
export interface Page {
  readonly result: readonly Json[];
  readonly resultCount: number;
  readonly pagedResultsCookie: string | null;
  readonly totalPagedResultsPolicy: string;
  readonly totalPagedResults: number;
  readonly remainingPagedResults: number;
}

/** A controller, the host under test, and the targets behind it: small CSV files and a large one, and a directory. */
export class AcceptanceWorld {
  readonly world: World;
  readonly controller: Controller;
  readonly host: OpenHost;
  readonly ldap: OpenLdap;

  constructor(parts: Pick<AcceptanceWorld, 'world' | 'controller' | 'host' | 'ldap'>) {
    ({ world: this.world, controller: this.controller, host: this.host, ldap: this.ldap } = parts);
  }

  get rest(): RestClient {
    return this.controller.rest;
  }

  /** The data file of a CSV system. */
  file(system: string): string {
    return this.world.path(`${system}.csv`);
  }

  send(path: string, request?: RestRequest): Promise<RestAnswer> {
    return this.rest.send(`/openidm/system/${path}`, request);
  }

  ok(path: string, request?: RestRequest): Promise<Json> {
    return this.rest.ok(`/openidm/system/${path}`, request);
  }

  post(path: string, body: unknown = {}): Promise<Json> {
    return this.ok(path, { method: 'POST', body });
  }

  /** Queries the accounts of a system. */
  async query(system: string, parameters: Readonly<Record<string, string>>): Promise<Page> {
    return await this.ok(`${system}/account?${new URLSearchParams(parameters).toString()}`) as unknown as Page;
  }
}

/** Without a password policy: it makes the Java connector take every wrong password for an expired one. */
const MODULES = ['syncprov', 'accesslog', 'memberof', 'refint', 'sssvlv'] as const;

const SYSTEMS = ['csv', 'copy', 'passwords', 'large', 'ldap', 'crowd'] as const;

/** The systems of a world: the Java host has a test connector besides. */
export function systemsOf({ kind }: AcceptanceHost): string[] {
  return kind === 'java' ? [...SYSTEMS, 'test', 'configured'] : [...SYSTEMS];
}

const MAPPING = {
  name: 'csv_copy', source: 'system/csv/account', target: 'system/copy/account', correlation: [{ source: 'uid', target: 'uid' }],
  properties: ['uid', 'firstName', 'lastName', 'email', 'badge', 'city'].map((name) => ({ source: name, target: name })),
  policies: [{ situation: 'SOURCE_MISSING', action: 'DELETE' }],
};

/** Starts it all; every system passes its test when it resolves. */
export async function startAcceptanceWorld(host: AcceptanceHost): Promise<Running<AcceptanceWorld>> {
  return startWorld(host, { ldif: directory(), modules: MODULES }, async (parts) => {
    const { world, ldap, host: open, onStop } = parts;
    await writeCommonSystems(parts, ['copy', 'passwords']);
    await world.provisioner('crowd', crowdSystem(ldap, open.name));
    await writeFile(world.path('conf', 'sync.json'), JSON.stringify({ mappings: [MAPPING] }));
    if (host.kind === 'java') await writeTestSystems(parts, { test: {}, configured: EVERY_PROPERTY });
    const controller = await startController(world, { config: open.controllerSettings });
    onStop(() => controller.process.kill());
    await open.join(controller);
    for (const system of systemsOf(host)) await controller.systemReady(system, 60_000);
    return new AcceptanceWorld({ world, controller, host: open, ldap });
  });
}

function* directory(): Generator<string> {
  yield STAFF_LDIF;
  yield* peopleLdif(0, LARGE_ROWS, CROWD);
}
