import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ManagedProcess } from '../support/managed-process.js';

/**
 * Waits until its standard input ends: then its mount namespace, and everything mounted in it, is gone. Where / is no mount of its
 * own, as in a chroot, only what is mounted here can be kept from others.
 */
const HOLD = `set -e
mount --make-rprivate / 2>/dev/null || { mount --bind "$SCRATCH" "$SCRATCH"; mount --make-private "$SCRATCH"; }
mount -t tmpfs -o size=3g tmpfs "$SCRATCH"
mkdir "$SCRATCH/upper" "$SCRATCH/work" "$SCRATCH/root"
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$SCRATCH/upper,workdir=$SCRATCH/work" "$SCRATCH/root"
mount -t proc proc "$SCRATCH/root/proc"
mount --rbind /dev "$SCRATCH/root/dev"
mount -t tmpfs tmpfs "$SCRATCH/root/run"
mkdir -p "$SCRATCH/root/packages"
mount --bind "$PACKAGES" "$SCRATCH/root/packages"
echo ready
exec cat`;

export interface Ran {
  readonly code: number | null;
  /** Standard output and standard error. */
  readonly output: string;
}

/**
 * A file system of its own to install into: what is below `lower`, and what is changed there goes to memory and is gone
 * afterwards. `packages` is seen in it as /packages. Needs root, and the rights to mount.
 */
export class PrivateRoot {
  readonly #holder: ChildProcess;
  readonly #root: string;

  private constructor(holder: ChildProcess, root: string) {
    this.#holder = holder;
    this.#root = root;
  }

  static async make({ lower, scratch, packages }: { readonly lower: string; readonly scratch: string; readonly packages: string }): Promise<PrivateRoot> {
    const holder = spawn('unshare', ['--mount', '--propagation', 'unchanged', 'sh', '-c', HOLD], { env: { ...process.env, LOWER: lower, SCRATCH: scratch, PACKAGES: packages }, stdio: ['pipe', 'pipe', 'pipe'] });
    let complaint = '';
    holder.stderr.on('data', (text: Buffer) => { complaint += text.toString(); });
    const [word] = await Promise.race([once(createInterface({ input: holder.stdout }), 'line'), once(holder, 'exit')]) as unknown[];
    if (word !== 'ready') throw new Error(`No file system of its own can be made here: ${complaint}`);
    return new PrivateRoot(holder, `${scratch}/root`);
  }

  #inside(command: readonly string[]): string[] {
    // A namespace is entered at its root, which in a chroot is not the holder's.
    return ['--target', String(this.#holder.pid), '--mount', '--root', 'chroot', this.#root, ...command];
  }

  /** Runs a command in it and waits for its end. */
  run(...command: readonly string[]): Ran {
    const { status, stdout, stderr } = spawnSync('nsenter', this.#inside(command), { encoding: 'utf8', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' } });
    return { code: status, output: `${stdout}${stderr}` };
  }

  /** Throws with the output when the command fails. */
  ok(...command: readonly string[]): string {
    const { code, output } = this.run(...command);
    if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${output}`);
    return output;
  }

  /** A shell's words, for what takes pipes and redirections. */
  sh(script: string): string {
    return this.ok('sh', '-c', script);
  }

  /** A process in it that goes on; its log lines are read. */
  start(name: string, ...command: readonly string[]): ManagedProcess {
    return new ManagedProcess(name, 'nsenter', this.#inside(command), { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
  }

  async remove(): Promise<void> {
    this.#holder.stdin?.end();
    if (this.#holder.exitCode === null) await once(this.#holder, 'exit');
  }
}
