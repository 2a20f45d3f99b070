import type { Readable } from 'node:stream';
import { ConnectorError, GuardedString } from '../../../protocol/model/index.js';
import type { RunOptions, StartedCommand } from './command-run.js';

/** Longest prompt that is recognised, in characters. */
const LONGEST_PROMPT = 512;

/** Feeds a command: what it asks is answered, or it gets its input at once. Never rejects; a command that has ended takes nothing. */
export class PromptAnswers {
  readonly #command: StartedCommand;
  readonly #open: { readonly prompt: string; readonly answer: GuardedString | string; left: number }[];
  readonly #seen = new Map<Readable, string>();

  constructor(command: StartedCommand, options: RunOptions) {
    this.#command = command;
    this.#open = (options.answers ?? []).map(({ prompt, answer, times }) => ({ prompt: prompt.trimEnd(), answer, left: times ?? 1 }));
    // A command that ends without reading what it is given is no failure of ours: its exit code tells.
    command.stdin.on('error', () => undefined);
    if (this.#open.length === 0) command.stdin.end(contentOf(options.stdin));
  }

  /** A text the command has written to one of its outputs. */
  saw(stream: Readable, text: string): void {
    if (this.#open.length === 0) return;
    const seen = ((this.#seen.get(stream) ?? '') + text).slice(-LONGEST_PROMPT);
    const asked = this.#open.find(({ prompt }) => seen.trimEnd().endsWith(prompt));
    this.#seen.set(stream, asked === undefined ? seen : '');
    if (asked === undefined) return;
    if (asked.left === 0) {
      this.#command.stdin.end();
      return;
    }
    asked.left--;
    if (this.#command.stdin.writable) this.#command.stdin.write(line(asked.answer));
  }
}

/** Refuses a secret of several lines: the first would be the answer, and the next the answer to the next question. */
export function oneLine(secret: GuardedString, what: string): GuardedString {
  if (/[\n\r\0]/.test(secret.reveal())) throw new ConnectorError('invalidAttributeValue', `${what} may hold no line break and no NUL character.`, { outcome: 'notApplied' });
  return secret;
}

function line(answer: GuardedString | string): string {
  return `${answer instanceof GuardedString ? answer.reveal() : answer}\n`;
}

function contentOf(stdin: RunOptions['stdin']): string | Uint8Array {
  return stdin instanceof GuardedString ? stdin.reveal() : stdin ?? '';
}
