import { describe, expect, it } from 'vitest';
import { ConnectorError, GuardedString, Script, type IcfValue } from '../../../../protocol/model/index.js';
import { until } from '../../../support/until.js';
import { functions, sandboxed, variables } from './sandboxed.js';

describe('a script', () => {
  it('is the body of an async function: it has its variables, and answers by return', async () => {
    const { run } = await sandboxed();
    expect(await run('const sum = first + second;\nreturn sum', { variables: variables({ first: 40, second: 2 }) })).toBe(42);
    expect(await run('await null; return typeof nothingOfTheKind')).toBe('undefined');
    expect(await run('first; // a comment at its end', { variables: variables({ first: 1 }) })).toBeNull();
  });

  it.each<[string, IcfValue]>([['2 * 2', 4], ['[1, await null] // said', [1, null]], ['"a" // b', 'a'], ['return 2 * 2', 4], ['return 2 * 2;', 4]])('or an expression, whose value is the answer: %s [scripted-groovy 21, 22] [scripted-sql 8, 9] [scripted-rest 38, 39]', async (text, value) => {
    expect(await (await sandboxed()).run(text)).toEqual(value);
  });

  it('or a module, whose default export is called with everything by name', async () => {
    const { run, failure } = await sandboxed();
    expect(await run('export default async ({ first, log, icf }) => [first, typeof log.info, icf.ACCOUNT]', { variables: variables({ first: 1 }) })).toEqual([1, 'function', '__ACCOUNT__']);
    expect(await run('const later = await Promise.resolve(5);\nexport { later as default }').catch((error: unknown) => (error as Error).message)).toMatch(/has to export a function/);
    expect((await failure('export const other = 1')).message).toMatch(/has to export a function as its default/);
  });

  it.each(['groovy', 'GROOVY', 'Shell', 'BeanShell', 'python'])('in %s is refused before anything runs, with what to do', async (language) => {
    const { failure, sandbox } = await sandboxed();
    const error = await failure('return 1', { script: new Script(language, 'return 1') });
    expect(error).toMatchObject({ kind: 'illegalArgument', outcome: 'notApplied' });
    expect(error.message).toContain(`"${language}"`);
    expect(error.message).toMatch(/Rewrite it in JavaScript/);
    expect(sandbox.status().threads).toBe(0);
  });

  it('in TypeScript is refused: it has to be compiled', async () => {
    const { failure } = await sandboxed();
    expect((await failure('', { script: new Script('TypeScript', 'return 1 as number') })).message).toMatch(/Compile it to JavaScript/);
  });

  it.each(['javascript', 'JS', 'text/javascript', ' ECMAScript '])('is JavaScript as %s', async (language) => {
    const { run } = await sandboxed();
    expect(await run('', { script: new Script(language, 'return "ok"') })).toBe('ok');
  });

  it.each<[string, string, RegExp]>([
    ['that throws', 'const a = 1;\nconst b = 2;\nthrow new TypeError("no good")', /^The script failed in line 3: TypeError: no good$/],
    ['that calls nothing', '\nreturn nothing.at.all', /^The script failed in line 2: ReferenceError: .*nothing/],
    ['that is no JavaScript', 'const a = 1\nreturn a +* 2', /^The script failed in line 2: SyntaxError: /],
    ['that imports', 'import { readFile } from "fs";\nexport default () => readFile', /^The script failed/],
    ['that imports later', 'return await import("fs")', /^The script failed/],
    ['that throws a text', 'throw "just a text"', /^The script failed: it threw just a text$/],
    ['that throws nothing', 'throw undefined', /^The script failed: it threw undefined$/],
    ['that answers with a function', 'return () => 1', /^The script failed.*: TypeError: A function cannot leave the script\.$/],
  ])('%s says what is wrong and in which line, and nothing of this process', async (_, text, message) => {
    const { failure } = await sandboxed();
    const error = await failure(text);
    expect(error.kind).toBe('connector');
    expect(error.message).toMatch(message);
    expect(`${error.message}${String(error.cause)}`).not.toMatch(/\/work|node:|\.js:|file:|causeway/);
  });

  it('may fail as an operation of a connector does', async () => {
    const { failure } = await sandboxed();
    expect(await failure('throw icf.error("unknownUid", "There is no u7.")')).toMatchObject({ kind: 'unknownUid', message: 'The script failed in line 1: There is no u7.' });
    expect(await failure('throw icf.error("passwordExpired", "Old.", "u7")')).toMatchObject({ kind: 'passwordExpired', uid: { value: 'u7' } });
    expect(await failure('throw icf.error("constructor", "x")')).toMatchObject({ kind: 'connector' });
  });

  it('leaves nothing for the next one', async () => {
    const { run } = await sandboxed({ workers: 1 });
    await run('globalThis.kept = 1; Object.prototype.polluted = 1; Array.prototype.map = null; Promise.prototype.then = null');
    expect(await run('return [typeof kept, typeof ({}).polluted, typeof [].map, typeof Promise.prototype.then]')).toEqual(['undefined', 'undefined', 'function', 'function']);
  });
});

describe('what a script is handed', () => {
  it('is what its caller grants, and nothing else', async () => {
    const { run } = await sandboxed();
    const names = ['process', 'require', 'fetch', 'XMLHttpRequest', 'WebSocket', 'Deno', 'Bun', 'std', 'os', 'setTimeout', 'WebAssembly', 'SharedArrayBuffer_', 'Worker', 'module', 'exports', '__dirname'];
    expect(await run(`return ${JSON.stringify(names)}.filter((name) => name in globalThis)`)).toEqual([]);
    expect(await run('try { return "".constructor.constructor("return process")() } catch (error) { return error.name }')).toBe('ReferenceError');
    expect(await run('const g = (async () => {}).constructor("return globalThis.constructor.constructor(\'return this\')()"); return (await g()) === globalThis')).toBe(true);
  });

  it('functions of the host are promises for it; their errors are its own, with the line of the call', async () => {
    const { run, failure } = await sandboxed();
    const given: IcfValue[][] = [];
    const host = functions({
      'store.add': async (values) => { given.push([...values]); return given.length; },
      plain: async () => { throw new ConnectorError('alreadyExists', 'It is there.'); },
    });
    expect(await run('const first = await store.add(1, "two"); return [first, await store.add()]', { functions: host })).toEqual([1, 2]);
    expect(given).toEqual([[1, 'two'], []]);
    expect(await run('try { await plain() } catch (error) { return [error.name, error.kind, error.message, error instanceof Error] }', { functions: host })).toEqual(['ConnectorError', 'alreadyExists', 'It is there.', true]);
    expect(await failure('\n\nawait plain()', { functions: host })).toMatchObject({ kind: 'alreadyExists', message: 'The script failed in line 3: It is there.' });
  });

  it('many calls at once reach the host a few at a time, each with its own answer', async () => {
    const { run } = await sandboxed();
    let now = 0;
    let most = 0;
    const twice = async ([value]: readonly IcfValue[]): Promise<IcfValue> => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => { setImmediate(resolve); });
      now--;
      return 2 * Number(value);
    };
    expect(await run('return await Promise.all([...Array(200).keys()].map((one) => twice(one)))', { functions: functions({ twice }) })).toEqual([...Array(200).keys()].map((one) => 2 * one));
    expect(most).toBeLessThanOrEqual(8);
  });

  it('names it has already are not replaced by variables', async () => {
    const { run } = await sandboxed();
    expect(await run('return [typeof log, typeof JSON, typeof undefined, mine]', { variables: variables({ log: 1, JSON: 2, undefined: 3, __proto__: 4, mine: 5 }) })).toEqual(['object', 'object', 'undefined', 5]);
  });

  it('sleep waits, and the script is not over before calls it did not wait for are', async () => {
    const { run, log } = await sandboxed();
    const done: string[] = [];
    const slow = async ([name]: readonly IcfValue[]): Promise<IcfValue> => {
      await new Promise((resolve) => { setTimeout(resolve, 20); });
      if (name === 'bad') throw new ConnectorError('connector', 'no');
      done.push(JSON.stringify(name));
      return null;
    };
    expect(await run('await sleep(1); slow("one"); slow("bad"); return "answer"', { functions: functions({ slow }) })).toBe('answer');
    expect(done).toEqual(['"one"']);
    expect(log.at('warn')).toEqual([expect.stringMatching(/did not wait for have failed/)]);
  });

  it('a log: at most so many lines of so many characters, and no secret', async () => {
    const { run, log } = await sandboxed();
    await run('log.info("the password is", password, "and", { a: 1n, list: [1] }); log.warn("x".repeat(10000)); console.error("hunter22 again"); for (let i = 0; i < 1000; i += 1) log.debug(String(i))', {
      variables: variables({ password: new GuardedString('hunter22') }),
    });
    const lines = log.entries.filter(({ message }) => message === 'A script says.');
    expect(lines).toHaveLength(200);
    expect(lines[0]).toMatchObject({ level: 'info', fields: { script: 'the password is *** and {"a":"1","list":[1]}' } });
    expect(String(lines[1]?.fields['script'])).toHaveLength(2000);
    expect(lines[2]).toMatchObject({ level: 'error', fields: { script: '*** again' } });
    expect(log.entries.find(({ message }) => message.includes('left out'))?.fields).toEqual({ lines: 803 });
  });
});

describe('threads', () => {
  it('are made when they are needed, kept for the next script, and ended when nobody comes', async () => {
    const { run, sandbox } = await sandboxed({ workers: 2, idle: 300 });
    expect(sandbox.status()).toEqual({ running: 0, waiting: 0, threads: 0 });
    expect(await Promise.all([run('return 1'), run('return 2'), run('return 3')])).toEqual([1, 2, 3]);
    expect(sandbox.status().threads).toBeLessThanOrEqual(2);
    await until(() => sandbox.status().threads === 0, 'idle threads to end');
    expect(await run('return 4')).toBe(4);
  });

  it('a script that finds none waits for its turn, for a time, and not behind too many', async () => {
    const { run, failure, sandbox } = await sandboxed({ workers: 1, queue: 1, queueTime: 50 });
    let release: (value: IcfValue) => void = () => undefined;
    const answer = new Promise<IcfValue>((resolve) => { release = resolve; });
    const running = run('return await held()', { functions: functions({ held: () => answer }) });
    const late = failure('return 1');
    const refused = await failure('return 2');
    expect(refused).toMatchObject({ kind: 'retryable', outcome: 'notApplied' });
    expect(refused.message).toMatch(/busy.*scripts\.queue\)/);
    expect((await late).message).toMatch(/busy.*scripts\.queueTime\)/);
    release(7);
    expect(await running).toBe(7);
    expect(sandbox.status()).toEqual({ running: 0, waiting: 0, threads: 1 });
  });

  it('a caller that leaves ends its script, also one that loops, and the calls it made', async () => {
    const { run } = await sandboxed();
    const leaving = new AbortController();
    let called: AbortSignal | undefined;
    const held = (_: readonly IcfValue[], signal: AbortSignal): Promise<IcfValue> => {
      called = signal;
      return new Promise(() => undefined);
    };
    const running = run('held(); for (;;);', { signal: leaving.signal, functions: functions({ held }) });
    await until(() => called !== undefined, 'the call');
    leaving.abort(new ConnectorError('connectionBroken', 'gone'));
    await expect(running).rejects.toMatchObject({ message: 'gone' });
    expect(called?.aborted).toBe(true);
    expect(await run('return 1')).toBe(1);
    await expect(run('return 1', { signal: leaving.signal })).rejects.toMatchObject({ message: 'gone' });
  });

  it('close ends the scripts that run and takes no more', async () => {
    const { run, failure, sandbox } = await sandboxed();
    const running = failure('for (;;);');
    await until(() => sandbox.status().threads === 1, 'the thread');
    await sandbox.close();
    expect((await running).message).toMatch(/shutting down/);
    expect((await failure('return 1')).message).toMatch(/shutting down/);
    await expect(run('return 1')).rejects.toBeInstanceOf(ConnectorError);
  });
});
