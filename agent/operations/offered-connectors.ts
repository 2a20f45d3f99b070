import { connectorKeyText, type ConnectorInfo, type ConnectorKey } from '../../protocol/model/index.js';
import { publishedInfos, type AnyConnector } from '../../connectors/framework/index.js';
import type { BuiltInfos } from './built-infos.js';

export interface OfferedConnectorsOptions {
  /** Ids, in the order in which they are published. */
  readonly enabled: readonly string[];
  readonly load: (id: string) => Promise<AnyConnector | undefined>;
  /** Infos made by the build; of a connector without, they are made here, which loads it. */
  readonly builtInfos?: (() => Promise<BuiltInfos>) | undefined;
}

interface Offered {
  readonly infos: readonly ConnectorInfo[];
  /** Connector ids by the texts of their keys. */
  readonly ids: ReadonlyMap<string, string>;
}

/** The connectors of this agent: told of without loading them where the build has left what to tell, loaded when one is first used. */
export class OfferedConnectors {
  readonly #options: OfferedConnectorsOptions;
  readonly #loaded = new Map<string, Promise<AnyConnector | undefined>>();
  #offered: Promise<Offered> | undefined;

  constructor(options: OfferedConnectorsOptions) {
    this.#options = options;
  }

  /** An info for each key. Rejects when two connectors claim the same key. */
  async infos(): Promise<readonly ConnectorInfo[]> {
    return (await this.#all()).infos;
  }

  /** Texts of all keys. */
  async keys(): Promise<readonly string[]> {
    return [...(await this.#all()).ids.keys()];
  }

  /** By any of its keys; undefined when none is offered under this one. */
  async find(key: ConnectorKey): Promise<AnyConnector | undefined> {
    const id = (await this.#all()).ids.get(connectorKeyText(key));
    return id === undefined ? undefined : this.#load(id);
  }

  #all(): Promise<Offered> {
    return this.#offered ??= this.#gather().catch((error: unknown) => {
      this.#offered = undefined; // the next request tries again
      throw error;
    });
  }

  async #gather(): Promise<Offered> {
    const { enabled, builtInfos } = this.#options;
    const built = await builtInfos?.();
    const each = await Promise.all(enabled.map(async (id) => ({ id, infos: built?.get(id) ?? await this.#infosOf(id) })));
    const ids = new Map<string, string>();
    for (const { id, infos } of each) {
      for (const key of infos.map((info) => connectorKeyText(info.key))) {
        const other = ids.get(key);
        if (other !== undefined) throw new Error(`The connectors ${other} and ${id} both claim the key ${key}.`);
        ids.set(key, id);
      }
    }
    return { infos: each.flatMap(({ infos }) => infos), ids };
  }

  async #infosOf(id: string): Promise<readonly ConnectorInfo[]> {
    const connector = await this.#load(id);
    return connector === undefined ? [] : publishedInfos(connector);
  }

  #load(id: string): Promise<AnyConnector | undefined> {
    const known = this.#loaded.get(id);
    if (known !== undefined) return known;
    const loading = this.#options.load(id);
    this.#loaded.set(id, loading);
    loading.catch(() => this.#loaded.delete(id));
    return loading;
  }
}
