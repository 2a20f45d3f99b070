import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { javaBundle, javaClassPath, type JavaBundle } from '../support/java-build.js';

/** A configuration property as the released Java framework describes it; texts are null where the bundle has none. */
export interface JavaProperty {
  readonly name: string;
  /** Java's simple class name, which is the ICF type name. */
  readonly type: string;
  readonly default: unknown;
  readonly required: boolean;
  readonly confidential: boolean;
  readonly order: number;
  readonly operations: readonly string[];
  readonly group: string | null;
  readonly help: string | null;
  readonly displayName: string | null;
}

/** A connector of a Java bundle with its default API configuration. Times in milliseconds. */
export interface JavaConnector {
  readonly key: { readonly bundleName: string; readonly bundleVersion: string; readonly connectorName: string };
  readonly displayName: string | null;
  readonly category: string | null;
  readonly supportedOperations: readonly string[];
  readonly poolingSupported: boolean;
  readonly producerBufferSize: number;
  readonly pool: Readonly<Record<string, number>>;
  readonly resultsHandler: Readonly<Record<string, boolean>>;
  readonly timeouts: Readonly<Record<string, number>>;
  readonly properties: readonly JavaProperty[];
}

const BUNDLES: readonly JavaBundle[] = ['csvfile', 'ldap', 'databasetable', 'groovy', 'ssh', 'kerberos'];

/** The connectors of all released bundles, described by the local connector manager of the Java framework. */
export async function javaConnectors(): Promise<readonly JavaConnector[]> {
  const { stdout } = await promisify(execFile)('java', [
    '-Xmx512m', '-XX:+UseSerialGC', '-cp', classPath(), 'io.causeway.interop.describe.DescribeMain', ...BUNDLES.map(javaBundle),
  ], { maxBuffer: 16 * 1024 * 1024, timeout: 120_000 });
  return JSON.parse(stdout) as readonly JavaConnector[];
}

/** As in a connector server: the framework, what the bundles import, and the bundles that others extend. */
function classPath(): string {
  const imports = join(dirname(javaBundle('groovy')), '../bundle-imports');
  if (readdirSync(imports).length === 0) throw new Error(`${imports} is empty: build the Java programs with "mvn -q -B -f test/interop/java/pom.xml package".`);
  return [javaClassPath(), join(imports, '*'), javaBundle('groovy'), javaBundle('ssh')].join(':');
}
