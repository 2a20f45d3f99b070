import { Attribute, Change, Client } from 'ldapts';
import pg from 'pg';
import { ldapProvisioner } from '../../support/provisioners.js';
import { startOpenLdap } from '../../targets/openldap.js';
import { startPostgresql } from '../../targets/postgresql.js';
import { COLUMNS, personRow, personTypes } from '../connectors/bench-target.js';

/** A system that takes accounts, and the same writes made without us. */
export interface WriteTarget {
  readonly name: string;
  readonly driver: string;
  provisioner(agent: string): object;
  /** The account as a resource of REST. */
  resource(name: string): Readonly<Record<string, string>>;
  /** The account as ICF attributes. */
  attributes(name: string): Readonly<Record<string, string>>;
  /** `turn` spreads the calls over the connections. */
  createDirectly(name: string, turn: number): Promise<void>;
  updateDirectly(name: string, turn: number): Promise<void>;
  stop(): Promise<void>;
}

/** As many as a connector's pool holds. */
const CONNECTIONS = 10;
const PARENT = 'ou=people,dc=example,dc=com';
const OBJECT_CLASSES = ['top', 'person', 'organizationalPerson', 'inetOrgPerson'];

/** Nine attributes by their names; `uid` is the account's own. */
function person(name: string): Record<string, string> {
  const values = personRow(Number(name.replace(/^\D+/, '')));
  return Object.fromEntries(COLUMNS.map((column, index) => [column, column === 'uid' ? name : values[index] ?? '']));
}

export async function startLdapWrites(): Promise<WriteTarget> {
  const server = await startOpenLdap({ modules: [] });
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    const client = new Client({ url: server.url });
    await client.bind(server.adminDn, server.adminPassword);
    return client;
  }));
  const dnOf = (name: string): string => `uid=${name},${PARENT}`;
  const clientAt = (turn: number): Client => clients[turn % clients.length] as Client;
  return {
    name: 'OpenLDAP', driver: 'ldapts',
    provisioner: (agent) => ldapProvisioner(server, agent, {}, 'target'),
    resource: (name) => ({ dn: dnOf(name), ...person(name) }),
    attributes: (name) => ({ __NAME__: dnOf(name), ...person(name) }),
    createDirectly: (name, turn) => clientAt(turn).add(dnOf(name), { objectClass: OBJECT_CLASSES, ...person(name) }),
    updateDirectly: (name, turn) => clientAt(turn).modify(dnOf(name), new Change({ operation: 'replace', modification: new Attribute({ type: 'title', values: ['Architect'] }) })),
    async stop() {
      await Promise.all(clients.map((client) => client.unbind().catch(() => undefined)));
      await server.stop();
    },
  };
}

export async function startPostgresqlWrites(): Promise<WriteTarget> {
  const server = await startPostgresql();
  const { host, port, database, user, password, jdbcUrl } = server;
  const pool = new pg.Pool({ host, port, database, user, password, max: CONNECTIONS });
  pool.on('error', () => undefined); // a connection that is being closed may yet be told that the server stops
  await pool.query(`create table people (${COLUMNS.map((column, index) => `${column} varchar(200)${index === 0 ? ' primary key' : ''}`).join(', ')})`);
  const insert = `insert into people (${COLUMNS.join(', ')}) values (${COLUMNS.map((_, index) => `$${index + 1}`).join(', ')})`;
  return {
    name: 'PostgreSQL', driver: 'pg',
    provisioner: (agent) => ({
      name: 'target',
      connectorRef: {
        bundleName: 'org.forgerock.openicf.connectors.databasetable-connector', bundleVersion: '[1.5.0.0,1.6.0.0)', connectorName: 'org.identityconnectors.databasetable.DatabaseTableConnector', connectorHostRef: agent,
      },
      configurationProperties: { url: jdbcUrl, username: user, password, table: 'people', keyColumn: 'uid' }, objectTypes: personTypes(),
    }),
    resource: person,
    attributes: (name) => Object.fromEntries(Object.entries(person(name)).map(([column, value]) => [column === 'uid' ? '__NAME__' : column, value])),
    async createDirectly(name) {
      await pool.query({ name: 'insert', text: insert, values: Object.values(person(name)) });
    },
    async updateDirectly(name) {
      await pool.query({ name: 'update', text: 'update people set title = $1 where uid = $2', values: ['Architect', name] });
    },
    async stop() {
      await pool.end();
      await server.stop();
    },
  };
}
