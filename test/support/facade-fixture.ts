import { createFacade, type AnyConnector, type FacadeHandle } from '../../connectors/framework/index.js';
import {
  ACCOUNT, Attribute, IcfArray, OPTION, OperationOptions, Uid,
  type CallContext, type ConnectorObject, type Filter, type IcfValue, type UpdateType,
} from '../../protocol/model/index.js';
import { calling, configured } from './memory-facade.js';
import { recordedLog } from './quiet-log.js';

export type Values = Readonly<Record<string, IcfValue | readonly IcfValue[]>>;

export function attributes(values: Values): Attribute[] {
  return Object.entries(values).map(([name, value]) => new Attribute(name, value === null ? null : Array.isArray(value) ? value : [value as IcfValue]));
}

const asking = (names: readonly string[] | undefined): OperationOptions => (names === undefined ? OperationOptions.none : OperationOptions.of({ [OPTION.attributesToGet]: new IcfArray('String', [...names]) }));

/** A connector in its facade, in front of a stand-in for its host, with operations on plain values. */
export abstract class FacadeFixture {
  readonly log = recordedLog();
  readonly facade: FacadeHandle;
  readonly #connector: AnyConnector;
  readonly #least: Record<string, IcfValue>;
  readonly #stateRoot: string;
  readonly #authority: string;
  readonly #facades: FacadeHandle[] = [];

  /** `least`: the configuration but for `values`; `authority`: PEM of who signed the host's certificate. */
  constructor(connector: AnyConnector, least: Record<string, IcfValue>, values: Record<string, IcfValue>, trust: { readonly stateRoot: string; readonly authority: string }) {
    [this.#connector, this.#least, this.#stateRoot, this.#authority] = [connector, least, trust.stateRoot, trust.authority];
    this.facade = this.with(values);
  }

  /** An object as the documentation prints it. */
  abstract plain(object: ConnectorObject): Record<string, IcfValue>;

  /** Another facade on the same host, with some properties otherwise. */
  with(values: Record<string, IcfValue>, trusted: readonly string[] = [this.#authority]): FacadeHandle {
    const facade = createFacade(this.#connector, configured(this.#connector, { ...this.#least, ...values }), { log: this.log, stateRoot: this.#stateRoot, trustedCertificates: trusted });
    this.#facades.push(facade);
    return facade;
  }

  call(signal?: AbortSignal): CallContext {
    return calling(signal);
  }

  async create(values: Values, objectClass = ACCOUNT, facade = this.facade): Promise<string> {
    return (await facade.perform({ kind: 'create', objectClass, options: OperationOptions.none, attributes: attributes(values) }, this.call()))!.value;
  }

  async update(id: string, values: Values, objectClass = ACCOUNT, updateType: UpdateType = 'REPLACE'): Promise<void> {
    await this.facade.perform({ kind: 'update', updateType, objectClass, uid: new Uid(id), options: OperationOptions.none, attributes: attributes(values) }, this.call());
  }

  async remove(id: string, objectClass = ACCOUNT): Promise<void> {
    await this.facade.perform({ kind: 'delete', objectClass, uid: new Uid(id), options: OperationOptions.none }, this.call());
  }

  async get(id: string, objectClass = ACCOUNT, asked?: readonly string[], facade = this.facade): Promise<ConnectorObject | undefined> {
    return await facade.perform({ kind: 'get', objectClass, uid: new Uid(id), options: asking(asked) }, this.call()) ?? undefined;
  }

  async read(id: string, objectClass = ACCOUNT, asked?: readonly string[], facade = this.facade): Promise<Record<string, IcfValue>> {
    return this.plain((await this.get(id, objectClass, asked, facade))!);
  }

  async ids(filter?: Filter, objectClass = ACCOUNT, asked?: readonly string[]): Promise<string[]> {
    const ids: string[] = [];
    for await (const { uid } of this.facade.stream({ kind: 'search', objectClass, filter, options: asking(asked) }, this.call())) ids.push(uid.value);
    return ids;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#facades.map((facade) => facade.dispose()));
  }
}
