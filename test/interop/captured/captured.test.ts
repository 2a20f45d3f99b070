import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { keepServerDialled } from '../../../controller/gateway/dial-server.js';
import { JavaPeerFacade } from '../../../controller/gateway/java-peer-facade.js';
import { silentLog } from '../../../controller/log.js';
import { GuardedString, IcfFile, type ConnectorFacade, type IcfValue } from '../../../protocol/model/index.js';
import type { ConnectionGroup } from '../../../protocol/session/contract.js';
import { createPeer } from '../../../protocol/session/peer.js';
import { startAgent } from '../../support/causeway-processes.js';
import { makeWorld } from '../../support/causeway-world.js';
import { freePorts } from '../../support/free-ports.js';
import { facadeKeyWith } from '../../support/raw-websocket.js';
import { until } from '../../support/until.js';
import type { JavaConnection } from '../support/java-connection.js';
import { JavaDriver } from '../support/java-driver.js';
import { JavaHost } from '../support/java-host.js';
import { RecordingProxy, type Direction } from '../support/recording-proxy.js';
import { CapturedFrames } from './captured-frames.js';
import { BY_CSV_CONTROLLER, BY_JAVA_CONTROLLER, BY_JAVA_SERVER, TYPES_OF_JAVA } from './coverage.js';
import { everyCsvOperation, everyOperation } from './java-operations.js';
import { everyCsvOperationByUs, everyOperationByUs } from './our-operations.js';

const KEY = 'changeit';
const TEST = 'io.causeway.interop.connector.TestConnector';
const CSV = 'org.forgerock.openicf.csvfile.CSVFileConnector';
const PEOPLE = 'uid,givenName,sn,mail,age,password\np1,Anna,Müller,anna@example.com,30,secret1\np2,Ben,"O\'Neil, jr",,41,secret2\np3,Chloé,Ng,c@example.com,52,secret3\n';

let folder: string;
let driver: JavaDriver;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'captured-'));
  driver = await JavaDriver.start();
});
afterAll(async () => {
  await driver.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function recording(port: number): Promise<RecordingProxy> {
  const proxy = await RecordingProxy.start({ port });
  ends.push(() => proxy.stop());
  return proxy;
}

async function connection(port: number): Promise<JavaConnection> {
  const made = await driver.connect({ port, key: KEY });
  ends.push(() => made.disconnect());
  return made;
}

async function javaHost(): Promise<JavaHost> {
  const host = await JavaHost.start({ mode: 'server', key: KEY });
  ends.push(() => host.stop());
  return host;
}

/** The connections of our controller to a server that it dials. */
async function ourGroup(port: number): Promise<ConnectionGroup> {
  const peer = createPeer({ role: 'dialler', log: silentLog });
  const stop = new AbortController();
  const server = { name: 'java', host: '127.0.0.1', port, useSSL: false, key: new GuardedString(KEY) };
  const dialled = keepServerDialled(server, { peer, maxFrameBytes: 32 * 1024 ** 2, minVersion: 'TLSv1.2', log: silentLog }, stop.signal);
  ends.push(async () => {
    stop.abort();
    await peer.close('test over');
    await dialled;
  });
  await until(() => peer.groups.length > 0, 'a connection to the Java server');
  return peer.groups[0]!;
}

async function peopleFile(): Promise<string> {
  const file = join(await mkdtemp(join(folder, 'csv-')), 'people.csv');
  await writeFile(file, PEOPLE);
  return file;
}

/** Decodes and encodes what Java sent, prints the figures, and fails where bytes differ. */
function judged(name: string, proxy: RecordingProxy, javaSends: readonly Direction[]): CapturedFrames {
  const frames = new CapturedFrames();
  frames.read(name, proxy.messages, javaSends);
  console.log([`--- ${name}: ${proxy.messages.length} messages`, ...frames.lines()].join('\n'));
  expect(proxy).toMatchObject({ dropped: 0, problems: [] });
  expect(frames.mismatches).toEqual([]);
  expect(frames.mismatchCount).toBe(0);
  return frames;
}

const missing = (frames: CapturedFrames, kinds: readonly string[]): string[] => kinds.filter((kind) => !frames.messages.has(kind));

describe('what Java sends decodes, and is encoded by us to the same bytes', () => {
  test('Java controller and Java server, both directions, every operation', async () => {
    const host = await javaHost();
    const proxy = await recording(host.port);
    const peer = await connection(proxy.port);
    await everyOperation(await peer.configure(TEST, { store: 'captured', limits: ['1', '2'], keyBytes: { type: 'GuardedByteArray', value: 'AQID' }, script: { type: 'Script', language: 'echo', text: 'x' }, directory: '/tmp' }));
    await everyCsvOperation(await peer.configure(CSV, { csvFile: await peopleFile() }));
    const frames = judged('Java controller and Java server', proxy, ['toServer', 'toClient']);
    expect(missing(frames, [...BY_JAVA_CONTROLLER, ...BY_JAVA_SERVER])).toEqual([]);
    expect(TYPES_OF_JAVA.filter((type) => !frames.types.has(type))).toEqual([]);
  });

  test('Java controller to our agent, every operation of CSV', async () => {
    const world = await makeWorld();
    ends.push(() => world.remove());
    const [port = 0] = await freePorts(1);
    const agent = await startAgent(world, { name: 'captured', connected: false, config: { listeners: [{ port, address: '127.0.0.1', key: KEY }] } });
    ends.push(() => agent.process.stop());
    const proxy = await recording(port);
    const peer = await connection(proxy.port);
    const csv = (await peer.keys()).find(({ connectorName }) => connectorName === CSV)!;
    await everyCsvOperation(await peer.configure(csv, { csvFile: await peopleFile(), headerUid: 'uid' }));
    const frames = judged('Java controller to our agent', proxy, ['toServer']);
    expect(missing(frames, BY_CSV_CONTROLLER)).toEqual([]);
  });

  test('our controller and Java server, what the server answers', async () => {
    const host = await javaHost();
    const proxy = await recording(host.port);
    const group = await ourGroup(proxy.port);
    const infos = await group.connectorInfos(AbortSignal.timeout(20_000));
    const facade = (connector: string, values: Readonly<Record<string, IcfValue>>): ConnectorFacade => {
      const info = infos.find(({ key }) => key.connectorName === connector)!;
      return new JavaPeerFacade(group.facade(info.key, facadeKeyWith(info, values)));
    };
    await everyOperationByUs(facade(TEST, { store: 'by-us' }));
    await everyCsvOperationByUs(facade(CSV, { csvFile: new IcfFile(await peopleFile()) }));
    const frames = judged('our controller and Java server', proxy, ['toClient']);
    expect(missing(frames, BY_JAVA_SERVER)).toEqual([]);
  });
});
