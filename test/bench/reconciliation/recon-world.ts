import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { makeFleetWorld } from '../../integration/controller/fleet-world.js';
import type { Agent, Controller } from '../../support/causeway-processes.js';
import { peopleLdif } from '../../support/people-ldif.js';
import { ldapProvisioner } from '../../support/provisioners.js';
import type { DatabaseServer } from '../../targets/database-server.js';
import type { Nats } from '../../targets/nats.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';
import { startPostgresql } from '../../targets/postgresql.js';
import { CountingRelay } from './counting-relay.js';
import { copyDirectory, fillTable } from './people-sets.js';

const text = (nativeName: string): object => ({ type: 'string', nativeName, nativeType: 'string' });

/** A directory and a table of people, an agent beside each, and a controller with PostgreSQL and NATS. */
export interface ReconWorld {
  readonly controller: Controller;
  readonly agents: { readonly ldap: Agent; readonly db: Agent };
  readonly relays: { readonly ldap: CountingRelay; readonly db: CountingRelay };
  readonly directory: OpenLdap;
  /** Of the people, and of the controller (another database of the same server). */
  readonly database: DatabaseServer;
  readonly nats: Nats;
  /** Copies the directory beside the people's table, for SQL over both. */
  copyDirectory(): Promise<void>;
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  stop(): Promise<void>;
}

const MAPPING = {
  name: 'people', source: 'system/ldap/account', target: 'system/db/account', deltaReconciliation: true,
  correlation: [{ source: 'employeeNumber', target: 'employee' }],
  properties: [{ source: 'uid', target: 'uid' }, { source: 'employeeNumber', target: 'employee' }, { source: 'mail', target: 'mail' }, { source: 'title', target: 'title' }],
  policies: [{ situation: 'SOURCE_MISSING', action: 'DELETE' }, { situation: 'MISSING', action: 'CREATE' }],
};

function tableProvisioner(server: DatabaseServer): object {
  return {
    name: 'db',
    connectorRef: {
      bundleName: 'org.forgerock.openicf.connectors.databasetable-connector', bundleVersion: '[1.5.0.0,1.6.0.0)',
      connectorName: 'org.identityconnectors.databasetable.DatabaseTableConnector', connectorHostRef: 'db',
    },
    configurationProperties: { url: server.jdbcUrl, username: server.user, password: server.password, table: 'people', keyColumn: 'uid', snapshotSync: true },
    objectTypes: { account: { $schema: 'http://json-schema.org/draft-03/schema', id: '__ACCOUNT__', type: 'object', nativeType: '__ACCOUNT__', properties: { uid: text('__NAME__'), employee: text('employee'), mail: text('mail'), title: text('title') } } },
  };
}

/** Starts it all with so many people; both systems pass their tests when it resolves. */
export async function startReconWorld(people: number): Promise<ReconWorld> {
  const running: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of running.splice(0).reverse()) await end();
  };
  try {
    const fleet = await makeFleetWorld(['c1']);
    running.push(() => fleet.stop());
    await fleet.nats.start();
    const directory = await startOpenLdap({ modules: ['syncprov', 'accesslog'], ldif: peopleLdif(0, people) });
    running.push(() => directory.stop());
    const database = await startPostgresql();
    running.push(() => database.stop());
    await database.query('create database causeway');
    await fillTable(database, people);
    await fleet.world.provisioner('ldap', ldapProvisioner(directory, 'ldap', { uidAttribute: 'dn' }));
    await fleet.world.provisioner('db', tableProvisioner(database));
    await writeFile(fleet.world.path('conf', 'sync.json'), JSON.stringify({ mappings: [MAPPING] }));
    const store = { url: `postgresql://${database.user}@${database.host}:${database.port}/causeway`, password: database.password };
    const controller = await fleet.controller('c1', [], { store });
    const relays = { ldap: await relayTo(controller), db: await relayTo(controller) };
    running.push(() => relays.ldap.close(), () => relays.db.close());
    const agents = { ldap: await agentBehind(fleet, 'ldap', relays.ldap), db: await agentBehind(fleet, 'db', relays.db) };
    for (const system of ['ldap', 'db']) await controller.systemReady(system);
    return {
      controller, agents, relays, directory, database, nats: fleet.nats, stop,
      query: (sql) => database.query(sql),
      copyDirectory: async () => copyDirectory(database, await exported(directory, fleet.world.path('directory.ldif'), fleet.world.path('directory.password'))),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Fleet = Awaited<ReturnType<typeof makeFleetWorld>>;

function relayTo({ gatewayUrl }: Controller): Promise<CountingRelay> {
  return CountingRelay.to(Number(new URL(gatewayUrl).port));
}

function agentBehind(fleet: Fleet, name: string, relay: CountingRelay): Promise<Agent> {
  return fleet.agent(name, [], { controllers: [{ url: `wss://localhost:${relay.port}/openicf` }] });
}

/** Everybody of the directory by OpenLDAP's own program. */
async function exported(directory: OpenLdap, file: string, passwordFile: string): Promise<string> {
  await writeFile(passwordFile, directory.adminPassword, { mode: 0o600 });
  const search = spawn('ldapsearch', ['-x', '-H', directory.url, '-D', directory.adminDn, '-y', passwordFile, '-b', directory.baseDn, '-LLL', '-o', 'ldif-wrap=no', '-E', 'pr=1000/noprompt', '(objectClass=inetOrgPerson)', 'uid', 'employeeNumber', 'mail', 'title'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(search, 'exit');
  await pipeline(search.stdout, createWriteStream(file));
  const [code] = await ended as [number | null];
  if (code !== 0) throw new Error(`ldapsearch ended with ${code}`);
  return file;
}

