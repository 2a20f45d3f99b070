import type { QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten';
import { GUEST_PRELUDE } from '../guest/guest-prelude.js';
import { DEEPEST_VALUE, LOG_LINES, STACK_BYTES, TEXT_CHARACTERS } from '../limits.js';
import { CallQueue } from './call-queue.js';
import { LOG_LEVELS, type AnswerMessage, type FromWorker, type LogLevel, type RunEnd, type RunMessage, type StopReason } from './messages.js';
import type { ProcessorTime } from './processor-time.js';

/** Jobs of promises done before the clock is looked at. */
const JOBS_AT_A_TIME = 256;

/** Where not even our own code in there could say what was thrown. */
const UNREADABLE = JSON.stringify({ name: '', message: 'it threw something that cannot be shown', stack: '', kind: '', uid: '' });

interface Guest { readonly describe: QuickJSHandle; readonly deliver: QuickJSHandle; readonly install: QuickJSHandle; readonly startBody: QuickJSHandle; readonly startModule: QuickJSHandle }

/** One run of one script in an interpreter of its own, which is thrown away with it: nothing in it is disposed of. */
export class GuestRun {
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;
  readonly #request: RunMessage;
  readonly #post: (message: FromWorker) => void;
  readonly #time: ProcessorTime;
  readonly #calls: CallQueue;
  readonly #timer: NodeJS.Timeout;
  readonly #deadline: number;
  #guest: Guest | undefined;
  #result: RunEnd | undefined;
  #stopped: StopReason | undefined;
  #isOver = false;
  #logLines = 0;
  #unheardFailures = 0;

  constructor(interpreter: QuickJSWASMModule, request: RunMessage, time: ProcessorTime, post: (message: FromWorker) => void) {
    const { limits } = request;
    this.#request = request;
    this.#post = post;
    this.#time = time;
    this.#calls = new CallQueue(limits, { functions: new Set(request.functions), reveals: request.reveals }, post, (call, ok, text) => { this.answer({ type: 'answer', call, ok, text }); });
    this.#deadline = performance.now() + limits.timeout;
    this.#timer = setTimeout(() => { this.#end({ kind: 'stopped', by: 'timeout' }); }, limits.timeout);
    this.#runtime = interpreter.newRuntime({ memoryLimitBytes: limits.memory, maxStackSizeBytes: STACK_BYTES, interruptHandler: () => this.#hasToStop() });
    this.#context = this.#runtime.newContext();
  }

  start(): void {
    try {
      this.#guest = this.#prepare();
    } catch (error) {
      return this.#broke(error);
    }
    const guest = this.#guest;
    this.#enter(() => { this.#begin(guest); });
  }

  answer({ call, ok, text }: AnswerMessage): void {
    const guest = this.#guest;
    if (guest === undefined || !this.#calls.answered(call)) return;
    if (!ok && this.#result !== undefined) this.#unheardFailures++;
    if (this.#request.perCall) this.#time.restart();
    this.#enter(() => { this.#call(guest.deliver, this.#context.newNumber(call), ok ? this.#context.true : this.#context.false, this.#context.newString(text)); });
  }

  #hasToStop(): boolean {
    if (this.#stopped === undefined && this.#time.used() > this.#request.limits.cpuTime) this.#stopped = 'cpuTime';
    if (this.#stopped === undefined && performance.now() > this.#deadline) this.#stopped = 'timeout';
    return this.#stopped !== undefined;
  }

  /** Lets the script work, until it has nothing to do but wait. */
  #enter(work: () => void): void {
    if (this.#isOver) return;
    this.#time.begin();
    try {
      work();
      this.#doJobs();
    } catch (error) {
      this.#broke(error);
    } finally {
      this.#time.pause();
    }
    this.#look();
  }

  /** Our own code failed, or the interpreter: for want of time, or for good. */
  #broke(error: unknown): void {
    this.#end(this.#stopped === undefined ? { kind: 'broken', message: error instanceof Error ? error.message : String(error) } : { kind: 'stopped', by: this.#stopped });
  }

  #doJobs(): void {
    while (!this.#isOver && !this.#hasToStop() && this.#runtime.hasPendingJob()) {
      const done = this.#runtime.executePendingJobs(JOBS_AT_A_TIME);
      if (done.error !== undefined) return this.#failed(done.error);
      done.dispose();
    }
  }

  /** Whether it has ended, and if not, whether it ever can. */
  #look(): void {
    if (this.#isOver) return;
    if (this.#stopped !== undefined) return this.#end({ kind: 'stopped', by: this.#stopped });
    if (this.#result !== undefined && (this.#result.kind !== 'returned' || this.#calls.isEmpty)) return this.#end(this.#result);
    if (this.#result === undefined && this.#calls.isEmpty) this.#end({ kind: 'stopped', by: 'nothingToWaitFor' });
  }

  #end(end: RunEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#calls.close();
    this.#post({ type: 'end', end, logLinesLeftOut: Math.max(0, this.#logLines - LOG_LINES), unheardFailures: this.#unheardFailures });
  }

  #prepare(): Guest {
    const context = this.#context;
    const { functions, reveals } = this.#request;
    const prelude = context.unwrapResult(context.evalCode(GUEST_PRELUDE, 'causeway'));
    const settings = context.newString(JSON.stringify({ functions, reveals, deepest: DEEPEST_VALUE, textCharacters: TEXT_CHARACTERS }));
    const made = context.unwrapResult(context.callFunction(
      prelude, context.undefined,
      context.newFunction('call', (name, text) => context.newNumber(this.#called(name, text))),
      context.newFunction('log', (level, text) => { this.#logged(level, text); }),
      context.newFunction('end', (ok, text) => { this.#finished(context.typeof(ok) === 'boolean' && context.getNumber(ok) === 1, text); }),
      settings,
    ));
    const part = (name: keyof Guest): QuickJSHandle => context.getProp(made, name);
    return { describe: part('describe'), deliver: part('deliver'), install: part('install'), startBody: part('startBody'), startModule: part('startModule') };
  }

  #begin(guest: Guest): void {
    const context = this.#context;
    const { text, form, variables, library } = this.#request;
    const made = library === '' ? undefined : context.unwrapResult(context.evalCode(library, 'causeway'));
    if (!this.#call(guest.install, context.newString(variables), made ?? context.undefined)) return;
    const evaluated = form === 'module' ? context.evalCode(text, 'script', { type: 'module' }) : this.#body(text);
    if (evaluated.error !== undefined) return this.#failed(evaluated.error);
    this.#call(form === 'module' ? guest.startModule : guest.startBody, evaluated.value);
  }

  /** A script somebody has sent may be an expression, as those for Groovy are (`2 * 2`): then its value is the answer. */
  #body(text: string): ReturnType<QuickJSContext['evalCode']> {
    const context = this.#context;
    if (!this.#request.perCall) {
      const expression = context.evalCode(`(async function () {return (${text}\n)})`, 'script', { type: 'global', strict: true });
      if (expression.error === undefined) return expression;
      expression.error.dispose();
    }
    return context.evalCode(`(async function () {${text}\n})`, 'script', { type: 'global', strict: true });
  }

  /** Calls one of our own functions inside; false when it failed, of which the script dies. */
  #call(target: QuickJSHandle, ...given: QuickJSHandle[]): boolean {
    const result = this.#context.callFunction(target, this.#context.undefined, ...given);
    for (const handle of given) if (handle.alive) handle.dispose();
    if (result.error !== undefined) {
      this.#failed(result.error);
      return false;
    }
    result.dispose();
    return true;
  }

  #failed(error: QuickJSHandle): void {
    if (this.#stopped !== undefined) return;
    this.#result ??= this.#thrown(error);
  }

  #thrown(error: QuickJSHandle): RunEnd {
    const guest = this.#guest;
    const described = guest === undefined ? undefined : this.#context.callFunction(guest.describe, this.#context.undefined, error);
    if (described === undefined || described.error !== undefined) return { kind: 'threw', text: UNREADABLE };
    return { kind: 'threw', text: this.#textOf(described.value, this.#request.limits.valueSize) ?? UNREADABLE };
  }

  /** Asked by the script's side; a script that got hold of it can ask anything. */
  #called(name: QuickJSHandle, text: QuickJSHandle): number {
    const { valueSize } = this.#request.limits;
    const given = this.#textOf(text, valueSize);
    return given === undefined ? -3 : this.#calls.add(this.#textOf(name, 200) ?? '', given);
  }

  #logged(level: QuickJSHandle, text: QuickJSHandle): void {
    this.#logLines++;
    if (this.#logLines > LOG_LINES) return;
    const name = this.#textOf(level, 10);
    this.#post({ type: 'log', level: isLogLevel(name) ? name : 'info', text: this.#textOf(text, TEXT_CHARACTERS) ?? '' });
  }

  #finished(ok: boolean, text: QuickJSHandle): void {
    const given = this.#textOf(text, this.#request.limits.valueSize);
    if (given === undefined) this.#result ??= { kind: 'stopped', by: 'valueSize' };
    else this.#result ??= { kind: ok ? 'returned' : 'threw', text: given };
  }

  /** A text of at most so many characters; what is none is never asked to become one. */
  #textOf(handle: QuickJSHandle, longest: number): string | undefined {
    const context = this.#context;
    if (context.typeof(handle) !== 'string') return undefined;
    const length = context.getProp(handle, 'length').consume((own) => context.getNumber(own));
    return length > longest ? undefined : context.getString(handle);
  }
}

function isLogLevel(name: string | undefined): name is LogLevel {
  return (LOG_LEVELS as readonly (string | undefined)[]).includes(name);
}
