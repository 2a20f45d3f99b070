import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import racf from '../../../connectors/catalog/racf/index.js';
import { createFacade, type FacadeHandle } from '../../../connectors/framework/index.js';
import {
  ACCOUNT, Attribute, ConnectorError, GuardedString, IcfArray, OPTION, OperationOptions, Uid,
  type CallContext, type ConnectorObject, type Filter, type IcfValue, type UpdateType,
} from '../../../protocol/model/index.js';
import { configured } from '../../support/memory-facade.js';
import { recordedLog } from '../../support/quiet-log.js';
import { FakeRacf } from '../../targets/racf.js';
import { RSE_API } from '../../targets/rse-api.js';
import { issueTlsFiles, type TlsFiles } from '../../targets/tls-files.js';
import { startZosRest, type ZosApi, type ZosRestServer } from '../../targets/zos-rest.js';

export type Values = Readonly<Record<string, IcfValue | readonly IcfValue[]>>;

export function attributes(values: Values): Attribute[] {
  return Object.entries(values).map(([name, value]) => new Attribute(name, value === null ? null : Array.isArray(value) ? value : [value as IcfValue]));
}

export const ALL_SEGMENTS = 'CICS,DCE,DFP,KERB,LANGUAGE,LNOTES,NDS,NETVIEW,OMVS,OPERPARM,OVM,PROXY,TSO,WORKATTR,TME';

/** The connector in its facade, over HTTPS to a REST API in front of a stand-in for RACF. */
export class RacfFixture {
  readonly log = recordedLog();
  readonly racf: FakeRacf;
  readonly server: ZosRestServer;
  readonly tls: TlsFiles;
  readonly #directory: string;
  readonly #authority: string;
  readonly #facades: FacadeHandle[] = [];
  facade: FacadeHandle;

  private constructor(server: ZosRestServer, tls: TlsFiles, directory: string, authority: string, values: Record<string, IcfValue>) {
    [this.server, this.racf, this.tls, this.#directory, this.#authority] = [server, server.racf, tls, directory, authority];
    this.facade = this.with(values);
  }

  static async start(values: Record<string, IcfValue> = {}, api: ZosApi = RSE_API): Promise<RacfFixture> {
    const directory = await mkdtemp(join(tmpdir(), 'causeway-racf-'));
    const tls = await issueTlsFiles(directory);
    const server = await startZosRest(api, new FakeRacf(), tls);
    return new RacfFixture(server, tls, directory, await readFile(tls.caFile, 'utf8'), values);
  }

  /** Another facade on the same server, with some properties otherwise. */
  with(values: Record<string, IcfValue>, trusted: readonly string[] = [this.#authority]): FacadeHandle {
    const configuration = configured(racf, { hostName: 'localhost', port: this.server.port, userId: 'ibmuser', password: new GuardedString('SYS1'), segments: ALL_SEGMENTS, ...values });
    const facade = createFacade(racf, configuration, { log: this.log, stateRoot: this.#directory, trustedCertificates: trusted });
    this.#facades.push(facade);
    return facade;
  }

  call(signal = new AbortController().signal): CallContext {
    return { signal, operationId: 'racf-test' };
  }

  async create(values: Values, objectClass = ACCOUNT, facade = this.facade): Promise<string> {
    const uid = await facade.perform({ kind: 'create', objectClass, options: OperationOptions.none, attributes: attributes(values) }, this.call());
    return uid!.value;
  }

  async update(id: string, values: Values, objectClass = ACCOUNT, updateType: UpdateType = 'REPLACE'): Promise<void> {
    await this.facade.perform({ kind: 'update', updateType, objectClass, uid: new Uid(id), options: OperationOptions.none, attributes: attributes(values) }, this.call());
  }

  async remove(id: string, objectClass = ACCOUNT): Promise<void> {
    await this.facade.perform({ kind: 'delete', objectClass, uid: new Uid(id), options: OperationOptions.none }, this.call());
  }

  async get(id: string, objectClass = ACCOUNT, asked?: readonly string[], facade = this.facade): Promise<ConnectorObject | undefined> {
    const options = asked === undefined ? OperationOptions.none : OperationOptions.of({ [OPTION.attributesToGet]: new IcfArray('String', [...asked]) });
    return await facade.perform({ kind: 'get', objectClass, uid: new Uid(id), options }, this.call()) ?? undefined;
  }

  async read(id: string, objectClass = ACCOUNT, asked?: readonly string[], facade = this.facade): Promise<Record<string, IcfValue>> {
    return plain((await this.get(id, objectClass, asked, facade))!);
  }

  async ids(filter?: Filter, objectClass = ACCOUNT, asked?: readonly string[]): Promise<string[]> {
    const options = asked === undefined ? OperationOptions.none : OperationOptions.of({ [OPTION.attributesToGet]: new IcfArray('String', [...asked]) });
    const results = this.facade.stream({ kind: 'search', objectClass, filter, options }, this.call());
    const ids: string[] = [];
    for await (const object of results) ids.push((object).uid.value);
    return ids;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#facades.map((facade) => facade.dispose()));
    await this.server.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** An object as the documentation prints it: single values bare, maps as objects, `_id` for the uid. */
export function plain(object: ConnectorObject): Record<string, IcfValue> {
  const bare = (value: IcfValue): IcfValue => (value instanceof Map ? Object.fromEntries(value as Map<string, IcfValue>) as unknown as IcfValue : value);
  return Object.fromEntries(object.attributes.map((attribute) => {
    const values = attribute.values?.map(bare) ?? null;
    const isList = ['ATTRIBUTES', 'CLAUTH', '__GROUP__', 'KERB_ENCRYPT', 'Users', 'SUBGROUP'].includes(attribute.name);
    return [attribute.name === '__UID__' ? '_id' : attribute.name, values === null ? null : isList ? values : (values.length === 1 ? values[0]! : values)];
  }));
}

export async function failure(work: Promise<unknown>): Promise<ConnectorError> {
  const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof ConnectorError)) throw new Error(`expected a ConnectorError, got ${String(error)}`);
  return error;
}
