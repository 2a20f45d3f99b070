import { freePorts } from '../../support/free-ports.js';
import { JavaDriver } from '../../interop/support/java-driver.js';
import { JavaHost } from '../../interop/support/java-host.js';
import type { JavaBundle } from '../../interop/support/java-build.js';
import type { JavaPropertyInput } from '../../interop/support/java-driver-types.js';
import { DRIVER_JVM, facadeOf } from '../../interop/bench/driver-searches.js';
import { SHARED_KEY } from '../../interop/bench/csv-servers.js';

/** How the Java connector server reads the same target. */
export interface JavaTarget {
  readonly bundle: JavaBundle;
  readonly connectorName: string;
  readonly properties: Readonly<Record<string, JavaPropertyInput>>;
  readonly attributes: readonly string[];
}

/** The Java connector server and the Java driver, each in a JVM, with a facade on the target. */
export interface JavaSearch {
  milliseconds(entries: number): Promise<number>;
  stop(): Promise<void>;
}

const LIMIT_MS = 600_000;

/** Rejects, with the reason, where the Java side does not run. */
export async function javaSearch(target: JavaTarget | undefined): Promise<JavaSearch> {
  if (target === undefined) throw new Error('the Java connector is not part of the build of the interop tests');
  const [port = 0] = await freePorts(1);
  const host = await JavaHost.start({ mode: 'server', port, key: SHARED_KEY, bundles: [target.bundle], jvmArguments: ['-Dfile.encoding=UTF-8'] });
  let driver: JavaDriver | undefined;
  const stop = async (): Promise<void> => {
    await driver?.kill();
    await host.kill();
  };
  try {
    driver = await JavaDriver.start(DRIVER_JVM);
    const { facade } = await facadeOf(driver, port, target.connectorName, target.properties);
    return {
      async milliseconds(entries) {
        const { count, ended, milliseconds } = await facade.search('__ACCOUNT__', null, { countOnly: true, timeout: LIMIT_MS, options: { attributesToGet: target.attributes } });
        if (ended !== 'complete' || count !== entries) throw new Error(`The Java driver got ${count} of ${entries} entries (${ended}).`);
        return milliseconds;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
