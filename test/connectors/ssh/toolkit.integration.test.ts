import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import ssh from '../../../connectors/catalog/ssh/index.js';
import { ACCOUNT, Attribute, GuardedString, IcfArray, Name, OperationOptions, type IcfValue } from '../../../protocol/model/index.js';
import { startSshd, type Sshd } from '../../targets/sshd.js';
import { Bench, failing, field, loginOf, type Calls } from './fixture.js';

let sshd: Sshd;
let bench: Bench;
beforeAll(async () => {
  sshd = await startSshd();
  bench = await Bench.start();
});
afterAll(async () => {
  await bench.stop();
  await sshd.stop();
});

let made = 0;
/** A configuration whose Script on Resource is the given text. */
async function running(text: string, changes: Record<string, IcfValue> = {}): Promise<Calls> {
  const scriptOnResourceScriptFileName = await bench.script(`Script${made++}.js`, text);
  return bench.facade(ssh, { ...loginOf(sshd), scriptRoots: new IcfArray('String', [bench.folder]), scriptOnResourceScriptFileName, ...changes });
}
const answer = async (text: string, changes: Record<string, IcfValue> = {}): Promise<IcfValue> => (await running(text, changes)).onResource('javascript', 'x');

describe('the configuration', () => {
  const wrong = async (changes: Record<string, IcfValue>) => (await failing((await running('return 1', changes)).facade.perform({ kind: 'validate' }, { signal: new AbortController().signal, operationId: 'v' }))).message;

  it('needs host, user, password and prompt; the rest has defaults [ssh 11]', async () => {
    expect(await wrong({ host: null })).toMatch(/host/);
    expect(await wrong({ user: null })).toMatch(/user/);
    expect(await wrong({ password: null })).toMatch(/password/);
    expect(await wrong({ prompt: '' })).toMatch(/prompt/);
    expect(await wrong({ port: 0 })).toMatch(/port/);
  });

  it('takes PASSWORD and PUBKEY, and nothing else [ssh 5]', async () => {
    expect(await wrong({ authenticationType: 'GSSAPI' })).toMatch(/PASSWORD and PUBKEY/);
    expect(ssh.properties.authenticationType.default).toBe('PASSWORD');
  });

  it('needs user, password, passphrase and privateKey for PUBKEY; the passphrase may be empty [ssh 6, 7, 8]', async () => {
    const key = { authenticationType: 'PUBKEY', privateKey: new IcfArray('String', sshd.privateKey), passphrase: new GuardedString('') };
    expect(await wrong({ ...key, privateKey: null })).toMatch(/privateKey is missing/);
    expect(await wrong({ ...key, password: null })).toMatch(/password is missing: with PUBKEY sudo/);
    expect(await wrong({ ...key, passphrase: null })).toMatch(/empty text for a key without one/);
    expect(await answer('return await promptReady(2)', key)).toBe(true);
  });

  it('keeps password, passphrase, privateKey and customSensitiveConfiguration confidential [ssh 10, 36]', () => {
    for (const name of ['password', 'passphrase', 'privateKey', 'customSensitiveConfiguration'] as const) expect(ssh.properties[name].confidential, name).toBe(true);
  });

  it('has the defaults of Java: timeouts of 5000 ms, 20 ms for the prompt, sudo, terminal [ssh 15, 17, 19, 20]', () => {
    const defaults = Object.fromEntries(Object.entries(ssh.properties).map(([name, property]) => [name, property.default]));
    expect(defaults).toMatchObject({ connectionTimeout: 5000, expectTimeout: 5000, promptReadyTimeout: 20, sudoCommand: '/usr/bin/sudo', terminalType: 'vt102' });
  });

  it('takes scripts from the folders of classpath where there are no scriptRoots [ssh 21, 23]', async () => {
    const name = await bench.script('FromClasspath.js', 'return "found"');
    const calls = bench.facade(ssh, { ...loginOf(sshd), classpath: new IcfArray('String', [bench.folder]), scriptOnResourceScriptFileName: name });
    expect(await calls.onResource('javascript', 'x')).toBe('found');
  });
});

describe('the login', () => {
  it('has to be accepted by the server [ssh 13]', async () => {
    const error = await failing((await running('return 1', { password: new GuardedString('wrong-password-3') })).test());
    expect(error.kind).toBe('invalidCredential');
  });

  it('is refused by a server that is not known', async () => {
    expect((await failing((await running('return 1', { hostKeyFingerprints: null, knownHostsFiles: new IcfArray('String', ['/nonexistent']) })).test())).kind).toBe('connectorSecurity');
  });

  it('leads to a shell whose prompt is exactly the configured one, its blank at the end included [ssh 12, 32, 34]', async () => {
    const error = await failing((await running('return 1', { prompt: `${sshd.user}@other:$ `, expectTimeout: 1000n })).test());
    expect(error).toMatchObject({ kind: 'connectionFailed' });
    expect(error.message).toContain(JSON.stringify(sshd.prompt));
    await (await running('return 1')).test();
    expect(ssh.properties.prompt.default).toBe('root@localhost:# ');
  });
});

describe('scripts that talk to the shell', () => {
  it('send and expect: texts with wildcards, patterns, functions, lists, and what came before [ssh 1, 35]', async () => {
    expect(await answer(`
      const found = [];
      if (!await promptReady(2)) throw new Error('no prompt');
      await sendln('echo abcdef1234567890');
      await expect(regexp('[a-f]+([0-9]+)', (state) => { found.push(state.getMatch(1)); }));
      await expect(configuration.prompt);
      await sendln('printf "%s\\\\n" "one [two] three"');
      const index = await expect([match('never'), match('one ?two? thr*', (state) => { found.push(state.getBuffer().slice(0, state.getMatchedWhere()).trim()); })]);
      found.push(index);
      return found;
    `)).toEqual(['1234567890', '', 1]);
  });

  it('go on within one expect until they are done', async () => {
    expect(await answer(`
      await promptReady(2);
      await sendln('for n in 1 2 3; do echo item=$n; done; echo over');
      const items = [];
      await expect([regexp(/item=(\\d)\\r/, (state) => { items.push(state.getMatch(1)); state.exp_continue(); }), match('over')]);
      return items;
    `)).toEqual(['1', '2', '3']);
  });

  it('fail by OperationTimeoutException when nothing comes, or go on where that is switched off [ssh 18]', async () => {
    const waiting = 'await promptReady(2); await setTimeout(200); return await expect("never comes") === TIMEOUT_EXPIRED';
    expect((await failing(answer(waiting))).kind).toBe('operationTimeout');
    expect(await answer(waiting, { throwOperationTimeoutException: false })).toBe(true);
    expect(await answer('let late = false; await promptReady(2); await expect([match("never"), timeout(100, () => { late = true; })]); return late')).toBe(true);
  });

  it('see the end of the shell', async () => {
    const calls = await running('await promptReady(2); await sendln(scriptText); return await expect([match("stays"), eof()]) === EOF_FOUND');
    expect(await calls.onResource('javascript', 'exit')).toBe(true);
    expect(await calls.onResource('javascript', 'echo stays')).toBe(false);
    expect(calls.facade.status().sessions.opened).toBe(1);
  });

  it('get to the prompt by Ctrl+C, and tell when they do not', async () => {
    expect(await answer('await promptReady(2); await sendln("sleep 60"); const before = await promptReady(0); return [before, await promptReady(2)]')).toEqual([false, true]);
    expect(await answer('await promptReady(2); await sendln(quote("/bin/sh", "-c", "trap \'\' INT; echo started; sleep 30")); await expect("started"); await setTimeout(500); return promptReady(1)')).toBe(false);
  });

  it('wait for the prompt as long as promptReadyTimeout when they ask whether it is there [ssh 19]', async () => {
    const text = 'await promptReady(2); await sendln("sleep 0.4"); return promptReady(0)';
    expect(await answer(text)).toBe(false);
    expect(await answer(text, { promptReadyTimeout: 10_000n })).toBe(true);
  });

  it('get nothing back of what they send, unless echo is on [ssh 14]', async () => {
    const text = `await promptReady(2); await sendln('echo he""llo'); let seen; await expect(configuration.prompt, (state) => { seen = state.getBuffer().slice(0, state.getMatchedWhere()); }); return seen`;
    expect(await answer(text)).toBe('\r\nhello\r\n');
    expect(await answer(text, { echoOff: false })).toContain('echo he""llo');
  });

  it('have the terminal and the locale that are configured [ssh 15, 16]', async () => {
    const text = 'await promptReady(2); await sendln("echo $TERM,$LC_ALL,$LANG,$LANGUAGE,"); let seen; await expect(regexp(/([^,\\r\\n]*),([^,]*),([^,]*),([^,]*),\\r/, (state) => { seen = state.groups.slice(1); })); return seen';
    expect(await answer(text, { terminalType: 'xterm', setLocale: true, locale: 'C.UTF-8' })).toEqual(['xterm', 'C.UTF-8', 'C.UTF-8', 'C.UTF-8']);
    const [term, all] = await answer(text) as string[];
    expect([term, all]).toEqual(['vt102', '']);
  });

  it.each([true, false])('run commands behind sudo, echo off: %s [ssh 7, 20]', async (echoOff) => {
    expect(await answer('await promptReady(2); if (!await sudo("/usr/bin/id -u")) return "not asked"; let id; await expect(regexp(/\\n?(\\d+)\\r/, (state) => { id = state.getMatch(1); })); return id', { echoOff })).toBe('0');
    expect(await answer('await promptReady(2); await sudo(["/bin/echo", "a  b", "$HOME"]); let text; await expect(regexp(/(a .*)\\r/, (state) => { text = state.getMatch(1); })); return text', { echoOff })).toBe('a  b $HOME');
  });

  it('get to the end of a command behind sudo that asks nothing and says nothing, in any shell [ssh 20]', async () => {
    for (const shell of ['/bin/bash', '/bin/dash'] as const) {
      const free = await startSshd({ shell, sudo: 'NOPASSWD: ALL' });
      try {
        const text = 'if (!await promptReady(2)) return "no prompt"; const ran = await sudo("/bin/true"); const ready = await promptReady(0); await sudo("/usr/bin/id -u"); await expect(regexp(/(\\d+)\\r/)); return [ran, ready]';
        for (const echoOff of [true, false]) expect(await answer(text, { ...loginOf(free), echoOff }), `${shell} ${echoOff}`).toEqual([true, true]);
      } finally {
        await free.stop();
      }
    }
  });

  it('send secrets and cannot read them', async () => {
    expect(await answer('await promptReady(2); await sendln("read -rs -p secret: x; echo length=${#x}"); await expect("secret:"); await sendln(configuration.password); let seen; await expect(regexp(/length=(\\d+)/, (state) => { seen = state.getMatch(1); })); return [seen, String(configuration.password)]')).toEqual([String(sshd.password.length), '***']);
    expect(await answer('return configuration.privateKey.map(String)', { authenticationType: 'PUBKEY', privateKey: new IcfArray('String', sshd.privateKey), passphrase: new GuardedString('') })).toEqual(sshd.privateKey.map(() => '***'));
    expect(JSON.stringify(bench.log.entries)).not.toContain(sshd.password);
  });

  it('send no secret that holds another command, or another answer', async () => {
    const passphrase = new GuardedString('first\ntouch never-made');
    expect((await failing(answer('await promptReady(2); await sendln(configuration.passphrase)', { passphrase }))).kind).toBe('invalidAttributeValue');
    expect((await failing(answer('await promptReady(2); await send(configuration.passphrase)', { passphrase: new GuardedString('a\u0003') }))).kind).toBe('invalidAttributeValue');
    const given = await failing(answer('return connection.exec(["/bin/sh", "-c", "echo first?; cat"], { answers: [{ prompt: "first?", answer: configuration.passphrase }] })', { passphrase }));
    expect([given.kind, given.message]).toEqual(['invalidAttributeValue', expect.not.stringContaining('never-made')]);
  });

  it('quote what they type', async () => {
    expect(await answer(`
      await promptReady(2);
      await sendln(quote('printf', '%s|', "it's", '$HOME', 'a  b', ''));
      let seen;
      await expect(configuration.prompt, (state) => { seen = state.getBuffer().slice(0, state.getMatchedWhere()); });
      return seen;
    `)).toBe("\r\nit's|$HOME|a  b||");
    expect((await failing(answer('return quote("a\\nb")'))).kind).toBe('invalidAttributeValue');
  });

  it('are ended with their pattern when that takes forever', async () => {
    const error = await failing(answer('await promptReady(2); await sendln("echo " + "a".repeat(60)); await expect(configuration.prompt); await sendln("echo " + "a".repeat(60)); await expect(regexp("(a+)+b"))'));
    expect(['operationTimeout', 'connector']).toContain(error.kind);
  }, 60_000);
});

describe('scripts that run commands', () => {
  it('give words, input, answers and variables, and get code and outputs', async () => {
    const result = await answer('return connection.exec(["/bin/sh", "-c", "cat; echo $X >&2; exit 3"], { stdin: "in", env: { X: "it\'s" } })');
    expect([field(result, 'exitCode'), field(result, 'stdout'), field(result, 'stderr')]).toEqual([3, 'in', "it's\n"]);
    expect(field(await answer('return connection.exec(["/usr/bin/id", "-u"], { sudo: true })'), 'stdout')).toBe('0\n');
  });

  it('put no secret on a command line, and no input beside what sudo asks', async () => {
    expect((await failing(answer('return connection.exec(["/bin/echo", configuration.password])'))).kind).toBe('illegalArgument');
    expect((await failing(answer('return connection.exec(["/bin/cat"], { sudo: true, stdin: "x" })'))).kind).toBe('illegalArgument');
    expect((await failing(answer('await promptReady(2); return sudo(configuration.password)'))).kind).toBe('illegalArgument');
  });

  it('read lines one by one, as many as there are, and leave off when they like', async () => {
    expect(await answer('let n = 0; for await (const line of connection.lines(["seq", "1", "50000"])) n += Number(line); return n')).toBe(1_250_025_000);
    expect(await answer('for await (const line of connection.lines(["yes"])) return line')).toBe('y');
    expect((await failing(answer('for await (const line of connection.lines(["/bin/sh", "-c", "echo no >&2; exit 5"])) log.info(line)'))).message).toMatch(/code 5: no/);
  });
});

describe('the session', () => {
  it('goes back to the pool as it is, and serves the next operation in the state it was left in [ssh 2, 3, 4]', async () => {
    const calls = await running('if (scriptText === "set") { await promptReady(2); await sendln("LEFT=behind"); return promptReady(0); } await sendln("echo got=$LEFT."); let seen; await expect(regexp(/got=(.*)\\.\\r/, (state) => { seen = state.getMatch(1); })); return seen');
    await calls.onResource('javascript', 'set');
    expect(await calls.onResource('javascript', 'get')).toBe('behind');
    expect(calls.facade.status().sessions).toMatchObject({ opened: 1, idle: 1, inUse: 0 });
  });

  it('is opened anew when the server has gone away meanwhile', async () => {
    const calls = await running('await promptReady(2); return connection.exec(["/usr/bin/id", "-un"]).then(({ stdout }) => stdout.trim())');
    expect(await calls.onResource('javascript', 'x')).toBe(sshd.user);
    await sshd.breakSessions();
    expect(await calls.onResource('javascript', 'x')).toBe(sshd.user);
    expect(calls.facade.status().sessions.opened).toBe(2);
  });

  it('may be lost without a test telling: that is done by a new one [ssh 33]', async () => {
    const calls = await running('await promptReady(2); return connection.exec(["/usr/bin/id", "-un"]).then(({ stdout }) => stdout.trim())');
    await calls.onResource('javascript', 'x');
    await sshd.breakSessions();
    await calls.test();
    expect(calls.facade.status().sessions.opened).toBe(2);
  });

  it('is closed when it was given up in the middle', async () => {
    const calls = await running('await promptReady(2); await sendln("sleep 60"); await expect("never")');
    const abort = new AbortController();
    const script = calls.facade.perform({ kind: 'test' }, calls.call(abort.signal)).catch(() => undefined);
    abort.abort(new Error('enough'));
    await script;
    expect(calls.facade.status().sessions.inUse).toBe(0);
  });
});

describe('slots', () => {
  it('serve authentication and user names, and the operations whose slot is empty are not offered [ssh 25]', async () => {
    const authenticateScriptFileName = await bench.script('Authenticate.js', 'return connection.exec(["/usr/bin/id", "-un", username]).then(({ stdout }) => stdout.trim())');
    const resolveUsernameScriptFileName = await bench.script('Resolve.js', 'return (await connection.exec(["/usr/bin/id", "-u", username])).stdout.trim()');
    const calls = bench.facade(ssh, { ...loginOf(sshd), scriptRoots: new IcfArray('String', [bench.folder]), authenticateScriptFileName, resolveUsernameScriptFileName });
    const on = { objectClass: ACCOUNT, options: OperationOptions.none };
    expect(await calls.facade.perform({ kind: 'authenticate', username: sshd.user, password: new GuardedString('x'), ...on }, calls.call())).toMatchObject({ value: sshd.user });
    expect(Number((await calls.facade.perform({ kind: 'resolveUsername', username: 'root', ...on }, calls.call()))!.value)).toBe(0);
    expect((await failing(calls.create([new Name('x'), Attribute.of('a', 'b')]))).kind).toBe('unsupportedOperation');
  });
});
