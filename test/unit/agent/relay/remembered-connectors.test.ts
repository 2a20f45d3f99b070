import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RememberedConnectors } from '../../../../agent/relay/remembered-connectors.js';
import { decodeConnectorInfos } from '../../../../protocol/codec/index.js';
import { GuardedString, type ConfigurationProperty } from '../../../../protocol/model/index.js';
import { configuration, info } from '../../../support/fake-facade.js';
import { recordedLog } from '../../../support/quiet-log.js';

const SERVER = 'wss://rcs.lan:8759/openicf';
const property = (name: string, value: ConfigurationProperty['value'], confidential = false): ConfigurationProperty => ({
  order: 1, confidential, required: false, name, helpMessageKey: null, displayMessageKey: null, groupMessageKey: null,
  type: value instanceof GuardedString ? 'GuardedString' : 'String', value, operations: [],
});
const log = recordedLog();
let directory: string;
let remembered: RememberedConnectors;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'relays-'));
  remembered = new RememberedConnectors(directory, log);
  log.entries.length = 0;
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('the remembered connectors of a server', () => {
  it('are what they were, also to another process', async () => {
    const infos = [info({ bundleName: 'sap', bundleVersion: '1.5', connectorName: 'x.Sap' })];
    await remembered.save('sap', SERVER, infos);
    expect(await new RememberedConnectors(directory, log).load('sap', SERVER)).toEqual(infos);
    expect(await remembered.load('hr', SERVER)).toBeUndefined();
    expect(log.entries).toEqual([]);
  });

  it('are of that server only: another address has nothing remembered', async () => {
    await remembered.save('sap', SERVER, [info()]);
    expect(await remembered.load('sap', 'wss://other.lan:8759/openicf')).toBeUndefined();
  });

  it('can be read by the owner only, and replace the older ones as a whole', async () => {
    await remembered.save('sap', SERVER, [info()]);
    await remembered.save('sap', SERVER, []);
    expect((await stat(join(directory, 'relays', 'sap.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'relays'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(directory, 'relays'))).toEqual(['sap.json']);
    expect(await remembered.load('sap', SERVER)).toEqual([]);
  });

  it('hold no secret, whatever a server gives as a default', async () => {
    const properties = [property('password', new GuardedString('hunter2')), property('token', 'hunter3', true), property('host', 'h')];
    await remembered.save('sap', SERVER, [{ ...info(), defaultConfiguration: { ...configuration(), properties } }]);
    const { connectorInfos } = JSON.parse(await readFile(join(directory, 'relays', 'sap.json'), 'utf8')) as { connectorInfos: string };
    expect(decodeConnectorInfos(Buffer.from(connectorInfos, 'base64'))[0]!.defaultConfiguration.properties.map(({ name, value }) => [name, value])).toEqual([['password', null], ['token', null], ['host', 'h']]);
  });

  it.each([['no JSON', '{'], ['no list', '{"form":1,"server":"wss://rcs.lan:8759/openicf","connectorInfos":"AAAA"}']])('that cannot be read (%s) are ignored, and that is said', async (_title, text) => {
    await remembered.save('sap', SERVER, [info()]);
    await writeFile(join(directory, 'relays', 'sap.json'), text);
    expect(await remembered.load('sap', SERVER)).toBeUndefined();
    expect(log.at('warn')).toHaveLength(1);
  });

  it('of another form, as a later version may write, are ignored', async () => {
    await remembered.save('sap', SERVER, [info()]);
    const path = join(directory, 'relays', 'sap.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"form":1', '"form":2'));
    expect(await remembered.load('sap', SERVER)).toBeUndefined();
  });

  it('that cannot be written cost a warning and nothing else', async () => {
    await writeFile(join(directory, 'relays'), 'a file where the directory should be');
    await remembered.save('sap', SERVER, [info()]);
    expect(log.at('warn')).toHaveLength(1);
    await chmod(directory, 0o700);
  });
});
