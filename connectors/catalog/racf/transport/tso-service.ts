import type { TsoCommand } from '../tso/command.js';

/** Runs TSO commands on z/OS, one request each. */
export interface TsoService {
  /**
   * The command's output, line by line. Throws a ConnectorError when the command could not be run, or nobody can tell whether
   * it was; what the command itself refuses stands in the output.
   */
  run(command: TsoCommand, signal: AbortSignal): Promise<readonly string[]>;
  close(): Promise<void>;
}

/**
 * Without what TSO adds around a command's output: READY and the command itself before it, READY and END behind it. Nothing else goes,
 * as there may be a user READY or END.
 */
export function withoutPrompts(lines: readonly string[], { verb, subject }: TsoCommand): readonly string[] {
  const isBlank = (line: string | undefined): boolean => line?.trim() === '';
  const left = [...lines];
  const dropLast = (prompt: string): void => {
    while (isBlank(left.at(-1))) left.pop();
    if (left.at(-1)?.trim() === prompt) left.pop();
  };
  dropLast('END');
  dropLast('READY');
  const echo = left.findIndex((line) => !isBlank(line) && line.trim() !== 'READY');
  return left[echo]?.trim().startsWith(`${verb} ${subject}`) === true ? left.slice(echo + 1) : left;
}
