import { writeFile } from 'node:fs/promises';
import { makeWorld, type World } from '../../support/causeway-world.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import type { AcceptanceHost, OpenHost } from './acceptance-host.js';
import { EMPTY_CSV, PEOPLE_CSV, largeCsv } from './acceptance-data.js';
import { csvSystem, ldapSystem, testSystem } from './acceptance-provisioners.js';

/** A started world, and how to end it. */
export interface Running<W> {
  readonly world: W;
  stop(): Promise<void>;
}

/** What every world is made of. */
export interface WorldParts {
  readonly world: World;
  readonly ldap: OpenLdap;
  readonly host: OpenHost;
  /** Notes what is to be ended with the world; the last goes first. */
  onStop(end: () => Promise<unknown>): void;
}

/** Starts a directory and the host under test, and has `make` do the rest; ends everything, and tells what the host said, when that fails. */
export async function startWorld<W>(host: AcceptanceHost, directory: Parameters<typeof startOpenLdap>[0], make: (parts: WorldParts) => Promise<W>): Promise<Running<W>> {
  const world = await makeWorld();
  const ends: (() => Promise<unknown>)[] = [world.remove];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  let log = (): string => 'it was not started';
  try {
    const ldap = await startOpenLdap(directory);
    ends.push(() => ldap.stop());
    const open = await host.open(world);
    log = () => open.log();
    ends.push(() => open.kill());
    return { world: await make({ world, ldap, host: open, onStop: (end) => { ends.push(end); } }), stop };
  } catch (error) {
    const text = `${error instanceof Error ? error.message : String(error)}\n--- ${host.title}\n${log()}`;
    await stop();
    throw new Error(text, { cause: error });
  }
}

/** CSV systems of some people, of nobody (`empty`) and of many (`large`), and the directory as `ldap`. */
export async function writeCommonSystems({ world, ldap, host }: WorldParts, empty: readonly string[]): Promise<void> {
  await writeFile(world.path('csv.csv'), PEOPLE_CSV);
  for (const name of empty) await writeFile(world.path(`${name}.csv`), EMPTY_CSV);
  await writeFile(world.path('large.csv'), largeCsv());
  for (const name of ['csv', ...empty, 'large']) await world.provisioner(name, csvSystem(name, world.path(`${name}.csv`), host.name));
  await world.provisioner('ldap', ldapSystem('ldap', ldap, host.name));
}

/** Systems of the Java test connector, by name and with its properties. */
export async function writeTestSystems({ world, host }: WorldParts, systems: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Promise<void> {
  for (const [name, properties] of Object.entries(systems)) await world.provisioner(name, testSystem(name, host.name, properties));
}
