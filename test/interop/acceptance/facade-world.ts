import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSystems } from '../../../controller/build-systems.js';
import { parseConfig } from '../../../controller/config/load-config.js';
import { openAgents } from '../../../controller/open-agents.js';
import { silentLog } from '../../../controller/log.js';
import type { ConnectorFacade } from '../../../protocol/model/index.js';
import { makeWorld, type World } from '../../support/causeway-world.js';
import { freePorts } from '../../support/free-ports.js';
import { until } from '../../support/until.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import type { AcceptanceHost } from './acceptance-host.js';
import { EMPTY_CSV, PEOPLE_CSV, STAFF_LDIF, largeCsv } from './acceptance-data.js';
import { csvSystem, ldapSystem, testSystem } from './acceptance-provisioners.js';

const CONFIGURATION_EXCEPTION = 'org.identityconnectors.framework.common.exceptions.ConfigurationException';
const CONNECTION_FAILED_EXCEPTION = 'org.identityconnectors.framework.common.exceptions.ConnectionFailedException';

/** The controller's own way to a connector, without the REST API in front: what no endpoint shows goes through here. */
export interface FacadeWorld {
  readonly world: World;
  readonly ldap: OpenLdap;
  /** The facade of a provisioner file, as the system API uses it. */
  facade(system: string): ConnectorFacade;
  /** The data file of a CSV system. */
  file(system: string): string;
}

export interface RunningFacadeWorld {
  readonly world: FacadeWorld;
  stop(): Promise<void>;
}

/** Opens the gateway and the dialler of a controller in this process, with one host; `more` are settings of the controller. Every connector is there when it resolves. */
export async function startFacadeWorld(host: AcceptanceHost, more: Readonly<Record<string, unknown>> = {}): Promise<RunningFacadeWorld> {
  const world = await makeWorld();
  const running: (() => Promise<unknown>)[] = [world.remove];
  const stop = async (): Promise<void> => {
    for (const end of running.splice(0).reverse()) await end();
  };
  let log = (): string => 'it was not started';
  try {
    const ldap = await startOpenLdap({ ldif: STAFF_LDIF });
    running.push(() => ldap.stop());
    const open = await host.open(world);
    log = () => open.log();
    running.push(() => open.kill());
    const names = await writeSystems(world, open.name, ldap, host.kind);
    const [port] = await freePorts(1) as [number];
    const config = parseConfig(JSON.stringify(settings(world, port, { ...open.controllerSettings, ...more })), join(world.directory, 'controller.yaml'));
    const systems = await buildSystems(config, silentLog);
    const agents = await openAgents(config, systems, silentLog);
    running.push(() => agents.close('test over'));
    await open.join({ gatewayUrl: `wss://localhost:${port}/openicf` });
    const facade = (name: string): ConnectorFacade => {
      const system = systems.registry.get(name);
      if (system === undefined) throw new Error(`no system ${name}`);
      return system.facade();
    };
    for (const name of names) await until(() => isThere(() => facade(name)), `the connector of ${name}`, 30_000);
    return { world: { world, ldap, facade, file: (system) => world.path(`${system}.csv`) }, stop };
  } catch (error) {
    const text = `${error instanceof Error ? error.message : String(error)}\n--- ${host.title}\n${log()}`;
    await stop();
    throw new Error(text, { cause: error });
  }
}

function isThere(facade: () => ConnectorFacade): boolean {
  try {
    return facade().supportedOperations.size > 0;
  } catch {
    return false;
  }
}

function settings(world: World, port: number, { gateway = {}, ...others }: Readonly<Record<string, unknown>>): object {
  return {
    rest: { port: 0, users: [] },
    gateway: { port, address: '127.0.0.1', tls: { ...world.controllerKeys, clientCertificates: 'required' }, ...gateway as object },
    systems: { configuration: world.path('conf') }, data: world.path('data'), ...others,
  };
}

async function writeSystems(world: World, hostName: string, ldap: OpenLdap, kind: AcceptanceHost['kind']): Promise<string[]> {
  await writeFile(world.path('csv.csv'), PEOPLE_CSV);
  await writeFile(world.path('scratch.csv'), EMPTY_CSV);
  await writeFile(world.path('large.csv'), largeCsv());
  for (const name of ['csv', 'scratch', 'large']) await world.provisioner(name, csvSystem(name, world.path(`${name}.csv`), hostName));
  await world.provisioner('ldap', ldapSystem('ldap', ldap, hostName));
  if (kind === 'causeway') return ['csv', 'scratch', 'large', 'ldap'];
  const tested = { test: {}, slow: { pauseMillis: 50, objectCount: 1_000 }, invalid: { failValidation: CONFIGURATION_EXCEPTION }, untested: { failTest: CONNECTION_FAILED_EXCEPTION } };
  for (const [name, properties] of Object.entries(tested)) await world.provisioner(name, testSystem(name, hostName, properties));
  return ['csv', 'scratch', 'large', 'ldap', ...Object.keys(tested)];
}
