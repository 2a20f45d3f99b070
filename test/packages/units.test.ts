import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI } from '../support/causeway-processes.js';
import { ManagedProcess } from '../support/managed-process.js';
import { makeInstalledWorld, type InstalledWorld } from './installed-world.js';

const unit = (name: string): string => join(import.meta.dirname, `../../deploy/systemd/causeway-${name}.service`);
const UNDER_UNIT = join(import.meta.dirname, 'under-unit.py');
/** What the issue allows. systemd calls up to 2.2 "OK", from 1 to 2 is its second best class. */
const MOST_EXPOSURE = 2.0;
const NOBODY = 65534;

let installed: InstalledWorld;

beforeAll(async () => { installed = await makeInstalledWorld(); });
afterAll(() => installed.remove());

describe.each(['agent', 'controller'])('the unit of the %s', (name) => {
  it(`is exposed at most ${MOST_EXPOSURE} by systemd's own account`, () => {
    const { stdout, stderr } = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit(name)], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
    const exposure = Number(/Overall exposure level for \S+: (\d+\.\d)/.exec(stdout)?.[1] ?? NaN);
    console.log(`causeway-${name}.service: exposure ${exposure}`);
    expect(exposure, stderr).toBeLessThanOrEqual(MOST_EXPOSURE);
  });

  it('has no setting systemd does not know', () => {
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', unit(name)], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
    expect(stderr.split('\n').filter((line) => line.includes(`causeway-${name}`) && !line.includes('is not executable'))).toEqual([]);
  });

  it('leaves no privilege, and hands secrets over as credentials', async () => {
    const lines = (await readFile(unit(name), 'utf8')).split('\n');
    for (const line of ['Type=notify', 'NotifyAccess=main', 'User=causeway', 'CapabilityBoundingSet=', 'NoNewPrivileges=yes', 'ProtectSystem=strict', 'LimitCORE=0', `StateDirectory=causeway/${name}`, `LoadCredential=${name}:/etc/causeway/credentials/${name}`]) expect(lines).toContain(line);
  });
});

describe('what the units forbid', () => {
  it('lets an agent work: its event loop, the process of a connector, the threads of scripts', async () => {
    const { world, agentConfig, exercise } = installed;
    spawnSync('chown', ['-R', String(NOBODY), world.directory]);
    const agent = new ManagedProcess('agent', '/usr/bin/python3', [UNDER_UNIT, unit('agent'), process.execPath, CLI, 'agent', 'run', '--config', agentConfig], { env: { ...process.env, NODE_OPTIONS: '' } });
    try {
      await agent.ready(() => agent.logged('Started.').length > 0, 'the agent to start');
      await exercise('under-the-unit');
      expect(await readFile(`/proc/${agent.pid}/status`, 'utf8')).toMatch(new RegExp(`^Uid:\\s+${NOBODY}\\b[^]*^Seccomp:\\s+2$`, 'm'));
    } finally {
      await agent.stop();
    }
  });

  it('is forbidden for real: what the filter leaves out fails', () => {
    const code = 'try { process.setuid(0); } catch (error) { console.log(error.code); } try { require("os").setPriority(5); } catch (error) { console.log(error.info.code); }';
    const { stdout } = spawnSync('/usr/bin/python3', [UNDER_UNIT, unit('agent'), process.execPath, '-e', code], { encoding: 'utf8' });
    expect(stdout.split('\n')).toEqual(['EPERM', 'EPERM', '']);
  });

  it('cannot be writable code: V8 writes machine code, and Node ends at once', () => {
    const { status, signal } = spawnSync('/usr/bin/python3', [UNDER_UNIT, unit('agent'), '--no-writable-code', process.execPath, '-e', 'let s = 0; for (let i = 0; i < 1e7; i++) s += i; console.log(s)'], { encoding: 'utf8' });
    expect(signal ?? status).not.toBe(0);
  });
});
