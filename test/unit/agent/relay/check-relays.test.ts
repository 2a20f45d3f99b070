import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAgent, type CheckResult } from '../../../../agent/cli/check-agent.js';
import { readConfig } from '../../../../agent/config/load-config.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'check-relays-'));
  await writeFile(join(directory, 'default.key'), 'changeit\n', { mode: 0o600 });
  await writeFile(join(directory, 'own.key'), 'hunter2\n', { mode: 0o600 });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function check(relays: string): Promise<readonly CheckResult[]> {
  const config = readConfig(`agent: {name: a}\ncontrollers: [{url: "wss://c/"}]\nrelays: [${relays}]`, join(directory, 'agent.yaml'));
  return (await checkAgent(config)).filter(({ subject }) => subject.startsWith('relays'));
}

describe('causeway agent check looks at relays', () => {
  it('a key that can be read, over TLS: nothing to say against it, and it is not shown', async () => {
    const results = await check('{name: sap, host: h, port: 1, useSSL: true, key: {file: own.key}}');
    expect(results).toEqual([{ subject: 'relays[0].key', outcome: 'ok', text: expect.stringContaining('own.key') as string }]);
    expect(JSON.stringify(results)).not.toContain('hunter2');
  });

  it('a key that is not there', async () => {
    expect(await check('{name: sap, url: "wss://h:1/openicf", key: {file: none.key}}')).toContainEqual(expect.objectContaining({ subject: 'relays[0].key', outcome: 'failed' }));
  });

  it('clear text, and the key every server is shipped with', async () => {
    const warnings = (await check('{name: sap, host: h, port: 1, key: {file: default.key}}')).filter(({ outcome }) => outcome === 'warning');
    expect(warnings.map(({ subject }) => subject)).toEqual(['relays[0]', 'relays[0].key']);
    expect(warnings[0]!.text).toMatch(/ws:\/\/h:1\/openicf is clear text/);
  });

  it('an authority that cannot be read', async () => {
    expect(await check('{name: sap, url: "wss://h:1/openicf", key: {file: own.key}, tls: {ca: none.crt}}')).toContainEqual(expect.objectContaining({ subject: 'relays[0].tls', outcome: 'failed' }));
  });
});
