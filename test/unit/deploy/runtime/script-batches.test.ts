import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BatchRunner, type BatchOutcome, type BatchScript, type ScriptBatch } from '../../../../deploy/runtime/sandbox/batch-runner.js';
import { DEFAULT_LIMITS } from '../../../../deploy/runtime/sandbox/limits.js';
import { sandboxWorker } from '../../../support/sandbox-worker.js';

const MIB = 1024 ** 2;
let runner: BatchRunner;

beforeAll(async () => {
  runner = new BatchRunner({
    worker: await sandboxWorker(), memory: 8 * MIB, idle: 60_000, workers: 2, after: () => () => undefined,
    limits: { ...DEFAULT_LIMITS, timeout: 3_000, cpuTime: 200, memory: 8 * MIB, valueSize: 100_000, calls: 5 },
  });
});
afterAll(() => runner.close());

const LIBRARY = '(function (call, log) { return { host: { ask: (...given) => call("ask", given) }, logger: { info: (...parts) => log("info", parts) } }; })';

async function run(scripts: readonly (string | BatchScript)[], items: readonly (readonly number[])[], values: readonly unknown[] = [], more: Partial<ScriptBatch> = {}): Promise<readonly BatchOutcome[]> {
  return runner.run({
    scripts: scripts.map((script) => (typeof script === 'string' ? { parameters: ['source'], text: script } : script)),
    library: LIBRARY, functions: new Map(), values: values.map((value) => JSON.stringify(value)), items, log: () => undefined, signal: new AbortController().signal, ...more,
  });
}

const shown = (outcomes: readonly BatchOutcome[]): unknown[] => outcomes.map((outcome) => ('error' in outcome ? outcome.error.message : JSON.parse(outcome.text) as unknown));
const one = async (text: string, source: unknown = null, more: Partial<ScriptBatch> = {}): Promise<unknown> => shown(await run([text], [[0, 0]], [source], more))[0];

describe('scripts of a batch that do harm', () => {
  it('fail alone when they loop, and nothing else of the batch is lost or done twice', async () => {
    const asked: string[] = [];
    const functions = new Map([['ask', async (text: string) => { asked.push(text); return '{"value":true}'; }]]);
    const outcomes = await run(['if (source === 3 || source === 5) { for (;;) { try { for (;;) {} } catch (error) {} finally { continue; } } } host.ask(source); source'], [1, 2, 3, 4, 5, 6].map((_, at) => [0, at]), [1, 2, 3, 4, 5, 6], { functions });
    expect(shown(outcomes)).toEqual([{ v: 1 }, { v: 2 }, expect.stringMatching(/used the processor for longer than the 200 ms/), { v: 4 }, expect.stringMatching(/used the processor/), { v: 6 }]);
    expect(outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error.kind] : []))).toEqual(['operationTimeout', 'operationTimeout']);
    expect(asked).toEqual(['[1]', '[2]', '[4]', '[6]']);
  });

  it('fail alone when they cannot be stopped from inside, and those before them are done again', async () => {
    const outcomes = await run(['source === 2 ? "x".repeat(30000).match(/^(.*x)*y$/) : source'], [0, 1, 2, 3].map((at) => [0, at]), [0, 1, 2, 3]);
    expect(shown(outcomes)).toEqual([{ v: 0 }, { v: 1 }, expect.stringMatching(/^the script (was ended|failed)/), { v: 3 }]);
  }, 20_000);

  it('fail alone when they eat memory, whatever they catch', async () => {
    const outcomes = await run(['if (source) { globalThis.kept = []; for (;;) globalThis.kept.push(new Array(10000).fill(source)); } "fine"'], [[0, 0], [0, 1], [0, 0]], [null, 'x']);
    expect(shown(outcomes)).toEqual([{ v: 'fine' }, expect.stringMatching(/needs more memory than the 8 MiB/), { v: 'fine' }]);
  });

  it('are told apart: what they throw, what cannot be read, and what is too large', async () => {
    expect(await one('throw new Error("no such " + source)', 'thing')).toMatch(/^the script failed.*: no such thing$/);
    expect(await one('throw "only a text"')).toMatch(/failed: only a text$/);
    expect(await one('throw { code: 4 }')).toMatch(/it threw \{"code":4\}/);
    expect(await one('if (')).toMatch(/SyntaxError/);
    expect(await one('missing.property')).toMatch(/ReferenceError/);
    expect(await one('"x".repeat(200000)')).toMatch(/result is larger than the 100000 characters/);
    expect(await one('(function f() { return f(); })()')).toMatch(/InternalError: stack overflow|RangeError/);
    expect(await one('Promise.resolve(1)')).toMatch(/answered a promise/);
    expect(await one('var o = {}; o.o = o; o')).toMatch(/TypeError: circular/);
  });

  it.each([
    'this.constructor.constructor("return process")()', 'source.constructor.constructor("return process.env")()', '(function () {}).constructor("return require")()("fs")',
    'globalThis.constructor.constructor("return globalThis.process.exit()")()', 'import("node:fs")', 'host.ask.constructor("return process")()',
  ])('reach nothing outside: %s', async (text) => {
    expect(await one(text, {})).toMatch(/ReferenceError|answered a promise|TypeError/);
  });

  it('cannot change what we call or what others get', async () => {
    const outcomes = await run(['JSON.parse = JSON.stringify = () => "{\\"v\\":\\"mine\\"}"; Reflect.apply = null; Object.keys = null; host.ask = 1; source.x = 2; source', 'source'], [[0, 0], [1, 0]], [{ x: 1 }]);
    expect(shown(outcomes)).toEqual([{ v: { x: 2 } }, { v: { x: 1 } }]);
  });

  it('are refused more calls than they may make, functions that are not there, and an answer that never comes', async () => {
    const functions = new Map([['ask', async (text: string, signal: AbortSignal) => {
      if (text === '["never"]') await new Promise((resolve) => { signal.addEventListener('abort', resolve, { once: true }); });
      return '{"value":1}';
    }]]);
    expect(await one('var n = 0; for (var i = 0; i < 9; i++) n += host.ask(i); n', null, { functions })).toMatch(/more often than the 5 times/);
    expect(await one('host.ask(1)')).toMatch(/no such function/);
    expect(shown(await run(['host.ask(source)'], [[0, 0], [0, 1]], ['never', 'now'], { functions }))).toEqual([expect.stringMatching(/had not finished after 3000 ms/), { v: 1 }]);
  });

  it('end with the signal', async () => {
    const cancel = new AbortController();
    const running = run(['for (;;) {}'], [[0, 0]], [null], { signal: cancel.signal });
    cancel.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });
});

describe('scripts of a batch', () => {
  it.each([
    ['an expression', 'source.toUpperCase()', 'A'], ['one that ends with a semicolon', 'source + 1;  ', 'a1'], ['statements', 'var b = source; if (b) { b + "!" } else { null }', 'a!'],
    ['a list of statements', 'var q = {"_queryFilter": "x eq \\"" + source + "\\""}; q;', { _queryFilter: 'x eq "a"' }], ['a body that returns', 'if (source) { return 1; } return 2;', 1],
    ['one with a comment at its end', 'source // fine', 'a'], ['a date', 'new Date(0)', '1970-01-01T00:00:00.000Z'], ['a function of their own', 'function f(x) { return x + x; } f(source)', 'aa'],
  ])('answer what their last statement gives: %s', async (_, text, value) => {
    expect(await one(text, 'a')).toEqual({ v: value });
  });

  it('answer nothing for undefined, and tell what became of a parameter', async () => {
    expect(await one('undefined')).toEqual({});
    const script = { parameters: ['source', 'target'], text: 'target.cn = source.cn; target = { ...target, sn: "s" };', given: ['target'] };
    expect(shown(await run([script], [[0, 0, 1]], [{ cn: 'c' }, { old: 1 }]))).toMatchObject([{ g: { target: { cn: 'c', old: 1 } } }]);
  });

  it('call synchronously and meet refusals as exceptions with a code', async () => {
    const functions = new Map([['ask', async (text: string) => {
      if (text === '[404]') throw Object.assign(new Error('not there'), { code: 404 });
      return JSON.stringify({ value: { given: JSON.parse(text) as unknown } });
    }]]);
    expect(await one('var a = host.ask("x", source); var code; try { host.ask(404) } catch (e) { code = e.javaException.getCode() + e.message } [a, code]', 7, { functions })).toEqual({ v: [{ given: ['x', 7] }, '404not there'] });
  });

  it('write to the log, with arguments in the place of {}', async () => {
    const lines: string[] = [];
    await one('logger.info("of {} and {}", source, {a: 1}, "more")', 'x', { log: (level, text) => { lines.push(`${level} ${text}`); } });
    expect(lines).toEqual(['info of x and {"a":1} more']);
  });
});
