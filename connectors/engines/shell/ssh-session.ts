import type { CommandHost, RunOptions, RunResult } from './command-run.js';
import type { ExpectSession } from './expect-session.js';
import type { ShellWords } from './shell-words.js';
import type { TerminalSettings } from './ssh-settings.js';

/**
 * One connection to an SSH server, logged in. Made by `openSsh` (open-ssh.ts), pooled by the facade. Every failure is a
 * ConnectorError: `connectionBroken` when the connection is lost, `operationTimeout` after a timeout, both with the outcome
 * `unknown`, since the command may go on at the other end; the reason of the signal after an abort.
 */
export interface SshSession extends CommandHost<ShellWords> {
  /** Runs a command to its end. An exit code that is not 0 is no error here. */
  exec(command: ShellWords, options: RunOptions): Promise<RunResult>;
  /**
   * The lines of its standard output, in chunks, under backpressure; ends with the code and what it wrote to standard error.
   * An early `return` ends the command.
   */
  lines(command: ShellWords, options: RunOptions): AsyncGenerator<readonly string[], RunResult, void>;
  /** A login shell on a terminal. */
  shell(terminal: TerminalSettings, signal: AbortSignal): Promise<ExpectSession>;
  /** Whether the server still answers. */
  isAlive(signal: AbortSignal): Promise<boolean>;
  /** Never rejects. */
  close(): Promise<void>;
}
