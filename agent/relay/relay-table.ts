import { connectorKeyText, type ConnectorInfo, type ConnectorKey } from '../../protocol/model/index.js';
import type { ConnectorSelection } from './connector-selection.js';

/** One server, as far as its connectors go. */
export interface RelayOffer {
  readonly name: string;
  /** Which of its connectors are wanted; undefined: those this agent does not have itself. */
  readonly selection: ConnectorSelection | undefined;
  /** What it said it has; undefined while that is not known. */
  readonly infos: readonly ConnectorInfo[] | undefined;
}

/** A server that offers a connector another one, named before it, is used for. */
export interface ShadowedOffer {
  readonly key: string;
  readonly used: string;
  readonly ignored: string;
}

/**
 * Who serves which connector. A connector that a relay selects by name goes there even when this agent has it too; else
 * this agent's own comes first, then the relays in the order of the configuration.
 */
export class RelayTable<R extends RelayOffer> {
  readonly #relays: readonly R[];
  readonly #own: ReadonlyMap<string, ConnectorInfo>;

  constructor(relays: readonly R[], own: readonly ConnectorInfo[]) {
    this.#relays = relays;
    this.#own = new Map(own.map((info) => [connectorKeyText(info.key), info]));
  }

  /** The relay for a connector; undefined for one of this agent, or of nobody. */
  find(key: ConnectorKey): R | undefined {
    const text = connectorKeyText(key);
    return this.#relays.find((relay) => this.#serves(relay, key, text));
  }

  /** Everything there is, each connector once. */
  get infos(): readonly ConnectorInfo[] {
    const merged = new Map(this.#own);
    for (const relay of [...this.#relays].reverse()) {
      for (const info of relay.infos ?? []) if (this.#serves(relay, info.key, connectorKeyText(info.key))) merged.set(connectorKeyText(info.key), info);
    }
    return [...merged.values()];
  }

  get shadowed(): readonly ShadowedOffer[] {
    const used = new Map<string, string>();
    const found: ShadowedOffer[] = [];
    for (const relay of this.#relays) {
      for (const { key } of relay.infos ?? []) {
        const text = connectorKeyText(key);
        if (!this.#serves(relay, key, text)) continue;
        const first = used.get(text);
        if (first === undefined) used.set(text, relay.name);
        else found.push({ key: text, used: first, ignored: relay.name });
      }
    }
    return found;
  }

  /** A selected connector of a server that was never reached is known to be there and nothing more. */
  #serves({ selection, infos }: R, key: ConnectorKey, text: string): boolean {
    if (selection !== undefined) return selection(key) && (infos === undefined || hasKey(infos, text));
    return infos !== undefined && !this.#own.has(text) && hasKey(infos, text);
  }
}

function hasKey(infos: readonly ConnectorInfo[], text: string): boolean {
  return infos.some(({ key }) => connectorKeyText(key) === text);
}
