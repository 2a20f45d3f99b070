/** A clean Debian with systemd as its first process, in namespaces of its own; needs root, systemd-nspawn and debootstrap. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const SUITE = 'bookworm';
const BOOT_SECONDS = 60;

/** minbase and what makes it boot; nothing of Node. Made once, in `folder`. */
export function makeCleanRoot(folder) {
  if (existsSync(join(folder, 'usr/lib/systemd/systemd'))) return;
  rmSync(folder, { recursive: true, force: true });
  execFileSync('debootstrap', ['--variant=minbase', '--include=systemd,systemd-sysv,dbus', SUITE, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Boots a copy. `packages` is seen inside as /packages. */
export class CleanMachine {
  #nspawn;
  #leader;

  static async boot(root, copy, packages) {
    rmSync(copy, { recursive: true, force: true });
    execFileSync('cp', ['-a', '--reflink=auto', root, copy]);
    mkdirSync(join(copy, 'packages'), { recursive: true });
    writeFileSync(join(copy, 'etc/hostname'), 'site\n');
    writeFileSync(join(copy, 'etc/hosts'), '127.0.0.1 localhost site\n');
    const machine = new CleanMachine();
    // systemd in there wants one hierarchy of control groups, and nspawn a /run in memory.
    const prepare = 'mount --make-rprivate / && mount -t tmpfs tmpfs /run && mkdir -p /run/systemd && { umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup; }';
    machine.#nspawn = spawn('unshare', ['--mount', 'sh', '-c', `${prepare} && exec systemd-nspawn --quiet --register=no --keep-unit --private-network --machine=site --bind-ro="${packages}:/packages" -D "${copy}" --boot --console=pipe`], { stdio: ['pipe', 'ignore', 'inherit'] });
    await machine.#booted();
    return machine;
  }

  async #booted() {
    for (let second = 0; second < BOOT_SECONDS; second += 1) {
      await delay(1_000);
      if (this.#nspawn.exitCode !== null) throw new Error(`systemd-nspawn ended with ${this.#nspawn.exitCode}`);
      this.#leader ??= leaderOf(this.#nspawn.pid);
      if (this.#leader === undefined) continue;
      const { stdout } = this.run('systemctl is-system-running || true');
      if (/running|degraded/.test(stdout)) return;
    }
    throw new Error(`The machine did not boot within ${BOOT_SECONDS} s.`);
  }

  /** A shell's words, as root. */
  run(script) {
    const { status, stdout, stderr } = spawnSync('nsenter', ['-t', String(this.#leader), '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w', 'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C', 'DEBIAN_FRONTEND=noninteractive', 'HOME=/root', 'sh', '-c', script], { encoding: 'utf8', maxBuffer: 2 ** 26 });
    return { status, stdout: stdout ?? '', stderr: stderr ?? '' };
  }

  async off() {
    this.run('systemctl poweroff --force || true');
    for (let tenth = 0; tenth < 100 && this.#nspawn.exitCode === null; tenth += 1) await delay(100);
    if (this.#nspawn.exitCode === null) this.#nspawn.kill('SIGKILL');
  }
}

/** The first process inside: nspawn's child that is process 1 of a namespace of its own. */
function leaderOf(pid) {
  const below = [pid];
  for (let next = below.shift(); next !== undefined; next = below.shift()) {
    let children;
    try {
      children = readFileSync(`/proc/${next}/task/${next}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
    } catch {
      continue;
    }
    for (const child of children) {
      const inside = /^NSpid:\s+\d+\s+1$/m.test(readFileSync(`/proc/${child}/status`, 'utf8'));
      if (inside) return child;
      below.push(child);
    }
  }
  return undefined;
}
