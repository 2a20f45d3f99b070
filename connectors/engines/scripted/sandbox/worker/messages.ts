import type { RunLimits } from '../limits.js';
import type { ScriptForm } from '../script-language.js';

/** What passes between the agent and a sandbox thread: texts and numbers, nothing with behaviour. */

export interface RunMessage {
  readonly type: 'run';
  readonly text: string;
  readonly form: ScriptForm;
  /** The variables as the text of a wire value (see wire-values.ts), a map. */
  readonly variables: string;
  /** Names of the functions the script may call. */
  readonly functions: readonly string[];
  /** Source of a function that makes further variables of them; ours, not the script's. Empty: none. */
  readonly library: string;
  /** Whether secrets have a `reveal`. */
  readonly reveals: boolean;
  /** Processor time counts anew after each answer. */
  readonly perCall: boolean;
  readonly limits: RunLimits;
}

export interface AnswerMessage {
  readonly type: 'answer';
  readonly call: number;
  readonly ok: boolean;
  /** A wire value, or an error as JSON. */
  readonly text: string;
}

export type ToWorker = RunMessage | AnswerMessage;

export interface CallMessage { readonly type: 'call'; readonly call: number; readonly name: string; readonly text: string }
export interface LogMessage { readonly type: 'log'; readonly level: LogLevel; readonly text: string }
export interface EndMessage { readonly type: 'end'; readonly end: RunEnd; readonly logLinesLeftOut: number; readonly unheardFailures: number }

export type FromWorker = { readonly type: 'ready' } | CallMessage | LogMessage | EndMessage;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How a run ended. */
export type RunEnd =
  /** `text`: a wire value. */
  | { readonly kind: 'returned'; readonly text: string }
  /** `text`: a {@link ThrownError} as JSON, as far as what was thrown could be described. */
  | { readonly kind: 'threw'; readonly text: string }
  | { readonly kind: 'stopped'; readonly by: StopReason }
  /** The sandbox itself failed: the thread is not used again. */
  | { readonly kind: 'broken'; readonly message: string };

export type StopReason =
  | 'timeout' | 'cpuTime' | 'memory'
  /** What it returns is larger than a value may be. */
  | 'valueSize'
  /** It waits for something nobody will do. */
  | 'nothingToWaitFor';

/** What a script tells of something it threw. Any script can tell anything. */
export interface ThrownError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Of a ConnectorError. */
  readonly kind: string;
  readonly uid: string;
}

export interface WorkerData {
  /** The compiled interpreter, shared by all threads. */
  readonly wasm: object;
  /** Bytes a script's memory may have at most. */
  readonly memory: number;
  /**
   * Two 64-bit integers: when the script began the work it is at (nanoseconds of the monotonic clock; 0: it waits), and the
   * nanoseconds of processor time it had used before that.
   */
  readonly shared: SharedArrayBuffer;
}
