import { spawn, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../cli/causeway.js', import.meta.url));

/** One of Causeway's own processes; its log goes to a file. */
export class CausewayProcess {
  readonly name: string;
  readonly logFile: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  #stopping = false;

  /** `onDeath` is told when the process ends without having been asked to. */
  constructor(name: string, args: readonly string[], logFile: string, onDeath: (code: number | null) => void) {
    this.name = name;
    this.logFile = logFile;
    const log = openSync(logFile, 'a');
    this.#child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', log, log] });
    this.#exited = new Promise((resolve) => {
      this.#child.on('exit', (code) => {
        resolve(code);
        if (!this.#stopping) onDeath(code);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** SIGTERM, and SIGKILL after ten seconds. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#child.kill('SIGTERM');
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await this.#exited;
    clearTimeout(kill);
  }
}
