import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import mongodb from '../../../connectors/catalog/mongodb/index.js';
import { createFacade, type AnyConnector, type FacadeEnvironment } from '../../../connectors/framework/index.js';
import { ACCOUNT, Attribute, GuardedString, Name, OperationOptions, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { configured } from '../../support/memory-facade.js';
import { recordedLog } from '../../support/quiet-log.js';
import { ScriptedSystem } from '../../support/scripted.js';
import { secret } from '../../support/secret-values.js';
import { startFakeMongo, type FakeMongo, type FakeMongoOptions } from '../../targets/mongo/fake-mongo.js';

export const DATABASE = 'test';
export const ADMIN = 'myUserAdmin';
export const ADMIN_PASSWORD = secret('password of the MongoDB administrator');

/** A server for one test. With `auth` there is an administrator. */
export async function mongo(options: FakeMongoOptions = {}): Promise<FakeMongo> {
  const server = await startFakeMongo(options);
  if (options.auth === true) addAdministrator(server);
  onTestFinished(() => server.stop());
  return server;
}

export function addAdministrator(server: FakeMongo): void {
  server.principals.createUser('admin', { createUser: ADMIN, pwd: ADMIN_PASSWORD, roles: [{ role: 'root', db: 'admin' }] });
}

/** Properties that reach the server without an address: as most provisioner files do. */
export function byHost(server: FakeMongo): Record<string, IcfValue> {
  return { host: server.host, port: server.port, sslEnabled: false, database: DATABASE };
}

export function asAdministrator(server: FakeMongo): Record<string, IcfValue> {
  return { ...byHost(server), user: ADMIN, password: new GuardedString(ADMIN_PASSWORD), userDatabase: 'admin' };
}

/** The connector on a server, for one test. */
export class MongoSystem extends ScriptedSystem {
  async change(updateType: 'ADD' | 'REMOVE' | 'REPLACE', uid: string, attributes: readonly Attribute[], objectClass = ACCOUNT): Promise<Uid | null> {
    return this.perform({ kind: 'update', updateType, uid: new Uid(uid), attributes, objectClass, options: OperationOptions.none });
  }

  async remove(uid: string, objectClass = ACCOUNT): Promise<void> {
    await this.perform({ kind: 'delete', uid: new Uid(uid), objectClass, options: OperationOptions.none });
  }
}

export async function mongoSystem(values: Record<string, IcfValue>, environment: Partial<FacadeEnvironment> = {}, connector: AnyConnector = mongodb): Promise<MongoSystem> {
  const stateRoot = await mkdtemp(join(tmpdir(), 'causeway-mongodb-'));
  const log = recordedLog();
  const facade = createFacade(connector, configured(connector, values), { log, stateRoot, ...environment });
  onTestFinished(async () => {
    await facade.dispose();
    await rm(stateRoot, { recursive: true, force: true });
  });
  return new MongoSystem(facade, log, stateRoot);
}

/** Documents of the collection `people` as accounts, those of `teams` as groups. */
export const PEOPLE: Record<string, IcfValue> = { collections: ['__ACCOUNT__=people', '__GROUP__=teams'] };

export function person(name: string, values: Readonly<Record<string, IcfValue>> = {}): Attribute[] {
  return [new Name(name), ...Object.entries(values).map(([attribute, value]) => new Attribute(attribute, value === null ? null : Array.isArray(value) ? value : [value]))];
}

/** The connector on those collections, with the server behind it. */
export async function onPeople(values: Record<string, IcfValue> = {}): Promise<{ readonly server: FakeMongo; readonly system: MongoSystem }> {
  const server = await mongo();
  return { server, system: await mongoSystem({ ...byHost(server), ...PEOPLE, ...values }) };
}
