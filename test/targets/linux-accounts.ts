import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Accounts and groups that tests make on this machine, each with the process that made it: what a killed run left behind goes with the next. */
const PREFIX = 'cw-test-';
const SUDOERS = '/etc/sudoers.d';

/** A name of this machine's, told apart from every other: for users, groups and files of sudoers.d. At most 10 characters of the test's own. */
export function testName(name: string): string {
  return `${PREFIX}${process.pid}-${name}`;
}

export const sudoersFile = (user: string): string => join(SUDOERS, user);

/** Removes what begins so, sessions and home directories included. */
export async function removeAccounts(beginning: string): Promise<void> {
  await removeWhere((name) => name.startsWith(beginning));
}

/** Removes what processes made that are no more. */
export async function removeOrphans(): Promise<void> {
  await removeWhere((name) => {
    const pid = /^cw-test-(\d+)-/.exec(name)?.[1];
    return pid !== undefined && !existsSync(`/proc/${pid}`);
  });
}

async function removeWhere(isMeant: (name: string) => boolean): Promise<void> {
  for (const file of (await readdir(SUDOERS)).filter(isMeant)) await rm(join(SUDOERS, file), { force: true });
  for (const user of (await names('passwd')).filter(isMeant)) {
    await endSessions(user);
    // With a run beside this one that is quicker, it may be gone.
    await run('/usr/sbin/userdel', ['-r', '-f', user]).catch(() => undefined);
  }
  for (const group of (await names('group')).filter(isMeant)) await run('/usr/sbin/groupdel', [group]).catch(() => undefined);
}

async function names(database: 'passwd' | 'group'): Promise<readonly string[]> {
  const { stdout } = await run('/usr/bin/getent', [database]);
  return stdout.split('\n').map((line) => line.split(':')[0] ?? '');
}

/** Processes of the account itself: its shells and what sshd runs in its name. */
export async function endSessions(user: string): Promise<void> {
  await endProcesses('-u', user);
}

/** Processes a program has started, itself left out. */
export async function endChildren(pid: number): Promise<void> {
  await endProcesses('--ppid', String(pid));
}

async function endProcesses(...selection: readonly string[]): Promise<void> {
  const { stdout } = await run('/usr/bin/ps', ['-o', 'pid=', ...selection]).catch(() => ({ stdout: '' }));
  for (const pid of stdout.split('\n').map(Number).filter((number) => number > 0)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
}

export async function setPassword(user: string, password: string): Promise<void> {
  const child = spawn('/usr/sbin/chpasswd', [], { stdio: ['pipe', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => { errors += chunk.toString(); });
  child.stdin.end(`${user}:${password}\n`);
  const [code] = await once(child, 'close') as [number | null];
  if (code !== 0) throw new Error(`chpasswd ended with ${code}: ${errors}`);
}
