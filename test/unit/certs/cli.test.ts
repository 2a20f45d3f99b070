import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certsCommands } from '../../../certs/index.js';

let directory: string;
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'causeway-certs-cli-')); });
afterEach(() => rm(directory, { recursive: true, force: true }));

async function run(...args: string[]): Promise<string> {
  let output = '';
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  certsCommands(program, (text) => { output += text; });
  for (const command of program.commands) for (const sub of command.commands) sub.exitOverride().configureOutput({ writeErr: () => undefined });
  await program.parseAsync(['certs', ...args], { from: 'user' });
  return output;
}

describe('causeway certs', () => {
  it('refuses a life that is no number of days', async () => {
    await expect(run('init', '--dir', directory, '--days', 'soon')).rejects.toThrow(/positive number of days/);
  });

  it('refuses to issue without an authority', async () => {
    await expect(run('issue-agent', '--dir', directory, '--name', 'a', '--out', directory)).rejects.toThrow(/There is no authority/);
  });

  it('makes an authority, issues for both ends and shows the result', async () => {
    const ca = join(directory, 'ca');
    expect(await run('init', '--dir', ca)).toContain('ca.crt');
    const controller = JSON.parse(await run('issue-controller', '--dir', ca, '--names', 'localhost, 127.0.0.1', '--out', join(directory, 'c'), '--json')) as { certificate: string };
    await run('issue-agent', '--dir', ca, '--name', 'site-1', '--group', 'berlin', '--out', join(directory, 'a'));
    const [summary] = JSON.parse(await run('show', controller.certificate, '--json')) as { names: string[]; usages: string[] }[];
    expect(summary?.names).toEqual(['DNS:localhost', 'IP Address:127.0.0.1']);
    expect(await run('show', join(directory, 'a', 'agent.crt'))).toMatch(/CN=site-1[\s\S]*clientAuth/);
    expect(await run('show', join(ca, 'ca.crt'))).toContain('authority');
  });
});
