import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StatusDocument } from '../../../../agent/observe/local/status-document.js';
import { startChain, type Chain } from '../../../support/chain.js';
import { CLI } from '../../../support/causeway-processes.js';
import { holdSearch } from '../../../support/held-search.js';
import { secret } from '../../../support/secret-values.js';
import { until } from '../../../support/until.js';

const ROWS = 20_000;
const FILLING = 'x'.repeat(500);
const CSV = ['uid,firstName,lastName,email,badge,password', ...Array.from({ length: ROWS }, (_, row) => `p${row},${FILLING},Last,p${row}@example.com,${row},${row === 0 ? secret('password of p0') : ''}`), ''].join('\n');

let chain: Chain;
let config: string;
beforeAll(async () => {
  chain = await startChain({ csv: CSV });
  config = chain.world.path('site1.yaml');
}, 60_000);
afterAll(() => chain.stop());

interface Run { readonly code: number | null; readonly out: string; readonly err: string }
function causeway(...args: string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], { env: { ...process.env, NODE_OPTIONS: '' }, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (part: Buffer) => { out += part.toString(); });
    child.stderr.on('data', (part: Buffer) => { err += part.toString(); });
    child.once('error', reject).once('close', (code) => { resolve({ code, out, err }); });
  });
}
const local = (name: string): string => chain.world.path('site1-state', 'local', name);

describe('agent status and agent drain', () => {
  it('without an agent they say so, and how to start one', async () => {
    const other = chain.world.path('other.yaml');
    await writeFile(other, JSON.stringify({ agent: { name: 'other', stateDirectory: chain.world.path('other-state') }, controllers: [{ url: 'wss://localhost:1/openicf' }], health: { port: 0 } }));
    for (const command of ['status', 'drain']) {
      expect(await causeway('agent', command, '--config', other)).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/No agent is running with this configuration.*causeway agent run/s) as string });
    }
  });

  it('a configuration without the section names it', async () => {
    const other = chain.world.path('deaf.yaml');
    await writeFile(other, JSON.stringify({ agent: { name: 'deaf', stateDirectory: chain.world.path('deaf-state') }, controllers: [{ url: 'wss://localhost:1/openicf' }] }));
    expect(await causeway('agent', 'status', '--config', other)).toMatchObject({ code: 2, err: expect.stringContaining('health:\n  port: 8760') as string });
  });

  describe('with what a crash left behind', () => {
    let server: Server | undefined;
    afterEach(() => { server?.close(); server = undefined; });
    const left = async (port: number): Promise<string> => {
      const other = chain.world.path('crashed.yaml');
      await mkdir(chain.world.path('crashed-state', 'local'), { recursive: true });
      await writeFile(other, JSON.stringify({ agent: { name: 'crashed', stateDirectory: chain.world.path('crashed-state') }, controllers: [{ url: 'wss://localhost:1/openicf' }], health: { port: 0 } }));
      await writeFile(chain.world.path('crashed-state', 'local', 'address.json'), JSON.stringify({ url: `http://127.0.0.1:${port}` }));
      await writeFile(chain.world.path('crashed-state', 'local', 'token'), 'of-a-dead-agent\n');
      return other;
    };
    const listening = (answer: (end: (code: number, body: string) => void) => void): Promise<number> => new Promise((resolve) => {
      const opened = server = createServer((_, response) => { answer((code, body) => { response.writeHead(code).end(body); }); });
      opened.listen(0, '127.0.0.1', () => { resolve((opened.address() as AddressInfo).port); });
    });

    it('nobody listens there any more: it did not end in order', async () => {
      const port = await listening(() => undefined);
      server?.close();
      expect(await causeway('agent', 'status', '--config', await left(port))).toMatchObject({ code: 1, err: expect.stringContaining('did not end in order') as string });
    });

    it('somebody else listens there: another token, no words of theirs', async () => {
      const port = await listening((end) => { end(401, '<h1>who are you</h1>'); });
      expect(await causeway('agent', 'drain', '--config', await left(port))).toMatchObject({ code: 1, err: expect.stringContaining('does not know the token') as string });
      server?.close();
      const { code, err } = await causeway('agent', 'status', '--config', await left(await listening((end) => { end(500, 'a page'); })));
      expect([code, err]).toEqual([1, expect.stringMatching(/answered 500/)]);
    });
  });

  it('tells what runs and what failed; never a value, never the token', async () => {
    await chain.rest.send('/openidm/system/csv/account/nobody', { method: 'DELETE' });
    const search = holdSearch(chain.rest, '/openidm/system/csv/account?_queryFilter=true');
    await search.held;
    const { code, out } = await causeway('agent', 'status', '--config', config, '--json');
    const status = JSON.parse(out) as StatusDocument;
    expect(code).toBe(0);
    expect(status).toMatchObject({
      ready: true, stopping: false, agent: { name: 'site1', pid: chain.agent.process.pid },
      controllers: [{ url: chain.controller.gatewayUrl, state: 'connected', problem: '' }],
      systems: [{ connector: 'csv', targets: [chain.csvFile], state: 'ok', running: 1 }],
      operations: { runningCount: 1, running: [{ operation: 'search', connector: 'csv', objectClass: '__ACCOUNT__' }], recentErrors: [{ error: 'UnknownUidException', trouble: false, connector: 'csv' }] },
    });
    expect(status.operations.running[0]?.entries).toBeGreaterThan(0);
    expect(status.throughput.operations).toHaveLength(180);
    const { out: text } = await causeway('agent', 'status', '--config', config);
    expect(text).toContain('site1: ready');
    expect(text).toMatch(/Running\n {2}search {2}csv/);
    for (const told of [out, text]) for (const hidden of [secret('password of p0'), FILLING, 'p0@example.com', (await readFile(local('token'), 'utf8')).trim()]) expect(told).not.toContain(hidden);
    search.release();
    await search.result;
  });

  it('without its token nothing is told and nothing stops', async () => {
    expect((await chain.agent.health.send('/status')).status).toBe(401);
    expect((await chain.agent.health.send('/drain', { method: 'POST' })).status).toBe(401);
    const token = await readFile(local('token'), 'utf8');
    await writeFile(local('token'), 'another');
    expect(await causeway('agent', 'status', '--config', config)).toMatchObject({ code: 1, out: '', err: expect.stringContaining('does not know the token') as string });
    await writeFile(local('token'), token);
    expect(await chain.agent.isConnected()).toBe(true);
  });

  it('drain lets a search finish, refuses what is new, and returns when the process has ended', async () => {
    const search = holdSearch(chain.rest, '/openidm/system/csv/account?_queryFilter=true');
    await search.held;
    const draining = causeway('agent', 'drain', '--wait', '--config', config);
    const stopping = async (): Promise<boolean> => (await chain.agent.health.send('/readyz')).body['stopping'] === true;
    await until(stopping, 'the agent to drain');
    const told = await causeway('agent', 'status', '--config', config);
    expect(told).toMatchObject({ code: 1, out: expect.stringContaining('STOPPING') as string, err: expect.stringContaining('The agent is stopping.') as string });
    expect((await chain.rest.send('/openidm/system/csv/account/p1')).status).toBe(503);
    search.release();
    expect((await search.result).objects).toBe(ROWS);
    expect(await draining).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/operations under way: 1\.[^]*The agent has ended/) as string });
    expect(await chain.agent.process.ended).toEqual({ code: 0, signal: null });
    await expect(readFile(local('token'))).rejects.toThrow('ENOENT');
  });
});
