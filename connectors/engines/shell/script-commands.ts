import { anySignal, ConnectorError, GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import type { HostFunction } from '../../framework/script-runner.js';
import type { Call } from '../../framework/spi.js';
import type { PromptAnswer, RunOptions, RunResult } from './command-run.js';
import { oneLine } from './prompt-answers.js';
import { ShellWords } from './shell-words.js';
import type { ShellSession } from './shell-session.js';
import type { SessionConfig } from './ssh-settings.js';
import { behindSudo } from './sudo-command.js';

/** Milliseconds a command of a script may take that says nothing else. */
const USUAL_TIMEOUT = 60_000;
/** Streams of lines one script may have open. */
const MOST_OPEN = 8;
/** Characters of lines that go to a script at a time. */
const LARGEST_CHUNK = 64 * 1024;

type Lines = AsyncGenerator<readonly string[], RunResult, void>;

/** `connection.exec(words, options)`, and what `connection.lines` is made of. `close` ends what a script left open. */
export function commandFunctions(shell: ShellSession | undefined, config: SessionConfig, call: Call): { readonly functions: Map<string, HostFunction>; close(): Promise<void> } {
  const open = new Map<number, ChunkedLines>();
  let opened = 0;
  const prepared = (given: readonly IcfValue[], signal: AbortSignal) => commandOf(config, given, anySignal(signal, call.signal));
  const session = (): ShellSession => {
    if (shell === undefined) throw new ConnectorError('unsupportedOperation', 'This configuration has no SSH session to run commands by.', { outcome: 'notApplied' });
    return shell;
  };
  return {
    functions: new Map<string, HostFunction>([
      ['ssh.exec', async (given, signal) => {
        const { command, options } = prepared(given, signal);
        return resultValue(await session().ssh.exec(command, options));
      }],
      ['ssh.open', async (given, signal) => {
        if (open.size >= MOST_OPEN) throw new ConnectorError('illegalState', `A script can read the lines of ${MOST_OPEN} commands at a time.`, { outcome: 'notApplied' });
        const { command, options } = prepared(given, signal);
        open.set(++opened, new ChunkedLines(session().ssh.lines(command, { ...options, readOnly: true })));
        return opened;
      }],
      ['ssh.next', async ([handle]) => open.get(Number(handle))?.next() ?? null],
      ['ssh.end', async ([handle]) => {
        const lines = open.get(Number(handle));
        open.delete(Number(handle));
        await lines?.close();
        return null;
      }],
    ]),
    async close() {
      await Promise.all([...open.values()].map((lines) => lines.close().catch(() => undefined)));
      open.clear();
    },
  };
}

/** Lines in portions a script can take. */
class ChunkedLines {
  readonly #lines: Lines;
  #rest: readonly string[] = [];

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  /** `{lines}`, or `{end: {exitCode, stdout, stderr}}`. */
  async next(): Promise<IcfValue> {
    if (this.#rest.length === 0) {
      const step = await this.#lines.next();
      if (step.done === true) return new Map([['end', resultValue(step.value)]]);
      this.#rest = step.value;
    }
    let count = 0;
    for (let length = 0; count < this.#rest.length && (count === 0 || length < LARGEST_CHUNK); count++) length += this.#rest[count]?.length ?? 0;
    const lines = this.#rest.slice(0, count);
    this.#rest = this.#rest.slice(count);
    return new Map<IcfValue, IcfValue>([['lines', [...lines]]]);
  }

  async close(): Promise<void> {
    await this.#lines.return({ exitCode: null, signal: null, stdout: '', stderr: '' });
  }
}

function resultValue({ exitCode, signal, stdout, stderr }: RunResult): IcfValue {
  return new Map<IcfValue, IcfValue>([['exitCode', exitCode], ['signal', signal], ['stdout', stdout], ['stderr', stderr]]);
}

/** `words` is a list of texts; options are `sudo`, `env`, `stdin`, `answers: [{prompt, answer, times}]`, `timeout`, `readOnly`. */
function commandOf(config: SessionConfig, [given, further]: readonly IcfValue[], signal: AbortSignal): { readonly command: ShellWords; readonly options: RunOptions } {
  const options: ReadonlyMap<IcfValue, IcfValue> = further instanceof Map ? further : new Map<IcfValue, IcfValue>();
  const words = wordsOf(given);
  const sudo = options.get('sudo') === true ? behindSudo(config.sudoCommand, config.password, words) : { words, answers: [] };
  const answers = [...sudo.answers, ...answersOf(options.get('answers') ?? null)];
  const stdin = inputOf(options.get('stdin') ?? null);
  if (stdin !== undefined && answers.length > 0) throw illegal('A command that may be asked something, as by sudo, takes its input as answers to what it asks: answers instead of stdin');
  const timeout = options.get('timeout');
  return {
    command: ShellWords.posix(...environment(options.get('env') ?? null), ...sudo.words),
    options: { signal, answers, stdin, timeout: typeof timeout === 'number' && timeout > 0 ? timeout : USUAL_TIMEOUT, readOnly: options.get('readOnly') === true },
  };
}

function wordsOf(given: IcfValue | undefined): readonly string[] {
  if (Array.isArray(given) && given.every((word) => typeof word === 'string')) return given;
  throw illegal('A command is a list of texts, the program first: ["/usr/bin/id", name]. Secrets are handed in by stdin or answers');
}

function inputOf(given: IcfValue): string | GuardedString | undefined {
  if (given === null) return undefined;
  if (typeof given === 'string' || given instanceof GuardedString) return given;
  throw illegal('stdin has to be a text or a secret');
}

function answersOf(given: IcfValue): PromptAnswer[] {
  if (given === null) return [];
  if (!Array.isArray(given)) throw illegal('answers has to be a list of {prompt, answer}');
  return given.map((one) => {
    const [prompt, answer, times] = one instanceof Map ? [one.get('prompt'), one.get('answer'), one.get('times')] : [];
    if (typeof prompt !== 'string' || prompt.trim() === '' || (typeof answer !== 'string' && !(answer instanceof GuardedString))) throw illegal('answers has to be a list of {prompt, answer}, with a text and a text or a secret');
    if (answer instanceof GuardedString) oneLine(answer, 'A secret that answers a prompt');
    return { prompt, answer, ...(typeof times === 'number' ? { times } : {}) };
  });
}

/** By env(1), since servers take few variables from clients. */
function environment(given: IcfValue): readonly string[] {
  if (!(given instanceof Map) || given.size === 0) return [];
  return ['/usr/bin/env', ...[...given].map(([name, value]) => {
    if (typeof name !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || typeof value !== 'string') throw illegal('env has to be an object of names and texts');
    return `${name}=${value}`;
  })];
}

function illegal(what: string): ConnectorError {
  return new ConnectorError('illegalArgument', `${what}.`, { outcome: 'notApplied' });
}
