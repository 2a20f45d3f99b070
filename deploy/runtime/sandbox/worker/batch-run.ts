import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten';
import { BATCH_PRELUDE } from '../guest/batch-prelude.js';
import { LOG_LINES, STACK_BYTES, TEXT_CHARACTERS } from '../limits.js';
import { compileScript } from './compile-script.js';
import { LOG_LEVELS, type BatchMessage, type FromWorker, type LogLevel, type RunEnd, type StopReason, type ToWorker } from './messages.js';
import { ANSWERS_SENT, CURRENT_ITEM, ProcessorTime } from './processor-time.js';

/** Outcomes sent at a time; all before a call, so that none of an item that changed something is ever lost. */
const OUTCOMES = 64;

interface Compiled { readonly script?: QuickJSHandle; readonly failure?: string; readonly names: QuickJSHandle; readonly given: QuickJSHandle }

/** Small scripts one after the other in one interpreter. What stops one of them ends the run, which says at which item it was. */
export class BatchRun {
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;
  readonly #request: BatchMessage;
  readonly #port: MessagePort;
  readonly #counters: Int32Array;
  readonly #time: ProcessorTime;
  readonly #whenOver: () => void;
  readonly #compiled = new Map<number, Compiled>();
  #outcomes: string[] = [];
  #from: number;
  #deadline = Infinity;
  #stopped: StopReason | undefined;
  #calls = 0;
  #lastCall = 0;
  #logLines = 0;

  constructor(interpreter: QuickJSWASMModule, request: BatchMessage, shared: SharedArrayBuffer, port: MessagePort, whenOver: () => void) {
    this.#request = request;
    this.#port = port;
    this.#counters = new Int32Array(shared);
    this.#time = new ProcessorTime(shared);
    this.#whenOver = whenOver;
    this.#from = request.first;
    Atomics.store(this.#counters, CURRENT_ITEM, request.first);
    this.#runtime = interpreter.newRuntime({ memoryLimitBytes: request.limits.memory, maxStackSizeBytes: STACK_BYTES, interruptHandler: () => this.#hasToStop() });
    this.#context = this.#runtime.newContext();
  }

  start(): void {
    let end: RunEnd;
    try {
      end = this.#all();
    } catch (error) {
      end = this.#stopped === undefined ? { kind: 'broken', message: error instanceof Error ? error.message : String(error) } : { kind: 'stopped', by: this.#stopped };
    }
    this.#time.pause();
    this.#flush();
    this.#whenOver();
    this.#post({ type: 'end', end, logLinesLeftOut: Math.max(0, this.#logLines - LOG_LINES), unheardFailures: 0 });
  }

  #all(): RunEnd {
    const run = this.#prepare();
    const { items } = this.#request;
    for (let at = this.#request.first; at < items.length; at += 1) {
      Atomics.store(this.#counters, CURRENT_ITEM, at);
      const stopped = this.#item(run, items[at] ?? []);
      if (stopped !== undefined) return { kind: 'stopped', by: stopped };
      if (this.#outcomes.length >= OUTCOMES) this.#flush();
    }
    return { kind: 'returned', text: '' };
  }

  /** Why the item did not come to its end. */
  #item(run: QuickJSHandle, [script = 0, ...values]: readonly number[]): StopReason | undefined {
    const { limits } = this.#request;
    const own = this.#script(script);
    if (own.script === undefined) return void this.#outcomes.push(own.failure ?? '');
    this.#deadline = performance.now() + limits.timeout;
    this.#calls = 0;
    const context = this.#context;
    const text = context.newString(`[${values.map((value) => this.#request.values[value] ?? 'null').join(',')}]`);
    this.#time.restart();
    this.#time.begin();
    const result = context.callFunction(run, context.undefined, own.script, own.names, own.given, text);
    this.#time.pause();
    text.dispose();
    // A script may catch what tells it of its end.
    if (this.#stopped !== undefined) return this.#stopped;
    if (result.error !== undefined) return 'memory';
    const outcome = this.#textOf(result.value, limits.valueSize);
    result.value.dispose();
    if (outcome === undefined) return 'valueSize';
    if (outcome === '') return 'memory';
    this.#outcomes.push(outcome);
    if (this.#calls > 0) this.#flush();
    return undefined;
  }

  #hasToStop(): boolean {
    if (this.#stopped === undefined && this.#time.used() > this.#request.limits.cpuTime) this.#stopped = 'cpuTime';
    if (this.#stopped === undefined && performance.now() > this.#deadline) this.#stopped = 'timeout';
    return this.#stopped !== undefined;
  }

  #prepare(): QuickJSHandle {
    const context = this.#context;
    const { library } = this.#request;
    const prelude = context.unwrapResult(context.evalCode(BATCH_PRELUDE, 'causeway'));
    return context.unwrapResult(context.callFunction(
      prelude, context.undefined,
      context.newFunction('call', (name, text) => context.newString(this.#called(name, text))),
      context.newFunction('log', (level, text) => { this.#logged(level, text); }),
      library === '' ? context.undefined : context.unwrapResult(context.evalCode(library, 'causeway')),
      context.newNumber(TEXT_CHARACTERS),
    ));
  }

  #script(index: number): Compiled {
    const known = this.#compiled.get(index);
    if (known !== undefined) return known;
    const context = this.#context;
    const source = this.#request.scripts[index] ?? { parameters: [], text: '' };
    const list = (values: readonly unknown[]): QuickJSHandle => context.unwrapResult(context.evalCode(JSON.stringify(values), 'causeway'));
    const compiled = compileScript(context, source);
    const given = (source.given ?? []).map((name) => source.parameters.indexOf(name));
    const own = 'script' in compiled ? { script: compiled.script } : { failure: this.#syntaxError(compiled.error) };
    const made = { ...own, names: list(source.parameters), given: list(given) };
    this.#compiled.set(index, made);
    return made;
  }

  #syntaxError(error: QuickJSHandle): string {
    const context = this.#context;
    const field = (name: string): string => context.getProp(error, name).consume((own) => this.#textOf(own, TEXT_CHARACTERS) ?? '');
    return JSON.stringify({ e: { name: field('name'), message: field('message'), stack: field('stack'), kind: '', uid: '' } });
  }

  /** Waits for the answer: scripts of mappings call as if everything were here. */
  #called(name: QuickJSHandle, text: QuickJSHandle): string {
    const { limits, functions } = this.#request;
    const own = this.#textOf(name, 200) ?? '';
    const given = this.#textOf(text, limits.valueSize);
    this.#calls += 1;
    if (!functions.includes(own)) return refusal(403, 'There is no such function, or the script may not call it.');
    if (given === undefined) return refusal(413, `What it hands over is larger than ${limits.valueSize} characters.`);
    if (this.#calls > limits.calls) return refusal(503, `It calls more often than the ${limits.calls} times it may.`);
    this.#flush();
    this.#time.pause();
    this.#lastCall += 1;
    this.#post({ type: 'call', call: this.#lastCall, name: own, text: given });
    const answer = this.#answer(this.#lastCall);
    this.#time.begin();
    if (answer !== undefined) return answer;
    this.#stopped = 'timeout';
    return refusal(504, 'It was not answered in time.');
  }

  #answer(call: number): string | undefined {
    for (;;) {
      const seen = Atomics.load(this.#counters, ANSWERS_SENT);
      const message = (receiveMessageOnPort(this.#port) as { readonly message: ToWorker } | undefined)?.message;
      if (message?.type === 'answer' && message.call === call) return message.text;
      if (message !== undefined) continue;
      const left = this.#deadline - performance.now();
      if (left <= 0) return undefined;
      Atomics.wait(this.#counters, ANSWERS_SENT, seen, left);
    }
  }

  #logged(level: QuickJSHandle, text: QuickJSHandle): void {
    this.#logLines += 1;
    if (this.#logLines > LOG_LINES) return;
    const name = this.#textOf(level, 10);
    this.#post({ type: 'log', level: (LOG_LEVELS as readonly (string | undefined)[]).includes(name) ? name as LogLevel : 'info', text: this.#textOf(text, TEXT_CHARACTERS) ?? '' });
  }

  #flush(): void {
    if (this.#outcomes.length === 0) return;
    this.#post({ type: 'results', from: this.#from, texts: this.#outcomes });
    this.#from += this.#outcomes.length;
    this.#outcomes = [];
  }

  #post(message: FromWorker): void {
    this.#port.postMessage(message);
  }

  #textOf(handle: QuickJSHandle, longest: number): string | undefined {
    const context = this.#context;
    if (context.typeof(handle) !== 'string') return undefined;
    const length = context.getProp(handle, 'length').consume((own) => context.getNumber(own));
    return length > longest ? undefined : context.getString(handle);
  }
}

const refusal = (code: number, message: string): string => JSON.stringify({ error: { code, message } });
