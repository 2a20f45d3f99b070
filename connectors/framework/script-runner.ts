import type { GuardedString, IcfValue, Script } from '../../protocol/model/index.js';
import type { RunLimits } from '../../deploy/runtime/sandbox/limits.js';
import type { ConnectorLog } from './spi.js';

export type { RunLimits };

/** What the script gets of the world: a promise for it, a call for us. The signal fires when the run is over. */
export type HostFunction = (given: readonly IcfValue[], signal: AbortSignal) => Promise<IcfValue>;

export interface ScriptRun {
  readonly script: Script;
  /** What failures call the script, e.g. its file. @default "The script" */
  readonly title?: string | undefined;
  /** By name; what has the name of something that is there already is left out. */
  readonly variables: ReadonlyMap<string, IcfValue>;
  /** What the script may call. `a.b` is the function `b` of an object `a`. Nothing else is reachable. */
  readonly functions: ReadonlyMap<string, HostFunction>;
  /**
   * Source of a JavaScript function `(call, icf, bind, pack) => variables` that stands between script and functions: `call(name, arguments)`
   * calls one, `bind(names)` makes objects of functions as there are without a library, `pack(value)` keeps a value as it is now. Trusted. A variable named `__END__` is kept from the script: a function that is called, and waited for, when the script has come to its end.
   */
  readonly library?: string | undefined;
  /** Whether the script may have the clear text of secrets it is given. @default false */
  readonly reveals?: boolean | undefined;
  /** Where they are lower than the runner's own. */
  readonly limits?: Partial<RunLimits> | undefined;
  /**
   * `run`: every limit counts from start to end. `operation`: of a script that serves an operation as long as that lasts, say a
   * search of a million objects: the signal ends it, not `timeout` and `calls`, and `cpuTime` counts anew after each call. @default 'run'
   */
  readonly lifetime?: 'run' | 'operation' | undefined;
  /** Secrets that are not among the variables, but that failures and log lines must not show either. */
  readonly secrets?: readonly GuardedString[] | undefined;
  readonly signal: AbortSignal;
  readonly log: ConnectorLog;
}

/** Runs JavaScript apart from everything else (engines/scripted/sandbox). Failures are ConnectorErrors. */
export interface ScriptRunner {
  /**
   * Folders on this machine that script files may be in, whatever a configuration says: who sends configurations is not to choose among
   * all files there are, some of which another connector may have written. Undefined: anywhere.
   */
  readonly folders?: readonly string[] | undefined;
  run(run: ScriptRun): Promise<IcfValue>;
}
