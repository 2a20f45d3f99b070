import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ManagedProcess } from '../support/managed-process.js';
import { makeInstalledWorld, type InstalledWorld } from './installed-world.js';
import { nodeLicence } from './node-licence.js';
import { PrivateRoot } from './private-root.js';

const ROOT = join(import.meta.dirname, '../..');
const OLD = '0.9.0-1';
const NEW = '0.9.1-1';

let installed: InstalledWorld;
let root: PrivateRoot;
let agent: ManagedProcess | undefined;

/** Built as released, but not compressed: that would take longer than all the rest. */
function build(version: string, out: string): void {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build-debian.mjs', '--version', version, '--compression', 'none', '--out', out, ...nodeLicence(out)], { cwd: ROOT, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
  expect(status, stderr).toBe(0);
}

beforeAll(async () => {
  installed = await makeInstalledWorld();
  const { world } = installed;
  for (const name of ['packages', 'scratch']) mkdirSync(world.path(name));
  for (const version of [OLD, NEW]) build(version, world.path('packages'));
  // The files of this machine stand in for a clean one; scripts/package-acceptance.mjs uses a clean one, with systemd.
  root = await PrivateRoot.make({ lower: '/', scratch: world.path('scratch'), packages: world.directory });
  root.sh('rm -rf /etc/causeway /var/lib/causeway; printf "#!/bin/sh\\nexit 101\\n" > /usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d');
}, 180_000);

afterAll(async () => {
  try {
    await agent?.kill();
    await root.remove();
  } finally {
    await installed.remove();
  }
});

const dpkg = (action: string, version: string): string => root.ok('dpkg', '--force-unsafe-io', action, `/packages/packages/causeway_${version}_${process.arch === 'x64' ? 'amd64' : process.arch}.deb`);
const modeOf = (path: string): string => root.ok('stat', '-c', '%U:%G %a', path).trim();

/** By hand, as there is no systemd here. The configuration is the one of the test's world, taken over as an administrator would. */
async function startAgent(): Promise<ManagedProcess> {
  const started = root.start('agent', 'runuser', '-u', 'causeway', '--', 'causeway', 'agent', 'run', '--config', '/etc/causeway/agent.yaml');
  await started.ready(() => started.logged('Started.').length > 0, 'the installed agent to start');
  return started;
}

describe('the Debian package', () => {
  it('installs programs, units, pages, a user without rights, and configurations only that user can read', () => {
    dpkg('-i', OLD);
    expect(root.ok('causeway', '--version').trim()).toBe('0.9.0');
    expect(root.ok('getent', 'passwd', 'causeway')).toMatch(/^causeway:x:\d+:\d+:[^:]*:\/var\/lib\/causeway:\/usr\/sbin\/nologin$/m);
    expect(modeOf('/etc/causeway/agent.yaml')).toBe('root:causeway 640');
    expect(modeOf('/etc/causeway/credentials/agent')).toBe('root:root 700');
    expect(modeOf('/var/lib/causeway/agent')).toBe('causeway:causeway 700');
    expect(root.ok('causeway', 'certs', 'init', '--dir', '/root/authority')).toContain('Made the authority');
    expect(root.ok('causeway', 'connectors', 'list').split('\n').length).toBeGreaterThan(30);
    expect(root.ok('systemd-analyze', 'verify', '--man=no', 'causeway-agent.service')).not.toContain('causeway-agent');
    expect(root.sh('zcat /usr/share/man/man1/causeway.1.gz')).toContain('.B causeway agent run');
    expect(root.sh('zcat /usr/share/doc/causeway/licences.gz')).toMatch(/Node\.js v20[^]*Node\.js is licensed for use as follows[^]*pino [^]*MIT/);
    expect(root.ok('dpkg', '-V', 'causeway')).toBe('');
    expect(root.run('systemctl', 'is-enabled', 'causeway-agent.service').output.trim()).toBe('disabled');
  });

  it('the configurations it makes are ones the programs accept', () => {
    expect(root.run('runuser', '-u', 'causeway', '--', 'causeway', 'agent', 'check', '--config', '/etc/causeway/agent.yaml').output).toContain('ok      agent.stateDirectory: /var/lib/causeway/agent');
    expect(root.ok('runuser', '-u', 'causeway', '--', 'causeway', 'controller', 'check', '--config', '/etc/causeway/controller.yaml')).toContain('is in order');
  });

  it('its agent works as the user causeway, with a connector in a process of its own and with scripts', async () => {
    const { world, agentConfig, exercise } = installed;
    const config = JSON.parse(readFileSync(agentConfig, 'utf8')) as { agent: Record<string, unknown> };
    config.agent['stateDirectory'] = '/var/lib/causeway/agent';
    root.sh(`cat > /etc/causeway/agent.yaml <<'END'\n# Changed by hand.\n${JSON.stringify(config)}\nEND`);
    spawnSync('chmod', ['-R', 'a+rwX', world.directory]);
    agent = await startAgent();
    await exercise('old-version');
    await agent.stop();
  });

  it('an upgrade keeps configuration and state, and the agent connects again', async () => {
    const before = root.sh('cat /etc/causeway/agent.yaml; cat /var/lib/causeway/agent/host-id');
    root.ok('rm', '/etc/causeway/controller.yaml');
    dpkg('-i', NEW);
    expect(root.ok('causeway', '--version').trim()).toBe('0.9.1');
    expect(root.sh('cat /etc/causeway/agent.yaml; cat /var/lib/causeway/agent/host-id')).toBe(before);
    expect(root.run('ls', '/etc/causeway/controller.yaml').code).not.toBe(0);
    agent = await startAgent();
    await installed.exercise('new-version');
    await agent.stop();
    expect(JSON.parse(root.ok('cat', '/var/lib/causeway/agent/format.json'))).toEqual({ format: 1, writtenBy: '0.9.1' });
  });

  it('so does going back; state that only a later version knows is refused instead, and left as it is', async () => {
    dpkg('-i', OLD);
    agent = await startAgent();
    await installed.exercise('old-version-again');
    await agent.stop();
    root.sh(`echo '{"format":99,"writtenBy":"9.0.0"}' > /var/lib/causeway/agent/format.json`);
    const { code, output } = root.run('runuser', '-u', 'causeway', '--', 'causeway', 'agent', 'run', '--config', '/etc/causeway/agent.yaml');
    expect(code).toBe(2); // which the unit does not try again
    expect(output).toContain('format 99, written by Causeway 9.0.0; this is Causeway 0.9.0');
    expect(root.ok('cat', '/var/lib/causeway/agent/format.json')).toBe('{"format":99,"writtenBy":"9.0.0"}\n');
  });

  it('removal keeps configuration and state; purging leaves nothing', () => {
    root.ok('dpkg', '-r', 'causeway');
    expect(root.run('ls', '/usr/bin/causeway', '/usr/lib/causeway').code).not.toBe(0);
    expect(root.ok('ls', '/etc/causeway/agent.yaml', '/var/lib/causeway/agent/host-id')).toContain('host-id');
    root.ok('dpkg', '-P', 'causeway');
    expect(root.sh('ls -d /etc/causeway /var/lib/causeway /usr/lib/causeway /usr/share/causeway /lib/systemd/system/causeway* /etc/systemd/system/causeway* 2>/dev/null; true')).toBe('');
    expect(root.run('getent', 'passwd', 'causeway').code).toBe(2);
    expect(root.run('getent', 'group', 'causeway').code).toBe(2);
    expect(root.sh('find /etc /run /usr/bin /usr/share /usr/lib/systemd /var -name "*causeway*" -newer /usr/sbin/policy-rc.d 2>/dev/null; true')).toBe('');
  });
});
