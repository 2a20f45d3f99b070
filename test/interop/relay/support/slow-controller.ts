import { basicAuthorization } from '../../../../agent/transport/authorization.js';
import { SecretReference } from '../../../../agent/config/secret-reference.js';
import { dial } from '../../../../agent/transport/dial.js';
import { facadeKeyOf } from '../../../../protocol/codec/index.js';
import { GuardedString, OperationOptions, type ConnectorObject, type IcfValue, type SearchResult } from '../../../../protocol/model/index.js';
import type { ConnectionGroup, ProtocolPeer } from '../../../../protocol/session/contract.js';
import { createPeer } from '../../../../protocol/session/peer.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { AGENT_KEY } from './relaying-agent.js';

/** The requesting end of our own protocol, with its credits, read at whatever pace a test likes. */
export class SlowController {
  readonly #peer: ProtocolPeer;
  readonly #group: ConnectionGroup;
  /** As the agent announced them last. */
  connectorNames: readonly string[] = [];

  private constructor(peer: ProtocolPeer, group: ConnectionGroup) {
    this.#peer = peer;
    this.#group = group;
  }

  /** Opens two sockets to an agent in server mode. */
  static async dial(port: number): Promise<SlowController> {
    const controllers: SlowController[] = [];
    let announced: readonly string[] = [];
    const peer = createPeer({
      role: 'dialler', log: recordedLog(),
      onConnectorInfos: (_group, infos) => {
        announced = infos.map(({ key }) => key.connectorName);
        for (const controller of controllers) controller.connectorNames = announced;
      },
    });
    const stop = AbortSignal.timeout(20_000);
    const target = {
      url: new URL(`ws://127.0.0.1:${port}/openicf`), tls: {}, connectTimeout: 10_000, maxFrameBytes: 33_554_432, userAgent: 'test',
      authorization: basicAuthorization('anonymous', new SecretReference({ kind: 'clear', value: new GuardedString(AGENT_KEY) })),
    };
    const attached = await Promise.all([1, 2].map(async () => peer.attach((await dial(target, stop)).socket, 'agent')));
    const controller = new SlowController(peer, attached[0]!.group);
    controller.connectorNames = announced;
    controllers.push(controller);
    return controller;
  }

  /** A search of every account, with property values on top of the connector's defaults. */
  async* search(connectorName: string, values: Readonly<Record<string, IcfValue>>): AsyncGenerator<ConnectorObject, SearchResult | undefined, void> {
    const signal = AbortSignal.timeout(60_000);
    const info = (await this.#group.connectorInfos(signal)).find(({ key }) => key.connectorName === connectorName);
    if (info === undefined) throw new Error(`the agent has no ${connectorName}`);
    const properties = info.defaultConfiguration.properties.map((property) => (Object.hasOwn(values, property.name) ? { ...property, value: values[property.name]! } : property));
    const facade = this.#group.facade(info.key, facadeKeyOf({ ...info.defaultConfiguration, properties }));
    return yield* facade.stream({ kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: OperationOptions.none }, { signal });
  }

  async close(): Promise<void> {
    await this.#peer.close('test over');
  }
}
