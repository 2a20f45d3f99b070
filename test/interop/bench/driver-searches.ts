import type { JavaConnection } from '../support/java-connection.js';
import type { JavaFacade } from '../support/java-facade.js';
import type { JavaDriver } from '../support/java-driver.js';
import type { JavaPropertyInput, JavaStreamResult } from '../support/java-driver-types.js';
import { SHARED_KEY } from './csv-servers.js';
import { cpuSecondsOf } from './measured-server.js';
import { WANTED } from './people-csv.js';

/** A large young generation: results are garbage at once, and the driver's collections should not be what is measured. */
export const DRIVER_JVM = { heap: '1g', jvmArguments: ['-Xmn700m'] } as const;

const SEARCH_LIMIT_MS = 300_000;

/** A search of everything, as the Java driver saw it. */
export interface Search {
  readonly entries: number;
  /** Order-independent sum over the uids. */
  readonly checksum: string;
  readonly milliseconds: number;
  readonly entriesPerSecond: number;
  /** Processor time of the driver, in seconds. */
  readonly driverCpuSeconds: number;
}

/** A connection to the server on the port, and a facade of its connector of the class. */
export async function facadeOf(
  driver: JavaDriver, port: number, connectorName: string, properties: Readonly<Record<string, JavaPropertyInput>> = {},
): Promise<{ readonly connection: JavaConnection; readonly facade: JavaFacade }> {
  const connection = await driver.connect({ port, key: SHARED_KEY });
  const key = (await connection.keys()).find((each) => each.connectorName === connectorName);
  if (key === undefined) throw new Error(`The server lists no ${connectorName}.`);
  return { connection, facade: await connection.configure(key, properties) };
}

/** One search of everything, results counted and dropped. */
export async function searchAll(driver: JavaDriver, facade: JavaFacade): Promise<Search> {
  const before = cpuSecondsOf(driver.pid);
  const result: JavaStreamResult = await facade.search('__ACCOUNT__', null, { countOnly: true, timeout: SEARCH_LIMIT_MS, options: { attributesToGet: WANTED } });
  if (result.ended !== 'complete') throw new Error(`The search ended "${result.ended}".`);
  return {
    entries: result.count, checksum: result.checksum, milliseconds: result.milliseconds,
    entriesPerSecond: Math.round(result.count / (result.milliseconds / 1000)), driverCpuSeconds: cpuSecondsOf(driver.pid) - before,
  };
}

/** A hundred objects as text: what two servers give for the same file is the same text. */
export async function sampleOf(facade: JavaFacade): Promise<string> {
  const { objects } = await facade.search('__ACCOUNT__', { type: 'startsWith', attribute: '__NAME__', value: 'user0000' }, { options: { attributesToGet: WANTED } });
  return JSON.stringify(objects);
}
