import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import as400 from '../../../connectors/catalog/as400/index.js';
import { createFacade, type FacadeHandle } from '../../../connectors/framework/index.js';
import {
  ACCOUNT, Attribute, ConnectorError, GuardedString, IcfArray, OPTION, OperationOptions, Uid,
  type CallContext, type ConnectorObject, type Filter, type IcfValue, type UpdateType,
} from '../../../protocol/model/index.js';
import { configured } from '../../support/memory-facade.js';
import { recordedLog } from '../../support/quiet-log.js';
import { FakeIbmI } from '../../targets/ibm-i.js';
import { startMapepire, type MapepireServer } from '../../targets/mapepire.js';
import { issueTlsFiles } from '../../targets/tls-files.js';

export type Values = Readonly<Record<string, IcfValue | readonly IcfValue[]>>;

export function attributes(values: Values): Attribute[] {
  return Object.entries(values).map(([name, value]) => new Attribute(name, value === null ? null : Array.isArray(value) ? value : [value as IcfValue]));
}

const LISTS = new Set(['SPCAUT', 'SETJOBATR', 'USROPT', 'SUPGRPPRF', 'EIMASSOC']);

/** An object as the documentation prints it. */
export function plain(object: ConnectorObject): Record<string, IcfValue> {
  return Object.fromEntries(object.attributes.map(({ name, values }) => [name, LISTS.has(name) ? (values as IcfValue[]) : values?.[0] ?? null]));
}

export async function failure(work: Promise<unknown>): Promise<ConnectorError> {
  const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof ConnectorError)) throw new Error(`expected a ConnectorError, got ${String(error)}`);
  return error;
}

/** The connector in its facade, over wss to a Mapepire server in front of a stand-in for IBM i. */
export class As400Fixture {
  readonly log = recordedLog();
  readonly host: FakeIbmI;
  readonly server: MapepireServer;
  readonly #directory: string;
  readonly #authority: string;
  readonly #facades: FacadeHandle[] = [];
  facade: FacadeHandle;

  private constructor(server: MapepireServer, directory: string, authority: string, values: Record<string, IcfValue>) {
    [this.server, this.host, this.#directory, this.#authority] = [server, server.host, directory, authority];
    this.facade = this.with(values);
  }

  static async start(values: Record<string, IcfValue> = {}): Promise<As400Fixture> {
    const directory = await mkdtemp(join(tmpdir(), 'causeway-as400-'));
    const tls = await issueTlsFiles(directory);
    return new As400Fixture(await startMapepire(new FakeIbmI(), tls), directory, await readFile(tls.caFile, 'utf8'), values);
  }

  with(values: Record<string, IcfValue>, trusted: readonly string[] = [this.#authority]): FacadeHandle {
    const configuration = configured(as400, { hostName: 'localhost', port: this.server.port, userName: 'QSECADM', password: new GuardedString('SECRET1'), ...values });
    const facade = createFacade(as400, configuration, { log: this.log, stateRoot: this.#directory, trustedCertificates: trusted });
    this.#facades.push(facade);
    return facade;
  }

  call(signal = new AbortController().signal): CallContext {
    return { signal, operationId: 'as400-test' };
  }

  async create(values: Values, objectClass = ACCOUNT): Promise<string> {
    return (await this.facade.perform({ kind: 'create', objectClass, options: OperationOptions.none, attributes: attributes(values) }, this.call()))!.value;
  }

  async update(id: string, values: Values, objectClass = ACCOUNT, updateType: UpdateType = 'REPLACE'): Promise<void> {
    await this.facade.perform({ kind: 'update', updateType, objectClass, uid: new Uid(id), options: OperationOptions.none, attributes: attributes(values) }, this.call());
  }

  async remove(id: string, objectClass = ACCOUNT): Promise<void> {
    await this.facade.perform({ kind: 'delete', objectClass, uid: new Uid(id), options: OperationOptions.none }, this.call());
  }

  async get(id: string, objectClass = ACCOUNT, asked?: readonly string[]): Promise<ConnectorObject | undefined> {
    const options = asked === undefined ? OperationOptions.none : OperationOptions.of({ [OPTION.attributesToGet]: new IcfArray('String', [...asked]) });
    return await this.facade.perform({ kind: 'get', objectClass, uid: new Uid(id), options }, this.call()) ?? undefined;
  }

  async read(id: string, objectClass = ACCOUNT, asked?: readonly string[]): Promise<Record<string, IcfValue>> {
    return plain((await this.get(id, objectClass, asked))!);
  }

  async ids(filter?: Filter, objectClass = ACCOUNT, asked?: readonly string[]): Promise<string[]> {
    const options = asked === undefined ? OperationOptions.none : OperationOptions.of({ [OPTION.attributesToGet]: new IcfArray('String', [...asked]) });
    const ids: string[] = [];
    for await (const object of this.facade.stream({ kind: 'search', objectClass, filter, options }, this.call())) ids.push((object).uid.value);
    return ids;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#facades.map((facade) => facade.dispose()));
    await this.server.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
