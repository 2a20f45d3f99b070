import type { Readable } from 'node:stream';
import { ConnectorError } from '../../../protocol/model/index.js';
import type { RunOptions, RunResult, StartedCommand } from './command-run.js';
import { PromptAnswers } from './prompt-answers.js';

const LARGEST_OUTPUT = 8 * 1024 ** 2;
/** Characters of standard error that are kept beside a stream of lines. */
const KEPT_ERRORS = 64 * 1024;

/** Everything the command writes, and how it ended. */
export async function runToEnd(start: () => Promise<StartedCommand>, options: RunOptions): Promise<RunResult> {
  try {
    const command = await start();
    const answers = new PromptAnswers(command, options);
    const most = options.maxOutput ?? LARGEST_OUTPUT;
    return await supervised(command, options, async () => {
      const [stdout, stderr, end] = await Promise.all([collected(command, command.stdout, most, answers), collected(command, command.stderr, most, answers), command.ended]);
      return { ...end, stdout, stderr };
    });
  } catch (error) {
    throw failureOf(error, options);
  }
}

/** The lines of standard output as they come; nothing is read ahead of who asks for them. */
export async function* commandLines(start: () => Promise<StartedCommand>, options: RunOptions): AsyncGenerator<readonly string[], RunResult, void> {
  try {
    return yield* linesOf(await start(), options);
  } catch (error) {
    throw failureOf(error, options);
  }
}

async function* linesOf(command: StartedCommand, options: RunOptions): AsyncGenerator<readonly string[], RunResult, void> {
  const answers = new PromptAnswers(command, options);
  const most = options.maxOutput ?? LARGEST_OUTPUT;
  const stderr = beginning(command.stderr, answers);
  const chunks = command.stdout.setEncoding('utf8')[Symbol.asyncIterator]() as AsyncIterator<string, undefined>;
  let rest = '';
  let isOver = false;
  try {
    for (;;) {
      const step = await supervised(command, options, () => chunks.next());
      if (step.done === true) break;
      answers.saw(command.stdout, step.value);
      rest += step.value;
      // A long line comes in many parts; it is looked through once.
      const lines = step.value.includes('\n') ? rest.split(LINE_END) : [rest];
      rest = lines.pop() ?? '';
      if (rest.length > most) throw tooMuch(command, most);
      if (lines.length > 0) yield lines;
    }
    if (rest !== '') yield [rest];
    const [end, errors] = await supervised(command, options, () => Promise.all([command.ended, stderr]));
    isOver = true;
    return { ...end, stdout: '', stderr: errors };
  } finally {
    if (!isOver) command.kill();
  }
}

const LINE_END = /\r?\n/;

/** Of a command that changes nothing, no outcome is unknown. */
function failureOf(error: unknown, { readOnly }: RunOptions): unknown {
  const isHarmless = readOnly === true && error instanceof ConnectorError && error.outcome === 'unknown';
  return isHarmless ? new ConnectorError(error.kind, error.message, { cause: error.cause }) : error;
}

async function collected(command: StartedCommand, stream: Readable, most: number, answers: PromptAnswers): Promise<string> {
  const parts: string[] = [];
  let length = 0;
  for await (const part of stream.setEncoding('utf8') as AsyncIterable<string>) {
    answers.saw(stream, part);
    length += part.length;
    if (length > most) throw tooMuch(command, most);
    parts.push(part);
  }
  return parts.join('');
}

/** Reads to the end and keeps the beginning, where commands say what is wrong. Never rejects. */
async function beginning(stream: Readable, answers: PromptAnswers): Promise<string> {
  let kept = '';
  try {
    for await (const part of stream.setEncoding('utf8') as AsyncIterable<string>) {
      answers.saw(stream, part);
      kept += part.slice(0, KEPT_ERRORS - kept.length);
    }
  } catch {
    // The end of the command tells.
  }
  return kept;
}

function tooMuch(command: StartedCommand, most: number): ConnectorError {
  return new ConnectorError('connector', `${command.name} wrote more than ${most} characters; it was ended.`, { outcome: 'unknown' });
}

/** Ends the command, and with it the wait, when the signal fires or the time is over. */
async function supervised<T>(command: StartedCommand, { signal, timeout }: RunOptions, work: () => Promise<T>): Promise<T> {
  let stop: (reason: unknown) => void = () => undefined;
  const stopped = new Promise<never>((_resolve, reject) => { stop = reject; });
  const aborted = (): void => stop(signal.reason);
  const timer = setTimeout(() => {
    stop(new ConnectorError('operationTimeout', `${command.name} took longer than ${timeout} ms and was ended.`, { outcome: 'unknown' }));
  }, timeout);
  signal.addEventListener('abort', aborted, { once: true });
  try {
    if (signal.aborted) aborted();
    return await Promise.race([stopped, work()]);
  } catch (error) {
    command.kill();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', aborted);
  }
}
