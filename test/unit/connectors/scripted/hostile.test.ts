import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScriptSandbox } from '../../../../connectors/engines/scripted/sandbox/index.js';
import { ConnectorError, type IcfValue } from '../../../../protocol/model/index.js';
import { around, functions, newSandbox, type Sandboxed } from './sandboxed.js';

/** Scripts that mean harm, one after the other in one sandbox: whatever one did, the next runs as if it had not been there. */
const CPU_TIME = 200;
let sandbox: ScriptSandbox;
let own: Sandboxed;
beforeAll(async () => {
  sandbox = await newSandbox({ workers: 1, limits: { timeout: 20_000, memory: 16 * 1024 ** 2, valueSize: 256 * 1024, calls: 500 } });
  own = around(sandbox);
  const { failure } = own;
  own = { ...own, failure: (text, more) => failure(text, { limits: { cpuTime: CPU_TIME }, ...more }) };
}, 60_000);
afterAll(() => sandbox.close());

async function stillWell(): Promise<void> {
  expect(await own.run('return [1, "two", ({}).polluted === undefined]')).toEqual([1, 'two', true]);
}

describe('time', () => {
  it.each<[string, string]>([
    ['a loop', 'for (;;);'],
    ['a loop behind an await', 'await null; while (true) await null'],
    ['promises that go on for ever', 'const again = () => Promise.resolve().then(again); await again()'],
    ['a loop that catches everything', 'for (;;) { try { for (;;); } catch {} finally { for (;;); } }'],
    ['a generator without end', 'return [...(function* () { for (;;) yield; })()].length > 0 ? "no" : "end"'],
    ['a loop in what it answers', 'return { toJSON() { for (;;); } }'],
    ['a loop in what it throws', 'throw { get message() { for (;;); }, toString() { for (;;); } }'],
    ['a loop in what is logged', 'log.info({ toJSON() { for (;;); } })'],
    ['a sort that compares for ever', 'return [...Array(1e4).keys()].sort(() => { for (;;); })'],
    ['a module that loops', 'for (;;);\nexport default () => 1'],
  ])('%s ends by its processor time, and the agent goes on meanwhile', async (_, text) => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const error = await own.failure(text);
    delay.disable();
    // An endless generator may meet the limit of memory first.
    expect(error.message).toMatch(/scripts\.cpuTime|scripts\.memory/);
    // Its loop took that long; this thread was never held up for as long. Garbage collection and neighbours may.
    expect(delay.percentile(50) / 1e6).toBeLessThan(CPU_TIME);
    await stillWell();
  }, 60_000);

  it('a regular expression that goes back and forth', async () => {
    const error = await own.failure('return /^(a+)+$/.test("a".repeat(40) + "!")');
    expect(error.message).toMatch(/scripts\.cpuTime/);
    await stillWell();
  }, 60_000);

  it('built-in functions that take their time', async () => {
    for (const text of [
      'return "x".repeat(1e6).split("").map((x, at, all) => all.indexOf("y")).length',
      'return (10n ** 1000000n).toString().length',
      'const a = "a".repeat(5e5); let n = 0; for (;;) n += a.lastIndexOf("b")',
      'const list = Array(1e5).fill(0); for (;;) list.includes(1)',
    ]) {
      const error = await own.failure(text);
      // A quick machine comes to where the engine's own numbers end before its time is up.
      expect(error.message, text).toMatch(/scripts\.(?:cpuTime|memory)|RangeError: BigInt is too large/);
    }
    await stillWell();
  }, 60_000);

  it('waiting for nothing is noticed at once, waiting for too long by the clock', async () => {
    expect((await own.failure('await new Promise(() => {})')).message).toMatch(/waits for something that never comes/);
    const { failure } = around(await quick());
    const error = await failure('await sleep(1e9)');
    expect(error).toMatchObject({ kind: 'operationTimeout' });
    expect((await failure('await held()', { functions: functions({ held: () => new Promise<IcfValue>(() => undefined) }) })).message).toMatch(/had not finished after 200 ms/);
  }, 60_000);
});

let quickSandbox: ScriptSandbox | undefined;
async function quick(): Promise<ScriptSandbox> {
  return quickSandbox ??= await newSandbox({ limits: { timeout: 200 } });
}
afterAll(() => quickSandbox?.close());

describe('memory', () => {
  it.each<[string, string]>([
    ['lists', 'const all = []; for (;;) all.push(new Array(1000).fill(all.length))'],
    ['texts', 'let text = "x"; for (;;) text += text'],
    ['bytes', 'const all = []; for (;;) all.push(new Uint8Array(1e6))'],
    ['one big one', 'return new Uint8Array(2 ** 31)'],
    ['a map', 'const all = new Map(); for (let i = 0; ; i += 1) all.set({}, i)'],
    ['closures', 'const all = []; for (let i = 0; ; i += 1) all.push(() => i)'],
    ['a huge text of JSON', 'return JSON.parse("[" + "[],".repeat(2e6) + "0]").length'],
    ['a huge pattern', 'return new RegExp("(?:" + "a|".repeat(2e6) + "b)").test("c")'],
    ['promises', 'const all = []; for (;;) all.push(new Promise(() => {}))'],
    ['a template', 'let x = "xxxxxxxxxx"; for (;;) x = `${x}${x}`'],
    ['symbols', 'const all = []; for (let i = 0; ; i += 1) all.push(Symbol("s" + i))'],
    ['resizing', 'const all = []; all.length = 4294967295; all.fill(1)'],
  ])('that grows without end, %s, is refused', async (_, text) => {
    const error = await own.failure(text);
    expect(error.message).toMatch(/scripts\.(?:memory|cpuTime)|RangeError|invalid array|string too long|array buffer/i);
    await stillWell();
  }, 60_000);

  it('comes back when the script is over', async () => {
    for (let round = 0; round < 5; round += 1) await own.failure('const all = []; for (;;) all.push(new Uint8Array(1e5))');
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 40; round += 1) await own.failure('const all = []; for (;;) all.push(new Uint8Array(1e5).fill(1))');
    // 40 times 16 MiB would be 640.
    expect(process.memoryUsage().rss - before).toBeLessThan(250 * 1024 ** 2);
    await stillWell();
  }, 120_000);

  it.each<[string, string]>([
    ['calls', 'const f = () => f() + 1; return f()'],
    ['accessors', 'const o = { get a() { return this.a } }; return o.a'],
    ['a proxy of itself', 'const p = new Proxy({}, { get: (t, k) => p[k] }); return p.x'],
    ['toString', 'const o = { toString() { return `${this}` } }; return `${o}`'],
    ['nested lists', 'let list = []; for (let i = 0; i < 1e5; i += 1) list = [list]; return JSON.stringify(list).length'],
    ['nested JSON', 'return JSON.parse("[".repeat(1e5) + "]".repeat(1e5)).length'],
    ['a nested pattern', 'return new RegExp("(".repeat(1e5) + ")".repeat(1e5)).test("x")'],
    ['nested source', 'return eval("[".repeat(1e5) + "]".repeat(1e5)).length'],
  ])('endless recursion by %s is the script\'s own error', async (_, text) => {
    const error = await own.failure(text);
    expect(error.message).toMatch(/stack overflow|call stack|RangeError|InternalError|SyntaxError|scripts\.(?:memory|cpuTime)/i);
    await stillWell();
  }, 60_000);
});

describe('what comes out', () => {
  it.each<[string, string, RegExp]>([
    ['too much', 'return "x".repeat(300 * 1024)', /scripts\.valueSize/],
    ['too deep', 'let list = []; for (let i = 0; i < 100; i += 1) list = [list]; return list', /nested deeper than 64/],
    ['itself', 'const o = {}; o.o = o; return o', /holds itself/],
    ['a getter that throws', 'return { get a() { throw new Error("no") } }', /: no$/],
    ['a proxy that lies', 'return new Proxy({}, { ownKeys: () => ["a", "b"], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }), get: () => Symbol() })', /symbol cannot leave/],
    ['a list of false length', 'return Object.assign(Object.create(Array.prototype), { length: 2 ** 31, toJSON: 1, then: undefined })', /scripts\.|cannot leave|^it gave/],
    ['a promise in a list', 'return [Promise.resolve(1)]', /await it/],
    ['a view of bytes', 'return new Float64Array(2)', /only a Uint8Array/],
  ])('%s is no result', async (_, text, message) => {
    const outcome = await own.run(text).then((value) => `it gave ${JSON.stringify(value)}`, (error: unknown) => (error as ConnectorError).message);
    expect(outcome).toMatch(message);
    await stillWell();
  });

  it.each<[string, string]>([
    ['a getter', 'throw { get message() { throw 1 } }'],
    ['an error with accessors', 'const e = new Error("x"); Object.defineProperty(e, "stack", { get() { throw e } }); throw e'],
    ['an error full of text', 'throw new Error("x".repeat(200000))'],
    ['a proxy of an error', 'throw new Proxy(new Error("x"), { get() { throw 1 }, getPrototypeOf() { throw 2 } })'],
    ['a symbol', 'throw Symbol("s")'],
    ['a cycle', 'const o = {}; o.o = o; throw o'],
    ['an object of no prototype', 'throw Object.create(null)'],
    ['a promise', 'throw Promise.reject(1)'],
    ['line breaks and control characters', 'throw new Error("a\\r\\n\\u0000\\u001b[31mb")'],
  ])('thrown: %s', async (_, text) => {
    const { kind, message } = await own.failure(text);
    expect(kind).toBe('connector');
    expect(message.length).toBeLessThan(2200);
    await stillWell();
  });

  it('a prototype cannot be reached by keys', async () => {
    const value = await own.run('return JSON.parse(\'{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}\')');
    expect(value).toBeInstanceOf(Map);
    expect([...(value as Map<IcfValue, IcfValue>).keys()]).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('the way to the host', () => {
  const echo = functions({ echo: async ([value]) => value ?? null });

  it('calls beyond what a script may make are refused in there', async () => {
    expect((await own.failure('for (;;) await echo(1)', { functions: echo, limits: {} })).message).toMatch(/called more often than it may/);
    expect((await own.failure('for (let i = 0; i < 400; i += 1) echo(i).catch(() => {}); await echo(1)', { functions: echo, limits: {} })).message).toMatch(/Too many calls wait/);
    expect((await own.failure('await echo("x".repeat(300 * 1024))', { functions: echo, limits: {} })).message).toMatch(/arguments of a call are larger/);
  });

  it('an answer larger than a value may be is an error for the script', async () => {
    const big = functions({ big: async () => 'x'.repeat(300 * 1024) });
    expect(await own.run('try { await big() } catch (error) { return error.message }', { functions: big })).toMatch(/scripts\.valueSize/);
    await stillWell();
  });

  it('changed built-ins, thenables and tricks with arguments reach nothing', async () => {
    const reached: IcfValue[][] = [];
    const host = functions({ echo: async (given) => { reached.push([...given]); return 1; } });
    expect(await own.run(`
      Array.prototype[Symbol.iterator] = function* () { yield 'changed'; };
      JSON.stringify = () => '["l","forged"]';
      Map.prototype.set = () => { throw 1; };
      Object.defineProperty(Object.prototype, 'then', { get() { return undefined; }, configurable: true });
      return await echo({ a: 1 });
    `, { functions: host })).toBe(1);
    expect(reached).toEqual([[new Map([['a', 1]])]]);
    await stillWell();
  });

  it('what it was not granted is not there, by whatever name', async () => {
    expect(await own.run('return [typeof echo, typeof reveal, typeof call, typeof hostCall, typeof deliver]')).toEqual(Array(5).fill('undefined'));
    // The functions of another run, or of the prototype of names, are none.
    const probe = functions({ 'a.b': async () => 1 });
    expect(await own.run('const names = []; for (const name of ["toString", "constructor", "hasOwnProperty"]) { try { await a[name]() } catch (error) { names.push(error.name) } } return names.length', { functions: probe })).toBeLessThanOrEqual(3);
    await stillWell();
  });
});
