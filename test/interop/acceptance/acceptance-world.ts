import { writeFile } from 'node:fs/promises';
import { startController, type Controller } from '../../support/causeway-processes.js';
import { makeWorld, type World } from '../../support/causeway-world.js';
import type { Json, RestAnswer, RestClient, RestRequest } from '../../support/rest-client.js';
import { peopleLdif } from '../../support/people-ldif.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import type { AcceptanceHost, OpenHost } from './acceptance-host.js';
import { CROWD, EMPTY_CSV, LARGE_ROWS, PEOPLE_CSV, STAFF_LDIF, largeCsv } from './acceptance-data.js';
import { EVERY_PROPERTY, crowdSystem, csvSystem, ldapSystem, testSystem } from './acceptance-provisioners.js';

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

/** A started world, and how to end it. */
export interface RunningWorld {
  readonly world: AcceptanceWorld;
  stop(): Promise<void>;
}

/** Starts it all; every system passes its test when it resolves. */
export async function startAcceptanceWorld(host: AcceptanceHost): Promise<RunningWorld> {
  const world = await makeWorld();
  const running: (() => Promise<unknown>)[] = [world.remove];
  const stop = async (): Promise<void> => {
    for (const end of running.splice(0).reverse()) await end();
  };
  let log = (): string => 'it was not started';
  try {
    const ldap = await startOpenLdap({ ldif: directory(), modules: MODULES });
    running.push(() => ldap.stop());
    const open = await host.open(world);
    log = () => open.log();
    running.push(() => open.kill());
    await writeSystems(world, open.name, ldap);
    if (host.kind === 'java') await writeTestSystems(world, open.name);
    const controller = await startController(world, { config: open.controllerSettings });
    running.push(() => controller.process.kill());
    await open.join(controller);
    for (const system of systemsOf(host)) await controller.systemReady(system, 60_000);
    return { world: new AcceptanceWorld({ world, controller, host: open, ldap }), stop };
  } catch (error) {
    const text = `${error instanceof Error ? error.message : String(error)}\n--- ${host.title}\n${log()}`;
    await stop();
    throw new Error(text, { cause: error });
  }
}

function* directory(): Generator<string> {
  yield STAFF_LDIF;
  yield* peopleLdif(0, LARGE_ROWS, CROWD);
}

async function writeSystems(world: World, hostName: string, ldap: OpenLdap): Promise<void> {
  await writeFile(world.path('csv.csv'), PEOPLE_CSV);
  for (const name of ['copy', 'passwords']) await writeFile(world.path(`${name}.csv`), EMPTY_CSV);
  await writeFile(world.path('large.csv'), largeCsv());
  for (const name of ['csv', 'copy', 'passwords', 'large']) await world.provisioner(name, csvSystem(name, world.path(`${name}.csv`), hostName));
  await world.provisioner('ldap', ldapSystem('ldap', ldap, hostName));
  await world.provisioner('crowd', crowdSystem(ldap, hostName));
  await writeFile(world.path('conf', 'sync.json'), JSON.stringify({ mappings: [MAPPING] }));
}

async function writeTestSystems(world: World, hostName: string): Promise<void> {
  await world.provisioner('test', testSystem('test', hostName));
  await world.provisioner('configured', testSystem('configured', hostName, EVERY_PROPERTY));
}
