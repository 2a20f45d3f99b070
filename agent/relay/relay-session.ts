import { ConnectorError, type ConnectorInfo } from '../../protocol/model/index.js';
import type { ConnectionGroup, SessionLog } from '../../protocol/session/contract.js';
import { DialledSession, type DialledSessionOptions } from '../session/dialled-session.js';
import type { SessionFigures } from '../session/session-figures.js';
import { CONNECTOR_SERVER } from '../session/partner.js';
import type { ConnectorSelection } from './connector-selection.js';
import type { RelayOffer } from './relay-table.js';
import type { RememberedConnectors } from './remembered-connectors.js';

export interface RelaySessionOptions {
  /** As the configuration calls the server. */
  readonly name: string;
  readonly selection: ConnectorSelection | undefined;
  /** Bytes of results kept for a requester that reads slowly. */
  readonly maxBufferedBytes: number;
  readonly session: Omit<DialledSessionOptions, 'events' | 'partner' | 'executor'>;
  readonly remembered: RememberedConnectors;
}

export interface RelayStatus {
  readonly name: string;
  readonly url: string;
  readonly serving: number;
  readonly lines: number;
  readonly problem: string;
  /** Connectors the server has, selected or not; undefined while that is not known. */
  readonly connectors: number | undefined;
}

/** One connector server that operations are passed on to: kept connected, its connector list known and remembered. */
export class RelaySession implements RelayOffer {
  readonly name: string;
  readonly selection: ConnectorSelection | undefined;
  readonly maxBufferedBytes: number;
  readonly #url: string;
  readonly #log: SessionLog;
  readonly #remembered: RememberedConnectors;
  readonly #session: DialledSession;
  /** The server's processes, the one that joined last at the end; after a restart there are two for a while. */
  readonly #groups: ConnectionGroup[] = [];
  #infos: readonly ConnectorInfo[] | undefined;
  #onInfos: () => void = () => undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor({ name, selection, maxBufferedBytes, session, remembered }: RelaySessionOptions) {
    this.name = name;
    this.selection = selection;
    this.maxBufferedBytes = maxBufferedBytes;
    this.#url = session.url;
    this.#log = session.log;
    this.#remembered = remembered;
    this.#session = new DialledSession({
      ...session, partner: CONNECTOR_SERVER,
      events: {
        onGroupOpened: (group) => { this.#joined(group); },
        onGroupClosed: (group) => { this.#left(group); },
        onConnectorInfos: (_group, infos) => { this.#learn(infos); },
      },
    });
  }

  get infos(): readonly ConnectorInfo[] | undefined {
    return this.#infos;
  }

  /** `connector server NAME`, for errors. */
  get server(): string {
    return `connector server ${this.name}`;
  }

  status(): RelayStatus {
    const { serving, lines, problem } = this.#session.status();
    return { name: this.name, url: this.#url, serving, lines, problem, connectors: this.#infos?.length };
  }

  figures(): SessionFigures {
    return this.#session.figures();
  }

  /** Reads what is remembered, if anything. `onInfos`: the list has come, or has come again. */
  async prepare(onInfos: () => void): Promise<void> {
    this.#onInfos = onInfos;
    this.#infos = await this.#remembered.load(this.name, this.#url);
  }

  /** Resolves when `stop` fired and everything is closed; rejects when the server refused us for good. */
  async run(stop: AbortSignal): Promise<void> {
    try {
      await this.#session.run(stop);
    } finally {
      await this.#saving;
    }
  }

  /** The session operations go by. Throws a ConnectorError while there is none. */
  target(): ConnectionGroup {
    const group = this.#groups.findLast(({ isOperational }) => isOperational);
    if (group !== undefined) return group;
    const { problem } = this.#session.status();
    throw new ConnectorError('connectionFailed',
      `The connector server ${this.name}, which this agent passes operations of the connector on to, is not connected${problem === '' ? '' : ` (${problem})`}. Try again later.`);
  }

  #joined(group: ConnectionGroup): void {
    this.#left(group);
    this.#groups.push(group);
  }

  #left(group: ConnectionGroup): void {
    const at = this.#groups.indexOf(group);
    if (at >= 0) this.#groups.splice(at, 1);
  }

  #learn(infos: readonly ConnectorInfo[]): void {
    this.#infos = infos;
    this.#log.info({ relay: this.name, connectors: infos.map(({ key }) => `${key.connectorName} ${key.bundleVersion}`) }, 'A connector server announced its connectors.');
    this.#saving = this.#saving.then(() => this.#remembered.save(this.name, this.#url, infos));
    this.#onInfos();
  }
}
