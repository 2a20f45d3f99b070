import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorIds } from '../../connectors/registry.js';
import { CLI } from '../support/causeway-processes.js';
import { ManagedProcess } from '../support/managed-process.js';
import { makeInstalledWorld, type InstalledWorld } from './installed-world.js';
import { nodeLicence } from './node-licence.js';

const ROOT = join(import.meta.dirname, '../..');
/** Nothing of Node to be found, as on the machine it is for. */
const BARE = { PATH: '/usr/bin-without-node', LC_ALL: 'C' };

let folder: string;
let executable: string;
let installed: InstalledWorld;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-executable-'));
  executable = join(folder, 'causeway');
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build-executable.mjs', '--out', executable, ...nodeLicence(folder)], { cwd: ROOT, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
  expect(status, stderr).toBe(0);
  installed = await makeInstalledWorld();
}, 180_000);

afterAll(async () => {
  try {
    await installed.remove();
  } finally {
    await rm(folder, { recursive: true });
  }
});

const run = (...args: string[]): ReturnType<typeof spawnSync> => spawnSync(executable, args, { cwd: folder, encoding: 'utf8', env: BARE });
const fromBuild = (...args: string[]): ReturnType<typeof spawnSync> => spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8', env: BARE });

describe('the single executable', () => {
  it('says the same as the build: version, help, errors and their exit codes', () => {
    for (const args of [['--version'], ['--help'], ['connectors', 'list'], ['agent', 'runn']]) {
      const [ours, theirs] = [run(...args), fromBuild(...args)];
      expect([ours.status, ours.stdout, ours.stderr]).toEqual([theirs.status, theirs.stdout, theirs.stderr]);
    }
  });

  it.each(connectorIds)('holds all of the connector %s', (id) => {
    const { status, stdout, stderr } = run('connectors', 'describe', id);
    expect(status, String(stderr)).toBe(0);
    expect(String(stdout).length).toBeGreaterThan(200);
  });

  it('is an agent: it reads, writes, starts itself for the process of a connector, and runs a script in a thread', async () => {
    const agent = new ManagedProcess('agent', executable, ['agent', 'run', '--config', installed.agentConfig], { cwd: folder, env: BARE });
    try {
      await agent.ready(() => agent.logged('Started.').length > 0, 'the agent to start');
      await installed.exercise('by-the-executable');
      const child = spawnSync('ps', ['--ppid', String(agent.pid), '-o', 'args=', 'e'], { encoding: 'utf8' }).stdout;
      expect(child).toContain(`${executable} connector-process csv`);
      expect(child).toMatch(/NODE_OPTIONS=.*--max-old-space-size=\d+/);
    } finally {
      expect(await agent.stop()).toEqual({ code: 0, signal: null });
    }
  });
});
