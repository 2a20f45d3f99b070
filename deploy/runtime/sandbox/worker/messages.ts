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

/** A script of a batch: a function of its parameters that answers what its last statement gives, or what it returns. */
export interface BatchScript {
  readonly parameters: readonly string[];
  readonly text: string;
  /** Parameters whose value afterwards is part of the outcome. */
  readonly given?: readonly string[] | undefined;
}

/** Many small scripts in one interpreter, one after the other. */
export interface BatchMessage {
  readonly type: 'batch';
  readonly scripts: readonly BatchScript[];
  /** Source of a function `(call, log) => variables` whose variables every script sees; ours, not the scripts'. Empty: none. */
  readonly library: string;
  readonly functions: readonly string[];
  /** JSON texts that items name by number. */
  readonly values: readonly string[];
  /** The number of a script, and of a value for each of its parameters. */
  readonly items: readonly (readonly number[])[];
  /** The first item to do. */
  readonly first: number;
  /** Of each item. */
  readonly limits: RunLimits;
}

export interface AnswerMessage {
  readonly type: 'answer';
  readonly call: number;
  readonly ok: boolean;
  /** A wire value, or an error as JSON. */
  readonly text: string;
}

export type ToWorker = RunMessage | BatchMessage | AnswerMessage;

export interface CallMessage { readonly type: 'call'; readonly call: number; readonly name: string; readonly text: string }
export interface LogMessage { readonly type: 'log'; readonly level: LogLevel; readonly text: string }
export interface EndMessage { readonly type: 'end'; readonly end: RunEnd; readonly logLinesLeftOut: number; readonly unheardFailures: number }

/** Outcomes of items, the first of them that of `from`: `{"v": result?, "g": {parameter: value}?}`, or `{"e": ThrownError}`. */
export interface ResultsMessage { readonly type: 'results'; readonly from: number; readonly texts: readonly string[] }

export type FromWorker = { readonly type: 'ready' } | CallMessage | LogMessage | ResultsMessage | EndMessage;

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
   * Two 64-bit integers and two of 32 bits (see processor-time.ts). The first: when the script began the work it is at (nanoseconds of the monotonic clock; 0: it waits), and the
   * nanoseconds of processor time it had used before that. Then how many answers were sent, and the item a batch is at.
   */
  readonly shared: SharedArrayBuffer;
}
