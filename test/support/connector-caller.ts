import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFacade, type AnyConnector, type FacadeHandle } from '../../connectors/framework/index.js';
import {
  ConnectorError, OperationOptions,
  type ApiConfiguration, type Attribute, type ConnectorObject, type Filter, type IcfValue, type SyncDelta, type SyncToken, type Uid,
} from '../../protocol/model/index.js';
import { calling, configured, drain } from './memory-facade.js';
import { recordedLog, type RecordedLog } from './quiet-log.js';

/** A connector behind its facade, with the operations tests ask for in one line each. */
export class ConnectorCaller {
  readonly facade: FacadeHandle;
  readonly log: RecordedLog = recordedLog();

  constructor(connector: AnyConnector, values: Record<string, IcfValue>, changes: Partial<ApiConfiguration> = {}, stateRoot = join(tmpdir(), 'causeway-unused')) {
    this.facade = createFacade(connector, configured(connector, values, changes), { log: this.log, stateRoot });
  }

  async create(objectClass: string, ...attributes: readonly Attribute[]): Promise<Uid> {
    return (await this.facade.perform({ kind: 'create', objectClass, attributes, options: OperationOptions.none }, calling())) as Uid;
  }

  async update(objectClass: string, uid: Uid, ...attributes: readonly Attribute[]): Promise<Uid> {
    return (await this.facade.perform({ kind: 'update', updateType: 'REPLACE', objectClass, uid, attributes, options: OperationOptions.none }, calling())) as Uid;
  }

  async remove(objectClass: string, uid: Uid): Promise<void> {
    await this.facade.perform({ kind: 'delete', objectClass, uid, options: OperationOptions.none }, calling());
  }

  async get(objectClass: string, uid: Uid, options = OperationOptions.none): Promise<ConnectorObject | null> {
    return await this.facade.perform({ kind: 'get', objectClass, uid, options }, calling());
  }

  /** The object, which has to be there, as plain values; a list where there is not exactly one. */
  async values(objectClass: string, uid: Uid): Promise<Record<string, unknown>> {
    const object = await this.get(objectClass, uid);
    if (object === null) throw new Error(`There is no ${objectClass} ${uid.value}.`);
    return plain(object);
  }

  async search(objectClass: string, filter?: Filter, options: Record<string, IcfValue> = {}, signal?: AbortSignal) {
    const { items, end } = await drain(this.facade.stream({ kind: 'search', objectClass, filter, options: OperationOptions.of(options) }, calling(signal)));
    return { items: items, cookie: (end as { pagedResultsCookie?: string | null } | undefined)?.pagedResultsCookie ?? undefined };
  }

  async sync(objectClass: string, token: SyncToken | null): Promise<{ items: SyncDelta[]; end: SyncToken | undefined }> {
    const { items, end } = await drain(this.facade.stream({ kind: 'sync', objectClass, token, options: OperationOptions.none }, calling()));
    return { items: items, end: end };
  }

  async test(): Promise<void> {
    await this.facade.perform({ kind: 'test' }, calling());
  }

  dispose(): Promise<void> {
    return this.facade.dispose();
  }
}

export function plain(object: ConnectorObject): Record<string, unknown> {
  return Object.fromEntries(object.attributes.map(({ name, values }) => [name, values?.length === 1 ? plainValue(values[0] ?? null) : (values ?? []).map(plainValue)]));
}

function plainValue(value: IcfValue): unknown {
  return value instanceof Map ? Object.fromEntries([...value].map(([key, item]) => [key, plainValue(item)])) : value;
}

/** The error work fails with, which has to be a ConnectorError. */
export async function failure(work: Promise<unknown>): Promise<ConnectorError> {
  const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
  if (error instanceof ConnectorError) return error;
  throw new Error(error === undefined ? 'It did not fail.' : 'It failed with another kind of error.', { cause: error });
}
