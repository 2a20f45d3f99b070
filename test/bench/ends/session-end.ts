import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { Socket, type AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type * as codecModule from '../../../protocol/codec/index.js';
import type * as modelModule from '../../../protocol/model/index.js';
import type { ConnectionGroup } from '../../../protocol/session/contract.js';
import type * as peerModule from '../../../protocol/session/peer.js';
import type * as linkModule from '../../../protocol/transport/websocket-link.js';
import type * as configureModule from '../../../controller/systems/configure-connector.js';
import type * as sourceModule from '../../../controller/systems/provisioner-source.js';
import type { JsonValue } from '../../../controller/crest/json.js';
import type { KeyFiles } from '../../support/causeway-world.js';
import type { Built } from '../suite/child.js';
import { timedCalls } from '../suite/timed-calls.js';

/**
 * A controller without REST, store and systems: the session over mTLS, and facades. What it does not do tells what those cost.
 * Runs in a process of its own (see scripts/bench-child.mjs); facades go by numbers.
 */
export type SessionEndMethods = Awaited<ReturnType<typeof methods>>;

export interface Streamed {
  readonly entries: number;
  readonly milliseconds: number;
  /** Received on all sockets meanwhile. */
  readonly bytes: number;
  readonly cpuSeconds: number;
}

const SUBPROTOCOL = 'v1.openicf.forgerock.org';
const CONNECTED_LIMIT_MS = 30_000;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function accept({ keys, build, onGroup }: { readonly keys: KeyFiles; readonly build: { peer: typeof peerModule; link: typeof linkModule }; onGroup(group: ConnectionGroup, infos: readonly modelModule.ConnectorInfo[]): void }) {
  const transports = new Set<Socket>();
  const peer = build.peer.createPeer({ role: 'listener', log: silent, onConnectorInfos: onGroup });
  const server = createServer({ ca: readFileSync(keys.ca), cert: readFileSync(keys.certificate), key: readFileSync(keys.key), requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 32 * 1024 ** 2, clientTracking: false, handleProtocols: () => SUBPROTOCOL });
  server.on('upgrade', (request, duplex, head) => {
    if (!(duplex instanceof Socket)) return;
    const transport: Socket = duplex;
    transports.add(transport);
    transport.once('close', () => transports.delete(transport));
    sockets.handleUpgrade(request, transport, head, (websocket) => {
      peer.attach(build.link.linkWebSocket(websocket, 'agent', request.socket), 'agent').catch(() => undefined);
    });
  });
  const bytes = () => ({ read: [...transports].reduce((sum, { bytesRead }) => sum + bytesRead, 0), written: [...transports].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0) });
  return { server, bytes };
}

export async function methods(built: Built) {
  const { facadeKeyOf } = await built('protocol/codec/index.js') as typeof codecModule;
  const { Attribute, IcfArray, Name, OperationOptions, Uid, chunksOf } = await built('protocol/model/index.js') as typeof modelModule;
  const peer = await built('protocol/session/peer.js') as typeof peerModule;
  const link = await built('protocol/transport/websocket-link.js') as typeof linkModule;
  const { configureConnector } = await built('controller/systems/configure-connector.js') as typeof configureModule;
  const { connectorParts } = await built('controller/systems/provisioner-source.js') as typeof sourceModule;
  const facades: { readonly facade: modelModule.ConnectorFacade; readonly wanted: modelModule.OperationOptions }[] = [];
  let group: ConnectionGroup | undefined;
  let infos: readonly modelModule.ConnectorInfo[] = [];
  let bytes = (): { read: number; written: number } => ({ read: 0, written: 0 });
  const call = () => ({ signal: new AbortController().signal });
  const facadeAt = (index: number) => facades[index] ?? (() => { throw new Error(`There is no facade ${index}.`); })();

  return {
    /** Listens; answers the port. */
    async listen({ keys }: { readonly keys: KeyFiles }): Promise<number> {
      const accepting = accept({ keys, build: { peer, link }, onGroup: (joined, told) => { [group, infos] = [joined, told]; } });
      ({ bytes } = accepting);
      await new Promise<void>((resolve) => { accepting.server.listen(0, '127.0.0.1', resolve); });
      return (accepting.server.address() as AddressInfo).port;
    },

    /** A facade of the connector a provisioner file describes, on the agent that has joined; its number. */
    async configure({ provisioner }: { readonly provisioner: JsonValue }): Promise<number> {
      const until = performance.now() + CONNECTED_LIMIT_MS;
      while (infos.length === 0 && performance.now() < until) await new Promise((resolve) => { setTimeout(resolve, 5); });
      const parts = connectorParts.parse(provisioner);
      const info = infos.find(({ key }) => key.connectorName === parts.connectorRef.connectorName);
      if (group === undefined || info === undefined) throw new Error(`No agent that offers ${parts.connectorRef.connectorName} has joined.`);
      const attributes = Object.values((provisioner as { objectTypes: { account: { properties: Record<string, { nativeName: string }> } } }).objectTypes.account.properties).map(({ nativeName }) => nativeName);
      const wanted = OperationOptions.of({ ATTRS_TO_GET: new IcfArray('String', attributes.filter((name) => name !== '__PASSWORD__')) });
      facades.push({ facade: group.facade(info.key, facadeKeyOf(configureConnector(info, parts, () => undefined))), wanted });
      return facades.length - 1;
    },

    /** Another agent is expected. */
    async forget(): Promise<void> {
      [group, infos] = [undefined, []];
    },

    async test({ facade }: { readonly facade: number }): Promise<void> {
      await facadeAt(facade).facade.perform({ kind: 'test' }, call());
    },

    /** Searches every account; counts what comes. */
    async search({ facade: index }: { readonly facade: number }): Promise<Streamed> {
      const { facade, wanted } = facadeAt(index);
      const [bytesBefore, cpuBefore, startedAt] = [bytes().read, process.cpuUsage(), performance.now()];
      let entries = 0;
      for (const chunks = chunksOf(facade.stream({ kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: wanted }, call()));;) {
        const step = await chunks.next();
        if (step.done === true) break;
        entries += step.value.length;
      }
      const { user, system } = process.cpuUsage(cpuBefore);
      return { entries, milliseconds: performance.now() - startedAt, bytes: bytes().read - bytesBefore, cpuSeconds: (user + system) / 1e6 };
    },

    /** Milliseconds of each get. */
    async gets({ facade: index, uids, count, concurrency }: { readonly facade: number; readonly uids: readonly string[]; readonly count: number; readonly concurrency: number }): Promise<number[]> {
      const { facade, wanted } = facadeAt(index);
      return timedCalls(count, concurrency, async (number) => {
        const found = await facade.perform({ kind: 'get', objectClass: '__ACCOUNT__', uid: new Uid(uids[number % uids.length] ?? ''), options: wanted }, call());
        if (found === null) throw new Error('a get found nothing');
      });
    },

    /** Bytes of one get and of its answer, as an average. */
    async sizesOfGet({ facade, uids, count }: { readonly facade: number; readonly uids: readonly string[]; readonly count: number }): Promise<{ requestBytes: number; answerBytes: number }> {
      await this.gets({ facade, uids, count, concurrency: 1 });
      const before = bytes();
      await this.gets({ facade, uids, count, concurrency: 1 });
      const after = bytes();
      return { requestBytes: Math.round((after.written - before.written) / count), answerBytes: Math.round((after.read - before.read) / count) };
    },

    /** Creates accounts of these attributes; their uids and the milliseconds of it all. */
    async creates({ facade: index, accounts, concurrency }: { readonly facade: number; readonly accounts: readonly Readonly<Record<string, string>>[]; readonly concurrency: number }): Promise<{ uids: string[]; milliseconds: number }> {
      const { facade } = facadeAt(index);
      const uids: string[] = [];
      const startedAt = performance.now();
      await timedCalls(accounts.length, concurrency, async (number) => {
        const attributes = Object.entries(accounts[number] ?? {}).map(([name, value]) => (name === '__NAME__' ? new Name(value) : Attribute.of(name, value)));
        const uid = await facade.perform({ kind: 'create', objectClass: '__ACCOUNT__', attributes, options: OperationOptions.none }, call());
        uids[number] = uid?.value ?? '';
      });
      return { uids, milliseconds: performance.now() - startedAt };
    },

    /** Replaces one attribute of each; milliseconds of it all. */
    async updates({ facade: index, uids, attribute, value, concurrency }: { readonly facade: number; readonly uids: readonly string[]; readonly attribute: string; readonly value: string; readonly concurrency: number }): Promise<number> {
      const { facade } = facadeAt(index);
      const startedAt = performance.now();
      await timedCalls(uids.length, concurrency, (number) => facade.perform({
        kind: 'update', updateType: 'REPLACE', objectClass: '__ACCOUNT__', uid: new Uid(uids[number] ?? ''), attributes: [Attribute.of(attribute, value)], options: OperationOptions.none,
      }, call()));
      return performance.now() - startedAt;
    },
  };
}
