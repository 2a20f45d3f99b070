import { randomBytes } from 'node:crypto';
import { ConnectorError, type IcfValue } from '../../../protocol/model/index.js';
import type { StartedCommand } from '../../engines/shell/command-run.js';
import { programLine } from './host/bootstrap.js';
import { decodeMessage, encodeMessage } from './host/wire-format.js';
import { scriptFailure } from './script-failure.js';

/** What an interpreter is told once. */
export interface InterpreterSetup {
  readonly prefix: string;
  readonly modules: readonly string[];
  /** What scripts read as `$Connector.Configuration`. */
  readonly configuration: ReadonlyMap<IcfValue, IcfValue>;
}

/** One run of a script. */
export interface ScriptCall {
  readonly operation: string;
  readonly script: string;
  /** Only looks whether it can be parsed. */
  readonly parseOnly?: boolean;
  readonly variables: ReadonlyMap<string, IcfValue>;
  /** For messages: the file, or what the script is. */
  readonly name: string;
  /** Changes nothing: a lost interpreter leaves no outcome unknown. */
  readonly readOnly: boolean;
}

/** What a script gives on its way. */
export interface ScriptMessage { readonly kind: 'object' | 'delta' | 'complete' | 'log'; readonly value: IcfValue }

const OLDEST_VERSION = 4;
/** Results a script may give before it waits for us. */
const WINDOW = 64;
/** Milliseconds a script that is told to stop gets for it; then its interpreter is ended. */
const STOPPING = 5_000;
/** Characters of one line; a message is one object. */
const LONGEST_LINE = 64 * 1024 ** 2;
const KINDS: ReadonlySet<string> = new Set(['object', 'delta', 'complete', 'log']);

type Line = { readonly kind: string; readonly value: IcfValue };

/**
 * A PowerShell process that runs scripts one after another, as the interpreter of the .NET connector does: modules are imported
 * once, and what scripts leave behind (environment, sessions to services) is there for the next one. Results come under
 * backpressure: the script waits when nobody takes them.
 */
export class Interpreter {
  /** Of PowerShell, e.g. `7.4.6`. */
  readonly version: string;
  readonly #command: StartedCommand;
  readonly #lines: AsyncGenerator<Line, void, void>;
  #isUsable = true;

  private constructor(command: StartedCommand, lines: AsyncGenerator<Line, void, void>, version: string) {
    this.#command = command;
    this.#lines = lines;
    this.version = version;
    void command.ended.catch(() => undefined).then(() => { this.#isUsable = false; });
  }

  /** Takes the process over; ends it where it does not become ready. Rejects with `configuration` where its program cannot run. */
  static async start(command: StartedCommand, setup: InterpreterSetup, signal: AbortSignal): Promise<Interpreter> {
    const mark = randomBytes(12).toString('hex');
    // Messages of the interpreter itself; scripts' errors come by the protocol. Read, so that it never waits for us.
    const complaints = beginningOf(command);
    const lines = markedLines(command, mark);
    const stop = (): void => command.kill();
    signal.addEventListener('abort', stop, { once: true });
    try {
      command.stdin.write(`${programLine()}\n`);
      command.stdin.write(`${encodeMessage(new Map<string, IcfValue>([['Mark', mark], ['Window', WINDOW], ['Prefix', setup.prefix], ['Modules', [...setup.modules]], ['Configuration', new Map(setup.configuration)]]))}\n`);
      const first = await lines.next();
      signal.throwIfAborted();
      const isReady = first.done !== true && first.value.kind === 'ready';
      const version = isReady && typeof first.value.value === 'string' ? first.value.value : '';
      if (Number.parseInt(version) >= OLDEST_VERSION) return new Interpreter(command, lines, version);
      const why = first.done === true ? await complaints : isReady ? `it is version ${version}` : messageOf(first.value.value);
      throw new ConnectorError('configuration', `${command.name} did not become ready: ${why === '' ? 'it ended without a message' : why}. PowerShell ${OLDEST_VERSION}.0 or later is needed; check executable, executionPolicy and PsModulesToImport.`, { outcome: 'notApplied' });
    } catch (error) {
      command.kill();
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** It runs, and waits for a script. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** Everything the script gives on its way; the return value is its answer. Leaving early has the script stop. */
  async *run(call: ScriptCall, signal: AbortSignal): AsyncGenerator<ScriptMessage, IcfValue, void> {
    if (!this.#isUsable) throw new ConnectorError('connectionBroken', `${this.#command.name} has ended.`, { outcome: 'notApplied' });
    signal.throwIfAborted();
    const request = encodeMessage(new Map<string, IcfValue>([['Operation', call.operation], ['Script', call.script], ['ParseOnly', call.parseOnly ?? false], ['Arguments', new Map<IcfValue, IcfValue>(call.variables)]]));
    const stop = (): void => this.#end();
    signal.addEventListener('abort', stop, { once: true });
    let isOver = false;
    try {
      this.#send(request);
      for (;;) {
        const line = await this.#next(call, signal);
        if (line.kind === 'end') {
          isOver = true;
          return line.value;
        }
        if (line.kind === 'failed') {
          isOver = true;
          throw scriptFailure(line.value, call.name);
        }
        if (line.kind === 'more') this.#send('go');
        else if (KINDS.has(line.kind)) yield line as ScriptMessage;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      if (!isOver) await this.#letStop();
    }
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#isUsable = false;
    this.#command.stdin.end();
    const ended = this.#command.ended.then(() => true, () => true);
    const isEnded = await Promise.race([ended, later(STOPPING / 10).then(() => false)]);
    if (!isEnded) this.#command.kill();
  }

  #send(line: string): void {
    this.#command.stdin.write(`${line}\n`);
  }

  #end(): void {
    this.#isUsable = false;
    this.#command.kill();
  }

  async #next({ name, readOnly }: ScriptCall, signal: AbortSignal): Promise<Line> {
    const step = await this.#lines.next().catch((error: unknown) => {
      this.#end();
      signal.throwIfAborted();
      throw error;
    });
    signal.throwIfAborted();
    if (step.done !== true) return step.value;
    this.#end();
    const { exitCode } = await this.#command.ended.catch(() => ({ exitCode: null }));
    throw new ConnectorError('connectionBroken', `${this.#command.name} ended${exitCode === null ? '' : ` with the exit code ${exitCode}`} while it ran ${name}: the script may have called exit.`, readOnly ? {} : { outcome: 'unknown' });
  }

  /** The consumer is gone: the script is told with the next results it has, and gets a moment to end. */
  async #letStop(): Promise<void> {
    if (!this.#isUsable) return;
    const limit = later(STOPPING).then(() => undefined);
    for (;;) {
      const step = await Promise.race([this.#lines.next(), limit]).catch(() => undefined);
      if (step === undefined || step.done === true) return this.#end();
      if (step.value.kind === 'end' || step.value.kind === 'failed') return;
      if (step.value.kind === 'more') this.#send('stop');
    }
  }
}

function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds).unref(); });
}

/** Lines of ours; what scripts and programs they call print in between is dropped: it is nobody's result, and may hold secrets. */
async function* markedLines(command: StartedCommand, mark: string): AsyncGenerator<Line, void, void> {
  const start = `${mark} `;
  let rest = '';
  for await (const part of command.stdout.setEncoding('latin1') as AsyncIterable<string>) {
    const [first = '', ...further] = part.split('\n');
    // Put together once, at its end: a long line comes in many parts.
    const lines = further.length === 0 ? [] : [rest + first, ...further.slice(0, -1)];
    rest = further.at(-1) ?? rest + first;
    if (rest.length > LONGEST_LINE) throw new ConnectorError('connector', `${command.name} gave a result of more than ${LONGEST_LINE} characters.`);
    for (const line of lines) {
      // A program may leave a line unfinished in front of ours.
      const at = line.indexOf(start);
      if (at < 0) continue;
      const [kind = '', content = ''] = line.slice(at + start.length).trimEnd().split(' ');
      yield { kind, value: decodeMessage(content) };
    }
  }
}

const KEPT = 2_000;

/** Of standard error, for an interpreter that does not start. Never rejects. */
async function beginningOf(command: StartedCommand): Promise<string> {
  let kept = '';
  try {
    for await (const part of command.stderr.setEncoding('utf8') as AsyncIterable<string>) kept += part.slice(0, KEPT - kept.length);
  } catch {
    // The process is gone; what it said is kept.
  }
  return kept.replace(/\s+/g, ' ').trim();
}

function messageOf(value: IcfValue): string {
  return Array.isArray(value) && typeof value[1] === 'string' ? value[1] : 'it gave an answer that is not understood';
}
