import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../agent/config/config-problems.js';
import { startAgent } from '../../../agent/agent.js';
import { readConfig } from '../../../agent/config/load-config.js';
import { AgentExecutor } from '../../../agent/operations/executor.js';
import { systemClock } from '../../../agent/system-clock.js';
import { facadeKeyOf } from '../../../protocol/codec/index.js';
import { GuardedString, type ConfigurationProperty, type IcfValue } from '../../../protocol/model/index.js';
import { recordedLog } from '../../support/quiet-log.js';
import { startOpenLdap, type OpenLdap } from '../../targets/openldap.js';

let directory: OpenLdap;
let folder: string;

beforeAll(async () => {
  directory = await startOpenLdap({});
  folder = await mkdtemp(join(tmpdir(), 'causeway-trust-'));
});
afterAll(async () => {
  await directory.stop();
  await rm(folder, { recursive: true, force: true });
});

async function testThroughAgent(trustedCertificates: readonly string[]): Promise<void> {
  const log = recordedLog();
  const executor = new AgentExecutor({ enabled: ['ldap'], maxFacades: 3, facadeIdle: 60_000, stateDirectory: folder, clock: systemClock, log, trustedCertificates });
  try {
    const [info] = await executor.connectorInfos();
    const values: Record<string, IcfValue> = { host: 'localhost', port: directory.tlsPort, ssl: true, principal: directory.adminDn, credentials: new GuardedString(directory.adminPassword) };
    const properties = info!.defaultConfiguration.properties.map((property): ConfigurationProperty => ({ ...property, value: values[property.name] ?? property.value }));
    const facadeKey = facadeKeyOf({ ...info!.defaultConfiguration, properties });
    const facade = await executor.facadeFor(info!.key, facadeKey, { peerSessionId: 'x', principal: 'x', messageId: 1, locale: undefined });
    await facade.perform({ kind: 'test' }, { signal: AbortSignal.timeout(20_000) });
  } finally {
    await executor.close();
  }
}

describe('authorities of targets (connectors.ca)', () => {
  it('refuses a directory whose authority nobody named', async () => {
    await expect(testThroughAgent([])).rejects.toMatchObject({ kind: 'connectorSecurity', message: expect.stringMatching(/certificate of ldap/) as string });
  });

  it('trusts a directory whose authority the agent was told of', async () => {
    await testThroughAgent([directory.ca]);
  });

  it.each([['there is no such file', undefined, /cannot be read/], ['the file holds no certificate', 'hello', /no PEM certificate/]])('does not start when %s', async (_case, content, message) => {
    const path = join(folder, 'targets.pem');
    if (content !== undefined) await writeFile(path, content);
    const config = readConfig(JSON.stringify({ agent: { name: 'a', stateDirectory: folder }, controllers: [{ url: 'wss://localhost/openicf' }], connectors: { ca: path } }), join(folder, 'agent.yaml'));
    const started = startAgent(config, { clock: systemClock, log: recordedLog(), version: 'test' });
    await expect(started).rejects.toBeInstanceOf(ConfigError);
    await expect(started).rejects.toThrow(message);
  });
});
