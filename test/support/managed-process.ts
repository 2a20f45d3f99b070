import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { EvidenceSink, keepFiles } from './evidence.js';
import { until } from './until.js';

/** Log lines kept of one process; older ones are dropped. */
const MAX_LINES = 20_000;
const STOP_LIMIT_MS = 40_000;
/** USER_HZ, which is 100 on every Linux that runs Node. */
const TICKS_PER_SECOND = 100;

export interface LogLine {
  /** The message of a JSON line, or the line as it is. */
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What it writes below this directory is kept for the search for secrets when it ends. */
  readonly writesBelow?: string | undefined;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of a test: its output is read as JSON log lines, and no failure goes by without showing the last of them. */
export class ManagedProcess {
  readonly name: string;
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #lines: LogLine[] = [];
  #end: Ended | undefined;

  constructor(name: string, command: string, args: readonly string[], { writesBelow, ...options }: ProcessOptions = {}) {
    this.name = name;
    this.#child = spawn(command, [...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const evidence = new EvidenceSink('output', [name, ...args.filter((arg) => /^[\w-]+$/.test(arg)).slice(0, 4)].join('_'));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: stream! }).on('line', (line) => this.#take(line));
      stream!.on('data', (chunk: Buffer) => evidence.add(chunk));
    }
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => this.#take(`cannot be started: ${error.message}`));
      this.#child.once('close', (code, signal) => {
        this.#end = { code, signal };
        evidence.close();
        if (writesBelow !== undefined) keepFiles(writesBelow);
        resolve(this.#end);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#end === undefined;
  }

  /** What it has logged so far, oldest first. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** Log lines whose message or fields hold the text. */
  logged(text: string | RegExp): LogLine[] {
    const holds = (line: LogLine): boolean => {
      const whole = `${line.text} ${JSON.stringify(line.fields)}`;
      return typeof text === 'string' ? whole.includes(text) : text.test(whole);
    };
    return this.#lines.filter(holds);
  }

  /** Waits for a condition on the running process; its end is a failure. Both show the last log lines. */
  async ready(condition: () => boolean | Promise<boolean>, what: string, milliseconds = 60_000): Promise<void> {
    try {
      await until(() => {
        if (!this.isRunning) throw new Error(`${this.name} ended with ${this.#end?.signal ?? this.#end?.code}`);
        return condition();
      }, what, milliseconds);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${this.tail()}`); // the cause says no more
    }
  }

  /** The last log lines, for messages. */
  tail(count = 25): string {
    return [`--- last lines of ${this.name}`, ...this.#lines.slice(-count).map(({ text, fields }) => `${text} ${JSON.stringify(fields)}`)].join('\n').slice(-6000);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** SIGKILL, and waits for the end. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** SIGTERM, and waits for the end. Rejects, with the process killed, when it does not come. */
  async stop(): Promise<Ended> {
    if (this.#end !== undefined) return this.#end;
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    const end = await this.ended;
    clearTimeout(late);
    if (end.signal === 'SIGKILL') throw new Error(`${this.name} did not end within ${STOP_LIMIT_MS} ms of SIGTERM\n${this.tail()}`);
    return end;
  }

  /** Most memory it ever held, or held since `forgetRssPeak`, in bytes (VmHWM; needs Linux). */
  rssPeak(): number {
    return this.#statusField('VmHWM');
  }

  /** The peak is what it holds now (proc(5), clear_refs: 5). */
  forgetRssPeak(): void {
    writeFileSync(`/proc/${this.pid}/clear_refs`, '5');
  }

  /** Memory it holds now, in bytes. */
  rss(): number {
    return this.#statusField('VmRSS');
  }

  /** Seconds of processor time used so far. */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  #statusField(name: string): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
    if (kibibytes === undefined) throw new Error(`/proc/${this.pid}/status has no ${name}`);
    return Number(kibibytes) * 1024;
  }

  #take(line: string): void {
    this.#lines.push(parseLine(line));
    if (this.#lines.length > MAX_LINES) this.#lines = this.#lines.slice(MAX_LINES / 2);
  }
}

function parseLine(line: string): LogLine {
  try {
    const { msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
    delete fields['time'];
    return { text: typeof msg === 'string' ? msg : '', fields };
  } catch {
    return { text: line, fields: {} };
  }
}
