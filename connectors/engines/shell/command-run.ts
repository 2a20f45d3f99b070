import type { Readable, Writable } from 'node:stream';
import type { GuardedString } from '../../../protocol/model/index.js';

/** How a command ended. `exitCode` null: by `signal`, or the other end did not say. */
export interface CommandEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A command under way, on this machine or another. Its output has to be read for it to go on. */
export interface StartedCommand {
  /** For messages, e.g. `useradd on host:22`. */
  readonly name: string;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when it ended and its output was read; rejects when the connection to it broke. Never unhandled. */
  readonly ended: Promise<CommandEnd>;
  /** Ends it, as far as the other side lets us, and lets go of it. */
  kill(): void;
}

/** What a command asks on its output, and what it is told by its input. */
export interface PromptAnswer {
  /** Text at the end of what the command has written so far, e.g. `pass::`. */
  readonly prompt: string;
  readonly answer: GuardedString | string;
  /** Asked again after this, its input is closed, so that it gives up instead of waiting. @default 1 */
  readonly times?: number | undefined;
}

export interface RunOptions {
  /** Handed in at once, then the input is closed. Together with {@link answers} the answers only. */
  readonly stdin?: string | Uint8Array | GuardedString | undefined;
  readonly answers?: readonly PromptAnswer[] | undefined;
  readonly signal: AbortSignal;
  /** Milliseconds from start to end; of `lines`, between two lots of output. */
  readonly timeout: number;
  /** Characters of output that are kept, of each kind; of `lines`, in one line. More is an error. @default 8 Mi */
  readonly maxOutput?: number | undefined;
  /** The command changes nothing, so a timeout or a lost connection leaves no outcome unknown. @default false */
  readonly readOnly?: boolean | undefined;
}

export interface RunResult extends CommandEnd {
  readonly stdout: string;
  readonly stderr: string;
}

/** What can run commands: a host over ssh, or this machine. */
export interface CommandHost<C> {
  /** For messages, e.g. `admin@kdc.example.com:22`. */
  readonly name: string;
  /** Resolves when it is running. Rejects with `notApplied` when it could not be started. */
  start(command: C, signal: AbortSignal): Promise<StartedCommand>;
}
