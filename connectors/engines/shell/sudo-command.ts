import { randomBytes } from 'node:crypto';
import type { GuardedString } from '../../../protocol/model/index.js';
import type { PromptAnswer } from './command-run.js';

export interface SudoCommand {
  readonly words: readonly string[];
  readonly answers: readonly PromptAnswer[];
}

/**
 * The words behind sudo (sudo(8)): `-k` ignores what sudo remembers, `-S` asks on standard error and reads standard input. What
 * it asks with is made up anew each time, so that nothing a command prints can pass for it, and ends its line, since nobody presses
 * Enter: what is written next begins a line of its own. Without a password sudo may not ask (`-n`). `sudoCommand` may hold options
 * of its own, parted by blanks.
 */
export function behindSudo(sudoCommand: string, password: GuardedString | null, words: readonly string[]): SudoCommand {
  const sudo = sudoCommand.trim().split(/\s+/);
  if (password === null) return { words: [...sudo, '-n', ...words], answers: [] };
  const prompt = `[sudo ${randomBytes(8).toString('hex')}]\n`;
  return { words: [...sudo, '-k', '-S', '-p', prompt, ...words], answers: [{ prompt, answer: password }] };
}
