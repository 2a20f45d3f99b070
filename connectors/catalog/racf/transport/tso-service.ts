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

/** Lines TSO adds around a command's output. */
export function withoutPrompts(lines: readonly string[], command: TsoCommand): readonly string[] {
  const start = `${command.verb} ${command.subject}`;
  return lines.filter((line) => {
    const text = line.trim();
    return text !== 'READY' && text !== 'END' && text !== start && !text.startsWith(`${start} `);
  });
}
