import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openJdbcSession, closeJdbcSession, type JdbcSession } from '../../../connectors/engines/sql/jdbc-session.js';
import type { PoolConfig } from '../../../connectors/engines/sql/settings.js';
import { poolProperties } from '../../../connectors/engines/sql/pool-properties.js';
import { translateSqlError } from '../../../connectors/engines/sql/sql-errors.js';
import { readRows } from '../../../connectors/engines/sql/read-rows.js';
import { jdbcSql } from '../../../connectors/engines/sql/sql-text.js';
import type { DatabaseServer } from '../../targets/database-server.js';
import { openContext } from '../../support/open-context.js';
import { recordedLog } from '../../support/quiet-log.js';
import { until } from '../../support/until.js';
import type { TestDatabase } from './table-facade.js';

/** What the driver's address says for each level of protection. */
export interface TransportParameters {
  readonly off: string;
  readonly unverified: string;
  readonly authority: string;
  readonly full: string;
  /** Names a file of authorities. */
  readonly authorityFile: string;
  /** A query for one boolean: whether its own connection is encrypted. */
  readonly isEncrypted: string;
  /** A statement that takes a minute. */
  readonly wait: string;
}

const defaults = Object.fromEntries(Object.entries(poolProperties).map(([name, property]) => [name, property.default])) as unknown as PoolConfig;

/** TLS as the address asks for it, on a server whose certificate is for `localhost` only. */
export function describeTransport(title: string, start: () => Promise<TestDatabase>, parameters: TransportParameters): void {
  describe(`the connection to ${title}`, () => {
    let database: TestDatabase;
    let server: DatabaseServer;
    const sessions: JdbcSession[] = [];
    beforeAll(async () => {
      database = await start();
      server = database.server!;
    });
    afterEach(async () => { await Promise.all(sessions.splice(0).map((session) => closeJdbcSession(session))); });
    afterAll(() => database.stop());

    const never = new AbortController().signal;
    async function connect(host: string, parameter: string, { trusted = true, log = recordedLog(), context = openContext({ log, ...(trusted ? { trustedCertificates: [server.ca] } : {}) }) } = {}): Promise<JdbcSession> {
      const address = server.jdbcUrl.replace('127.0.0.1', host);
      const url = parameter === '' ? address : `${address}${address.includes('?') ? '&' : '?'}${parameter}`;
      const session = await openJdbcSession({ ...defaults, url, username: server.user }, server.password, context);
      sessions.push(session);
      return session;
    }
    const refused = (opening: Promise<JdbcSession>) => opening.then(() => 'opened', (error: unknown) => translateSqlError(error)?.kind);
    const isEncrypted = async ({ connection }: JdbcSession) => {
      const [row] = await readRows(connection, jdbcSql(parameters.isEncrypted), never);
      return Number([...row!.values()][0]) === 1;
    };

    it('is encrypted and its certificate checked as the address asks for it', async () => {
      expect(await isEncrypted(await connect('localhost', parameters.full))).toBe(true);
      expect(await isEncrypted(await connect('localhost', `${parameters.full}&${parameters.authorityFile}=${server.caFile}`, { trusted: false }))).toBe(true);
      expect(await isEncrypted(await connect('127.0.0.1', parameters.authority))).toBe(true);
      expect(await isEncrypted(await connect('127.0.0.1', parameters.unverified, { trusted: false }))).toBe(true);
      expect(await isEncrypted(await connect('127.0.0.1', parameters.off))).toBe(false);
    });

    it('is refused where the certificate is another host\'s or of an authority nobody trusts', async () => {
      expect(await refused(connect('127.0.0.1', parameters.full))).toBe('connectorSecurity');
      expect(await refused(connect('localhost', parameters.full, { trusted: false }))).toBe('connectorSecurity');
      expect(await refused(connect('localhost', parameters.authority, { trusted: false }))).toBe('connectorSecurity');
    });

    it('is encrypted without being asked, and says once what it lacks where it leaves the machine', async () => {
      // To Linux 0.0.0.0 is this machine; to the connector it is a host like any other.
      const log = recordedLog();
      const context = openContext({ log });
      expect(await isEncrypted(await connect('0.0.0.0', '', { context }))).toBe(true);
      await connect('0.0.0.0', '', { context });
      expect(log.entries).toMatchObject([{ level: 'warn', fields: { server: '0.0.0.0', property: 'url' }, message: expect.stringMatching(/certificate is not checked/) as string }]);
      expect(String(log.entries[0]?.fields['add']).toLowerCase()).toContain(parameters.full.toLowerCase());
      const plain = recordedLog();
      await connect('0.0.0.0', parameters.off, { log: plain });
      expect(plain.at('warn')).toEqual([expect.stringMatching(/not encrypted/)]);
      const own = recordedLog();
      await connect('127.0.0.1', '', { log: own });
      expect(own.entries).toEqual([]);
    });

    it('is encrypted as well when a statement is stopped', async () => {
      const { connection } = await connect('localhost', parameters.full);
      const abort = new AbortController();
      const running = connection.execute(jdbcSql(parameters.wait), abort.signal).then(() => 'ended', () => 'aborted');
      await until(async () => await database.openCursors!() === 1, 'the statement to run');
      abort.abort();
      expect(await running).toBe('aborted');
      await until(async () => await database.openCursors!() === 0, 'the statement to end at the server');
    });
  });
}
