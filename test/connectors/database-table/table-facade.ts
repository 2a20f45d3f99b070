import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import databaseTable from '../../../connectors/catalog/database-table/index.js';
import { createFacade, type FacadeHandle } from '../../../connectors/framework/index.js';
import {
  ACCOUNT, Attribute, ConnectorError, NAME, Name, OperationOptions, Uid, type ConnectorObject, type Filter, type IcfValue, type SyncDelta, type SyncToken,
} from '../../../protocol/model/index.js';
import { configured, drain } from '../../support/memory-facade.js';
import { recordedLog } from '../../support/quiet-log.js';
import type { DatabaseServer } from '../../targets/database-server.js';

/** A database with the test's privileges. */
export interface TestDatabase {
  readonly name: string;
  /** It is the system itself, or stands in for it. */
  readonly isReal: boolean;
  /** url, driverClassName, username, password. */
  readonly configuration: Record<string, IcfValue>;
  /** `create table` with all kinds of columns; see {@link COLUMNS}. */
  createTable(table: string): Promise<void>;
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Left out: there is none. */
  readonly server?: DatabaseServer;
  readonly outage?: { begin(): Promise<void>; end(): Promise<void> };
  /** Statements or cursors open at the server, ours among them or not. */
  readonly openCursors?: () => Promise<number>;
  stop(): Promise<void>;
}

type Entries = Record<string, IcfValue>;

/** The connector on a table of a test database, by the operations a caller has. */
export class TableFacade {
  readonly log = recordedLog();
  readonly facade: FacadeHandle;
  readonly stateRoot: string;

  private constructor(facade: (log: ReturnType<typeof recordedLog>) => FacadeHandle, stateRoot: string) {
    this.facade = facade(this.log);
    this.stateRoot = stateRoot;
  }

  static async on(database: TestDatabase, changes: Entries = {}): Promise<TableFacade> {
    const stateRoot = await mkdtemp(join(tmpdir(), 'causeway-table-'));
    const configuration = configured(databaseTable, { ...database.configuration, keyColumn: 'email', passwordColumn: 'secret', changeLogColumn: 'changed', minIdle: 0, ...changes });
    return new TableFacade((log) => createFacade(databaseTable, configuration, { log, stateRoot }), stateRoot);
  }

  get context() {
    return { signal: new AbortController().signal, operationId: 'op-1' };
  }

  on(options: Entries = {}) {
    return { objectClass: ACCOUNT, options: OperationOptions.of(options) };
  }

  async create(name: string, values: Record<string, IcfValue> = {}): Promise<Uid> {
    const attributes = [new Name(name), ...Object.entries(values).map(([key, value]) => new Attribute(key, value === null ? null : [value]))];
    return (await this.facade.perform({ kind: 'create', attributes, ...this.on() }, this.context))!;
  }

  async update(uid: string, values: Record<string, IcfValue>, updateType: 'REPLACE' | 'ADD' | 'REMOVE' = 'REPLACE'): Promise<Uid> {
    const attributes = Object.entries(values).map(([key, value]) => (key === NAME ? new Name(value as string) : new Attribute(key, value === null ? null : [value])));
    return (await this.facade.perform({ kind: 'update', updateType, uid: new Uid(uid), attributes, ...this.on() }, this.context))!;
  }

  delete(uid: string): Promise<void> {
    return this.facade.perform({ kind: 'delete', uid: new Uid(uid), ...this.on() }, this.context);
  }

  get(uid: string, options: Entries = {}): Promise<ConnectorObject | null> {
    return this.facade.perform({ kind: 'get', uid: new Uid(uid), ...this.on(options) }, this.context);
  }

  async search(filter?: Filter, options: Entries = {}) {
    return await drain(this.facade.stream({ kind: 'search', filter, ...this.on(options) }, this.context));
  }

  async uids(filter?: Filter, options: Entries = {}): Promise<string[]> {
    return (await this.search(filter, options)).items.map(({ uid }) => uid.value).sort();
  }

  async sync(token: SyncToken | null): Promise<{ items: SyncDelta[]; end: SyncToken | undefined }> {
    return await drain(this.facade.stream({ kind: 'sync', token, ...this.on() }, this.context));
  }

  async dispose(): Promise<void> {
    await this.facade.dispose();
    await rm(this.stateRoot, { recursive: true, force: true });
  }
}

export async function failing(promise: Promise<unknown>): Promise<ConnectorError> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  if (error instanceof ConnectorError) return error;
  throw new Error(`Expected a ConnectorError, got ${String(error)}.`);
}
