import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ValueInput } from '../../../../agent/cli/read-value.js';
import { runCli } from '../../../../agent/cli/run-cli.js';
import { secretsCommand } from '../../../../agent/cli/secrets-command.js';
import { agentCommands } from '../../../../agent/cli/agent-commands.js';
import { SecretStore } from '../../../../agent/secrets/store/secret-store.js';
import { GuardedString } from '../../../../protocol/model/index.js';

const SECRET = 'hunter2-w\u00f6rd';
let directory: string;
let config: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-secrets-cli-'));
  config = join(directory, 'agent.yaml');
  await writeFile(config, 'agent: {name: a}\ncontrollers: [{url: "wss://c/openicf"}]\n');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** What a terminal does with keys, one press a chunk; raw only while it is asked to be. */
class Terminal extends PassThrough {
  readonly isTTY = true;
  raw = false;
  /** What it does, in its order. */
  readonly history: string[] = [];
  setRawMode = (raw: boolean): this => {
    this.raw = raw;
    this.history.push(raw ? 'silent' : 'echoing');
    return this;
  };
}

async function run(input: ValueInput['input'], ...args: string[]): Promise<{ code: number; out: string; err: string; asked: string }> {
  let [out, err, asked] = ['', '', ''];
  const output = { writeOut: (text: string) => { out += text; }, writeErr: (text: string) => { err += text; } };
  const program = new Command('causeway').configureOutput(output);
  secretsCommand(program, (text) => { out += text; }, { input, ask: (text) => {
    asked += text;
    if (input instanceof Terminal && text !== '\n') input.history.push(text);
  } });
  for (const group of program.commands) for (const command of [group, ...group.commands]) command.configureOutput(output);
  const code = await runCli(program, args, (text) => { err += text; });
  return { code, out, err, asked };
}

const piped = (text: string | Buffer): Readable => Readable.from([Buffer.from(text)]);
const none = (): Readable => Readable.from([]);
const set = (input: ValueInput['input'], ...more: string[]) => run(input, 'secrets', 'set', 'ldap-bind', '--config', config, ...more);

async function stored(name = 'ldap-bind'): Promise<string> {
  const value = await new SecretStore({ file: join(directory, 'state/secrets/store.json'), key: { kind: 'file', path: join(directory, 'state/secrets/store.key') } }).read(name);
  return value instanceof GuardedString ? value.reveal() : Buffer.from(value.reveal()).toString('hex');
}

/** Presses keys one after another, each when the last was taken. */
function typing(...lines: string[]): Terminal {
  const terminal = new Terminal();
  const keys = lines.flatMap((line) => [...Buffer.from(line)].map((byte) => Buffer.from([byte])));
  const press = (): void => {
    const key = keys.shift();
    if (key === undefined) return;
    if (terminal.raw) terminal.write(key);
    else keys.unshift(key);
    setImmediate(press);
  };
  setImmediate(press);
  return terminal;
}

describe('causeway secrets set', () => {
  it('takes standard input, less one line break', async () => {
    expect(await set(piped(`${SECRET}\n`))).toMatchObject({ code: 0, out: 'ldap-bind: added\n', asked: '' });
    expect(await stored()).toBe(SECRET);
    expect(await set(piped('second'))).toMatchObject({ code: 0, out: 'ldap-bind: replaced\n' });
    expect(await stored()).toBe('second');
    expect(await set(piped(Buffer.from([0, 255, 10])), '--binary')).toMatchObject({ code: 0 });
    expect(await stored()).toBe('00ff0a');
  });

  it('asks a person twice, without echo, and takes corrections', async () => {
    const terminal = typing(`x\u0015w\u00e9\u007frong\u007f\u007f\u007f\u007f\u007f${SECRET}\r`, `${SECRET}\r`);
    const { code, out, err, asked } = await set(terminal);
    expect([code, out, err, asked]).toEqual([0, 'ldap-bind: added\n', '', 'Value of ldap-bind: \nAgain: \n']);
    expect(terminal.history).toEqual(['silent', 'Value of ldap-bind: ', 'Again: ', 'echoing']); // nothing is asked while keys are shown
    expect(await stored()).toBe(SECRET);
  });

  it.each<[string, () => Promise<{ code: number; err: string; out: string }>, number, RegExp]>([
    ['two values that differ', () => set(typing('one\r', 'two\r')), 2, /The two values differ/],
    ['nothing typed', () => set(typing('\r', '\r')), 2, /ldap-bind is empty/],
    ['Ctrl-C', () => set(typing(`${SECRET}\u0003`)), 1, /Given up/],
    ['nothing piped', () => set(none()), 2, /ldap-bind is empty/],
    ['a line break piped', () => set(piped('\r\n')), 2, /ldap-bind is empty/],
    ['too much', () => set(piped(Buffer.alloc(65_537, 'x'))), 2, /larger than 65536 bytes/],
    ['bytes that are no text', () => set(piped(Buffer.from([0xff]))), 2, /no UTF-8 text; --binary/],
    ['the value on the command line', () => run(none(), 'secrets', 'set', 'ldap-bind', SECRET, '--config', config), 2, /never stands on the command line/],
    ['the value as an option', () => run(none(), 'secrets', 'set', 'ldap-bind', `--value=${SECRET}`, '--config', config), 2, /unknown option '--value=…'/],
    ['a name that is none', () => run(piped(SECRET), 'secrets', 'set', '../x', '--config', config), 2, /A name of a secret is made of/],
    ['no configuration', () => run(piped(SECRET), 'secrets', 'set', 'x', '--config', join(directory, 'gone')), 2, /gone: cannot be read/],
  ])('refuses %s, without repeating it', async (_title, attempt, code, expected) => {
    const result = await attempt();
    expect(result).toMatchObject({ code, out: '', err: expect.stringMatching(expected) as string });
    expect(result.err).not.toContain('hunter2');
    await expect(stored()).rejects.toThrow(/no secret store/);
  });
});

describe('causeway secrets', () => {
  it('lists names and never values, removes, and rotates the key', async () => {
    await set(piped(SECRET));
    await run(piped('x'), 'secrets', 'set', 'sites/berlin', '--config', config);
    const list = await run(none(), 'secrets', 'list', '--config', config);
    expect(list.out).toMatch(/^ldap-bind +text +\d{4}-.*\nsites\/berlin +text +\d{4}-.*\n$/);
    expect(JSON.parse((await run(none(), 'secrets', 'list', '--json', '--config', config)).out)).toMatchObject([{ name: 'ldap-bind', kind: 'text' }, { name: 'sites/berlin' }]);
    const key = await readFile(join(directory, 'state/secrets/store.key'), 'utf8');
    expect(await run(none(), 'secrets', 'rotate-key', '--config', config)).toMatchObject({ code: 0, out: '2 secrets encrypted with a new key\n' });
    expect(await readFile(join(directory, 'state/secrets/store.key'), 'utf8')).not.toBe(key);
    expect(await stored()).toBe(SECRET);
    expect(await run(none(), 'secrets', 'remove', 'ldap-bind', '--config', config)).toMatchObject({ code: 0, out: 'ldap-bind: removed\n' });
    expect(await run(none(), 'secrets', 'remove', 'ldap-bind', '--config', config)).toMatchObject({ code: 2, err: expect.stringMatching(/no entry ldap-bind/) as string });
    expect((await run(none(), 'secrets', 'list', '--config', config)).out).toMatch(/^sites\/berlin/);
  });

  it('lists nothing where there is no store, and makes none', async () => {
    expect(await run(none(), 'secrets', 'list', '--config', config)).toMatchObject({ code: 0, out: '' });
    expect(await run(none(), 'secrets', 'rotate-key', '--config', config)).toMatchObject({ code: 2, err: expect.stringMatching(/`causeway secrets set NAME` makes it/) as string });
    await expect(readFile(join(directory, 'state/secrets/store.key'))).rejects.toThrow(/ENOENT/);
  });
});

describe('causeway agent refuses to start with a secret on its command line', () => {
  it.each([
    '--password=hunter2', '--password', '--clientSecret=hunter2', '--client-secret', '-Dconnectorserver.key=hunter2', '--token=hunter2', '--passphrase', '--api-key=hunter2', '--controllers.auth.password=hunter2', '--key=hunter2',
  ])('%s, without repeating it', async (option) => {
    for (const command of ['run', 'check']) {
      let said = '';
      const program = new Command('causeway').configureOutput({ writeErr: (text) => { said += text; } });
      agentCommands(program, (text) => { said += text; });
      expect(await runCli(program, ['agent', command, option, 'hunter2', '--config', config], (text) => { said += text; })).toBe(2);
      expect(said).toMatch(/looks like a secret\. Secrets never stand on the command line/);
      expect(said).not.toContain('hunter2');
    }
  });
});
