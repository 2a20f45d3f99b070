import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Attribute, IcfFile, OPTION, OperationOptions, type ConnectorInfo, type ConnectorKey } from '../../protocol/model/index.js';
import { encodeOperationRequest } from '../../protocol/codec/index.js';
import { startAgent, type Agent } from '../support/causeway-processes.js';
import { makeWorld, type World } from '../support/causeway-world.js';
import { freePorts } from '../support/free-ports.js';
import { RawWebSocket, facadeKeyWith } from '../support/raw-websocket.js';
import { until } from '../support/until.js';
import { secret } from '../support/secret-values.js';

const KEY = secret('key of a listener');
const ROWS = 3_000;
const options = new OperationOptions(new Map());
const everything = { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options } as const;

let world: World;
let agent: Agent;
let url: string;
let csv: ConnectorInfo;
let facadeKey: string;
let sessions = 0;
beforeAll(async () => {
  world = await makeWorld();
  const [port] = await freePorts(1) as [number];
  await writeFile(world.path('people.csv'), ['uid,firstName', ...Array.from({ length: ROWS }, (_, number) => `p${number},First ${number}`), ''].join('\n'));
  agent = await startAgent(world, { name: 'listening', config: { listeners: [{ port, address: '127.0.0.1', key: KEY }], session: { maxFrameSize: '1MiB' } } });
  url = `ws://127.0.0.1:${port}/openicf`;
  const first = await joined();
  csv = (await first.connectors(1)).find(({ key }) => key.connectorName.includes('CSVFile'))!;
  facadeKey = facadeKeyWith(csv, { csvFile: new IcfFile(world.path('people.csv')), headerUid: 'uid' });
  first.socket.terminate();
}, 60_000);
afterAll(async () => {
  await agent.process.kill();
  await world.remove();
});

const open = (): Promise<RawWebSocket> => RawWebSocket.open(url, { headers: { Authorization: `Basic ${Buffer.from(`anonymous:${KEY}`).toString('base64')}` } });

/** A socket that has shaken hands, of a session of its own. */
async function joined(): Promise<RawWebSocket> {
  const raw = await open();
  await raw.hello(`raw-session-${sessions++}`);
  await raw.wait('handshakeResponse');
  return raw;
}

/** The raw end answers no control request, which a slow machine has the time to be told of. */
const UNANSWERED = 'A control request found no good answer; it will be repeated.';
const warnings = (from: number) => agent.process.lines.slice(from).filter(({ text, fields }) => fields['level'] === 40 && fields['operation'] === undefined && text !== UNANSWERED);

describe('on a socket of the agent that other operations use', () => {
  let raw: RawWebSocket;
  let before: number;
  beforeEach(async () => {
    raw = await joined();
    before = agent.process.lines.length;
  });

  /** A search runs while `disturb` does its worst on the same socket; it must end whole. */
  async function undisturbed(disturb: () => Promise<void> | void): Promise<void> {
    await raw.operate(100, csv.key, facadeKey, everything);
    await disturb();
    expect(await raw.searched(100)).toEqual({ objects: ROWS, announced: ROWS });
    await raw.operate(101, csv.key, facadeKey, everything);
    expect(await raw.searched(101)).toEqual({ objects: ROWS, announced: ROWS });
    expect(raw.closed).toBeUndefined();
    raw.socket.terminate();
  }

  it('text frames are ignored and logged once', async () => {
    await undisturbed(() => { for (let n = 0; n < 20; n++) raw.text('{"hello":1}'); });
    expect(warnings(before).map(({ text }) => text)).toEqual(['Ignored a text message; the protocol knows binary messages only.']);
  });

  it('garbage and truncated frames are dropped and logged once', async () => {
    const whole = encodeOperationRequest({ id: 7, connectorKey: csv.key, facadeKey, operation: everything });
    await undisturbed(() => raw.send(Buffer.from('ffffffffffffffff', 'hex'), whole.subarray(0, 40), whole.subarray(0, whole.length - 1), new Uint8Array(0)));
    expect(warnings(before)).toHaveLength(1);
    expect(raw.of('operationResponse', 7)).toEqual([]);
  });

  it('a message of no known kind is answered as Java does', async () => {
    await undisturbed(() => raw.send({ kind: 'unknownMessage', id: 41 }, { kind: 'unknownRequest', id: 42 }));
    expect(raw.of('error', 41)).toMatchObject([{ javaClass: 'org.identityconnectors.framework.common.exceptions.ConnectorException', message: 'Unknown RemoteMessage' }]);
    expect(raw.of('error', 42)).toMatchObject([{ message: 'Unknown Request message' }]);
  });

  it('a second handshake is answered as the first and changes nothing', async () => {
    await undisturbed(() => raw.hello('another-session'));
    const answers = raw.of('handshakeResponse');
    expect(answers).toHaveLength(2);
    expect(answers[1]?.sessionId).toBe(answers[0]?.sessionId);
  });

  it('an unknown connector is a ConnectorException that names it', async () => {
    const unknown: ConnectorKey = { ...csv.key, connectorName: 'com.example.NoSuchConnector' };
    await undisturbed(() => raw.operate(50, unknown, facadeKey, { kind: 'test' }));
    expect(raw.of('error', 50)).toMatchObject([{ javaClass: 'org.identityconnectors.framework.common.exceptions.ConnectorException', message: expect.stringContaining('NoSuchConnector') as string }]);
  });

  it.each([
    ['that is no Base64', 'not*base64!', 'Base64'],
    ['of something else', Buffer.from('hello world, this is no object stream').toString('base64'), ''],
    ['that is cut short', 'CUT', ''],
    ['that is empty', '', ''],
  ])('a facade key %s is a ConnectorException', async (_what, key, message) => {
    await undisturbed(() => raw.operate(51, csv.key, key === 'CUT' ? facadeKey.slice(0, 400) : key, { kind: 'test' }));
    const [error] = raw.of('error', 51);
    expect(error?.message).toContain(message);
    expect(error?.javaClass).toMatch(/ConnectorException|ConfigurationException|RuntimeException/);
    expect(error?.stackTrace).toBe('');
  });

  it('a property of the wrong type is a ConfigurationException or an invalid value that names the property', async () => {
    await undisturbed(() => raw.operate(52, csv.key, facadeKeyWith(csv, { csvFile: new IcfFile(world.path('people.csv')), syncFileRetentionCount: 'three' }, { syncFileRetentionCount: 'String' }), { kind: 'validate' }));
    const error = await raw.wait('error', 52);
    expect(error.javaClass).toBe('org.identityconnectors.framework.common.exceptions.ConfigurationException');
    expect(error.message).toContain('syncFileRetentionCount');
  });

  it('a cookie of another query is an InvalidAttributeValueException', async () => {
    const paged = (more: [string, string][]) => new OperationOptions(new Map<string, string | number>([[OPTION.pageSize, 5], ...more]));
    await raw.operate(60, csv.key, facadeKey, { ...everything, options: paged([]) });
    await raw.searched(60);
    const cookie = raw.of('operationResponse', 60).at(-1)?.response.fields.searchOpResponse?.result?.pagedResultsCookie;
    expect(cookie).toBeTruthy();
    await undisturbed(() => raw.operate(61, csv.key, facadeKey, { ...everything, objectClass: '__ACCOUNT__', filter: { kind: 'startsWith', attribute: new Attribute('firstName', ['First 1']) }, options: paged([[OPTION.pagedResultsCookie, cookie!]]) }));
    expect((await raw.wait('error', 61)).javaClass).toBe('org.identityconnectors.framework.common.exceptions.InvalidAttributeValueException');
  });

  it('an id that is still executing is refused under that id, as Java does, and the first request goes on', async () => {
    await raw.operate(70, csv.key, facadeKey, everything);
    await undisturbed(() => raw.operate(70, csv.key, facadeKey, { kind: 'test' }));
    expect(raw.of('error', 70)).toMatchObject([{ javaClass: 'java.lang.IllegalStateException', message: 'Request has been registered with id: 70' }]);
    expect(raw.of('operationResponse', 70)).toHaveLength(ROWS + 1);
  });
});

describe('what costs the socket, and only it', () => {
  it('a frame above the limit: 1009', async () => {
    const [raw, other] = await Promise.all([joined(), joined()]);
    await other.operate(1, csv.key, facadeKey, everything);
    raw.socket.send(randomBytes(1_100_000));
    expect((await raw.waitClosed()).code).toBe(1009);
    expect(await other.searched(1)).toEqual({ objects: ROWS, announced: ROWS });
    other.socket.terminate();
  });

  it('requests before the handshake: an error each, then 1002; a handshake in between is still taken', async () => {
    const raw = await open();
    await raw.operate(1, csv.key, facadeKey, { kind: 'test' });
    expect(await raw.wait('error', 1)).toMatchObject({ message: 'Connection received request before handshake' });
    await raw.hello('late-but-welcome');
    await raw.wait('handshakeResponse');
    await raw.operate(2, csv.key, facadeKey, { kind: 'test' });
    await raw.wait('operationResponse', 2);
    const stubborn = await open();
    for (let id = 1; id <= 40 && stubborn.closed === undefined; id++) await stubborn.operate(id, csv.key, facadeKey, { kind: 'test' }).catch(() => undefined);
    expect(await stubborn.waitClosed()).toMatchObject({ code: 1002 });
    raw.socket.terminate();
  });

  it('another subprotocol, a wrong key: no session', async () => {
    await expect(RawWebSocket.open(url, { headers: { Authorization: `Basic ${Buffer.from('anonymous:wrong').toString('base64')}` } })).rejects.toThrow(/403/);
    await expect(RawWebSocket.open(url, {})).rejects.toThrow(/401/);
  });
});

describe('memory', () => {
  it('is flat after 10,000 garbage frames and as many refused requests, and the agent still works', async () => {
    const raw = await joined();
    const flood = async (): Promise<void> => {
      const garbage = randomBytes(2_048);
      garbage.fill(0xff, 0, 8);
      for (let n = 0; n < 10_000; n++) await raw.send(garbage);
      for (let n = 0; n < 10_000; n++) {
        await raw.operate(1_000_000 + n, { ...csv.key, connectorName: `com.example.No${n}` }, 'AAAA', { kind: 'test' });
        if (n % 256 === 0) await until(() => raw.of('error').length >= n - 255, 'the refusals to come');
      }
      await until(() => raw.of('error').length >= 10_000, 'all refusals');
      raw.messages.length = 0;
    };
    await flood();
    const warm = agent.process.rss();
    await flood();
    await flood();
    expect(agent.process.rss() - warm).toBeLessThan(24 * 1024 ** 2);
    await raw.operate(1, csv.key, facadeKey, everything);
    expect(await raw.searched(1)).toEqual({ objects: ROWS, announced: ROWS });
    raw.socket.terminate();
  }, 120_000);
});
