import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TARGET = join(dirname(fileURLToPath(import.meta.url)), '../java/target');

/** The released connector bundles, and `test`: our own with every operation. */
export type JavaBundle = 'csvfile' | 'databasetable' | 'ldap' | 'groovy' | 'ssh' | 'kerberos' | 'test';

export const JAVA_BUNDLES: readonly JavaBundle[] = ['csvfile', 'databasetable', 'ldap', 'groovy', 'ssh', 'kerberos', 'test'];

/** Class path of the Java programs. Rejects when they are not built. */
export function javaClassPath(): string {
  return [existing('interop.jar'), join(existing('lib'), '*')].join(':');
}

/** The jar of a connector bundle. */
export function javaBundle(bundle: JavaBundle): string {
  if (bundle === 'test') return existing('test-connector.jar');
  const folder = existing('bundles');
  const name = readdirSync(folder).find((file) => file.startsWith(`${bundle}-connector-`) && file.endsWith('.jar'));
  if (name === undefined) throw notBuilt(join(folder, `${bundle}-connector-*.jar`));
  return join(folder, name);
}

/** The jar of the H2 database. */
export function h2Database(): string {
  return existing('databases/h2.jar');
}

function existing(name: string): string {
  const path = join(TARGET, name);
  if (!existsSync(path)) throw notBuilt(path);
  return path;
}

function notBuilt(path: string): Error {
  return new Error(`${path} is missing: the Java programs are not built. Run "npm run test:interop", or only their build: "mvn -q -B -f test/interop/java/pom.xml package".`);
}
