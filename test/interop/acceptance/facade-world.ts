import { join } from 'node:path';
import { buildSystems } from '../../../controller/build-systems.js';
import { parseConfig } from '../../../controller/config/load-config.js';
import { Identities } from '../../../controller/enrolment/identities.js';
import { openAgents } from '../../../controller/open-agents.js';
import { silentLog } from '../../../controller/log.js';
import type { ConnectorFacade } from '../../../protocol/model/index.js';
import type { World } from '../../support/causeway-world.js';
import { lazyDatabase } from '../../support/test-database.js';
import { freePorts } from '../../support/free-ports.js';
import { until } from '../../support/until.js';
import type { OpenLdap } from '../../targets/openldap.js';
import type { AcceptanceHost } from './acceptance-host.js';
import { STAFF_LDIF } from './acceptance-data.js';
import { startWorld, writeCommonSystems, writeTestSystems, type Running } from './running-world.js';

const EXCEPTIONS = 'org.identityconnectors.framework.common.exceptions';
/** Systems of the Java test connector. */
const TESTED = {
  test: {}, slow: { pauseMillis: 50, objectCount: 1_000 },
  invalid: { failValidation: `${EXCEPTIONS}.ConfigurationException` }, untested: { failTest: `${EXCEPTIONS}.ConnectionFailedException` },
};

/** The controller's own way to a connector, without the REST API in front: what no endpoint shows goes through here. */
export interface FacadeWorld {
  readonly world: World;
  readonly ldap: OpenLdap;
  /** The facade of a provisioner file, as the system API uses it. */
  facade(system: string): ConnectorFacade;
  /** The data file of a CSV system. */
  file(system: string): string;
}

/** Opens the gateway and the dialler of a controller in this process, with one host; `more` are settings of the controller. Every connector is there when it resolves. */
export async function startFacadeWorld(host: AcceptanceHost, more: Readonly<Record<string, unknown>> = {}): Promise<Running<FacadeWorld>> {
  return startWorld(host, { ldif: STAFF_LDIF }, async (parts) => {
    const { world, ldap, host: open, onStop } = parts;
    await writeCommonSystems(parts, ['scratch']);
    const tested = host.kind === 'java' ? TESTED : {};
    await writeTestSystems(parts, tested);
    const [port] = await freePorts(1) as [number];
    const config = parseConfig(JSON.stringify(settings(world, port, { ...open.controllerSettings, ...more })), join(world.directory, 'controller.yaml'));
    const systems = await buildSystems(config, silentLog);
    const identities = await Identities.open(config, silentLog, lazyDatabase());
    onStop(() => identities.close());
    const agents = await openAgents(config, systems, identities, silentLog);
    onStop(() => agents.close('test over'));
    await open.join({ gatewayUrl: `wss://localhost:${port}/openicf` });
    const facade = (name: string): ConnectorFacade => {
      const system = systems.registry.get(name);
      if (system === undefined) throw new Error(`no system ${name}`);
      return system.facade();
    };
    for (const name of ['csv', 'scratch', 'large', 'ldap', ...Object.keys(tested)]) await until(() => isThere(() => facade(name)), `the connector of ${name}`, 30_000);
    return { world, ldap, facade, file: (system) => world.path(`${system}.csv`) };
  });
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
