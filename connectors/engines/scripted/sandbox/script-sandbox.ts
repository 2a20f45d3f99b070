import { ConnectorError, GuardedByteArray, GuardedString, type IcfValue } from '../../../../protocol/model/index.js';
import { systemClock, type Clock } from '../../../framework/clock.js';
import { FairPermits } from '../../../framework/facade/fair-permits.js';
import { clearTexts, redactText } from '../../../framework/facade/redact.js';
import type { HostFunction, ScriptRun, ScriptRunner } from '../../../framework/script-runner.js';
import { DEFAULT_LIMITS, LOG_CHARACTERS, LONGEST_SCRIPT, type RunLimits } from '../../../../deploy/runtime/sandbox/limits.js';
import type { SandboxThread } from '../../../../deploy/runtime/sandbox/sandbox-thread.js';
import { SandboxThreads } from '../../../../deploy/runtime/sandbox/sandbox-threads.js';
import { failureForScript, scriptFailure } from '../../../../deploy/runtime/sandbox/script-failure.js';
import { checkLanguage, formOf } from '../../../../deploy/runtime/sandbox/script-language.js';
import { WireDecoder } from '../../../../deploy/runtime/sandbox/wire-decode.js';
import { WireEncoder, type Secret } from '../../../../deploy/runtime/sandbox/wire-values.js';
import type { CallMessage, EndMessage } from '../../../../deploy/runtime/sandbox/worker/messages.js';

export type { HostFunction, ScriptRun } from '../../../framework/script-runner.js';

/** Secrets a script has made that failures and lines of the log are searched for: a search may make one for each of a million objects. */
const MOST_MADE = 1_000;
/** Milliseconds; what a timer takes. */
const LONGEST_TIMER = 2 ** 31 - 1;

export interface SandboxOptions {
  /** Scripts that run at a time, each in a thread of its own. */
  readonly workers: number;
  /** Scripts that may wait for a thread, and how long, in milliseconds. */
  readonly queue: number;
  readonly queueTime: number;
  /** A thread nobody has used for so long is ended. Milliseconds. */
  readonly idle: number;
  readonly limits: RunLimits;
  /** @default the module of the runtime's room */
  readonly worker?: URL | undefined;
  readonly clock?: Clock | undefined;
}

export const DEFAULT_SANDBOX: SandboxOptions = { workers: 2, queue: 16, queueTime: 10_000, idle: 300_000, limits: DEFAULT_LIMITS };

/**
 * Runs JavaScript in WebAssembly, outside of the main thread: no network, no files, no modules, nothing but what it is
 * handed. A run costs a few milliseconds once a thread is there. Every failure is a ConnectorError; one before the script began
 * has the outcome `notApplied`.
 */
export class ScriptSandbox implements ScriptRunner {
  readonly #options: SandboxOptions;
  readonly #permits: FairPermits;
  readonly #threads: SandboxThreads;
  readonly #closing = new AbortController();

  constructor(options: SandboxOptions) {
    this.#options = options;
    const clock = options.clock ?? systemClock;
    this.#permits = new FairPermits(options.workers, clock);
    this.#threads = new SandboxThreads({ worker: options.worker, memory: options.limits.memory, idle: options.idle, after: (milliseconds, callback) => clock.after(milliseconds, callback) });
  }

  status(): { readonly running: number; readonly waiting: number; readonly threads: number } {
    return { running: this.#permits.taken, waiting: this.#permits.waiting, threads: this.#threads.size };
  }

  async run(run: ScriptRun): Promise<IcfValue> {
    const { script, signal } = run;
    checkLanguage(script.language);
    if (script.text.length > LONGEST_SCRIPT) throw new ConnectorError('illegalArgument', `The script has ${script.text.length} characters; ${LONGEST_SCRIPT} are the most.`, { outcome: 'notApplied' });
    const own = new RunValues(run, this.#limits(run));
    const variables = own.variables();
    await this.#place(signal);
    try {
      return await this.#inThread(own, variables);
    } finally {
      this.#permits.giveBack();
    }
  }

  /** Ends all threads, and the scripts in them. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort(new ConnectorError('retryable', 'The connector server is shutting down; try again later.'));
    await this.#threads.close();
  }

  #limits({ limits: lower = {}, lifetime }: ScriptRun): RunLimits {
    const limits = lifetime === 'operation' ? { ...this.#options.limits, timeout: LONGEST_TIMER, calls: Infinity } : this.#options.limits;
    const least = (name: keyof RunLimits): number => Math.max(1, Math.min(limits[name], lower[name] ?? Infinity));
    return { timeout: Math.min(least('timeout'), LONGEST_TIMER), cpuTime: least('cpuTime'), memory: least('memory'), valueSize: least('valueSize'), calls: least('calls') };
  }

  async #place(signal: AbortSignal): Promise<void> {
    const { workers, queue, queueTime } = this.#options;
    const busy = (why: string): ConnectorError => new ConnectorError('retryable', `The connector server is busy: ${workers} scripts run at a time (scripts.workers) and ${why}. Nothing was done. Try again later.`, { outcome: 'notApplied' });
    if (this.#permits.taken >= workers && this.#permits.waiting >= queue) throw busy(`${queue} wait already (scripts.queue)`);
    await this.#permits.take(queueTime, signal, () => busy(`none ended within ${queueTime} ms (scripts.queueTime)`));
  }

  async #inThread(own: RunValues, variables: string): Promise<IcfValue> {
    const { run, limits } = own;
    this.#closing.signal.throwIfAborted();
    const thread = await this.#threads.take();
    const over = new AbortController();
    const stop = (): void => { over.abort(run.signal.aborted ? run.signal.reason : this.#closing.signal.reason); };
    const sources = [run.signal, this.#closing.signal];
    for (const source of sources) source.addEventListener('abort', stop, { once: true });
    try {
      if (sources.some(({ aborted }) => aborted)) stop();
      over.signal.throwIfAborted();
      const { text } = run.script;
      const end = await thread.run(
        { type: 'run', text, form: formOf(text), variables, functions: [...run.functions.keys()], library: run.library ?? '', reveals: run.reveals === true, perCall: run.lifetime === 'operation', limits },
        { called: (message) => { void own.called(thread, message, over.signal); }, logged: ({ level, text: said }) => { run.log[level]({ script: own.redacted(said) }, 'A script says.'); } },
        over.signal,
      );
      over.signal.throwIfAborted();
      return own.result(end);
    } finally {
      for (const source of sources) source.removeEventListener('abort', stop);
      over.abort(new ConnectorError('connector', 'The script that asked for this has ended.'));
      this.#threads.giveBack(thread);
    }
  }
}

/** What passes between one script and us. */
class RunValues {
  readonly run: ScriptRun;
  readonly limits: RunLimits;
  /** Those the script knows by number. */
  readonly #secrets: Secret[] = [];
  /** The latest of those the script made. */
  readonly #made: GuardedString[] = [];
  readonly #encoder: WireEncoder;
  readonly #decoder: WireDecoder;

  constructor(run: ScriptRun, limits: RunLimits) {
    this.run = run;
    this.limits = limits;
    this.#encoder = new WireEncoder(this.#secrets, limits.valueSize);
    this.#decoder = new WireDecoder(this.#secrets, (secret) => {
      if (this.#made.push(secret) > MOST_MADE) this.#made.shift();
    });
  }

  variables(): string {
    try {
      return this.#encoder.encode(new Map<IcfValue, IcfValue>(this.run.variables));
    } catch (error) {
      throw error instanceof ConnectorError ? new ConnectorError(error.kind, error.message, { outcome: 'notApplied' }) : error;
    }
  }

  /** Never rejects. */
  async called(thread: SandboxThread, { call, name, text }: CallMessage, signal: AbortSignal): Promise<void> {
    let answer: { readonly ok: boolean; readonly text: string };
    try {
      const given = this.#decoder.decode(text);
      answer = { ok: true, text: this.#encoder.encode(await this.#function(name)(Array.isArray(given) ? given : [given], signal)) };
    } catch (error) {
      answer = { ok: false, text: failureForScript(error) };
    }
    if (!signal.aborted) thread.answer({ type: 'answer', call, ...answer });
  }

  result({ end, logLinesLeftOut, unheardFailures }: EndMessage): IcfValue {
    const { log } = this.run;
    if (logLinesLeftOut > 0) log.warn({ lines: logLinesLeftOut }, 'A script wrote more to the log than it may; the rest was left out.');
    if (unheardFailures > 0) log.warn({ calls: unheardFailures }, 'Calls of a script that it did not wait for have failed.');
    if (end.kind === 'returned') return this.#decoder.decode(end.text);
    if (end.kind === 'broken') log.error({ reason: end.message }, 'The sandbox of a script failed; its thread is replaced.');
    throw scriptFailure(end, this.limits, (text) => redactText(text, this.#clearTexts()), this.run.title);
  }

  /** A line for the log. */
  redacted(text: string): string {
    return redactText(text, this.#clearTexts()).slice(0, LOG_CHARACTERS);
  }

  #function(name: string): HostFunction {
    const own = this.run.functions.get(name);
    if (own !== undefined) return own;
    if (name === 'reveal' && this.run.reveals === true) return async ([secret]) => (secret instanceof GuardedString || secret instanceof GuardedByteArray ? secret.reveal() : null);
    throw new ConnectorError('illegalArgument', 'There is no such function, or the script may not call it.');
  }

  #clearTexts(): readonly string[] {
    return [...this.#secrets, ...this.#made, ...this.run.secrets ?? []].flatMap(clearTexts).flatMap(spellings);
  }
}

/** As it is, and as it is in the path of an address. */
function spellings(text: string): readonly string[] {
  try {
    return [text, encodeURIComponent(text)];
  } catch {
    return [text]; // half a character has no such form
  }
}
