import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLI } from '../../support/causeway-processes.js';
import { until } from '../../support/until.js';
import { EvidenceSink, keepFiles } from '../../support/evidence.js';
import { secret } from '../../support/secret-values.js';

/** Of the environment of the process, and of its heap. */
const SECRET = secret('of the environment');
const HEAP_SECRET = secret('of the heap');

let directory: string;
let child: ChildProcess;
let output: string;
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'causeway-hygiene-')); });
afterEach(async () => {
  child.kill('SIGKILL');
  keepFiles(directory);
  await rm(directory, { recursive: true, force: true });
});

/** An agent in server mode in a directory where dumps and reports go, with dumps of any size allowed. */
async function start(agent: object = {}, nodeOptions = ''): Promise<void> {
  const config = join(directory, 'agent.yaml');
  await writeFile(config, JSON.stringify({ agent: { name: 'a', ...agent }, listeners: [{ port: 0, address: '127.0.0.1', key: HEAP_SECRET }] }));
  output = '';
  child = spawn('/bin/sh', ['-c', 'ulimit -c unlimited; exec "$0" "$@"', process.execPath, CLI, 'agent', 'run', '--config', config], {
    cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: nodeOptions, DISTINCTIVE: SECRET },
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => { output += text.toString(); });
  const evidence = new EvidenceSink('output', 'agent with dumps');
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => evidence.add(data));
  await until(() => output.includes('"Started."'), 'the agent to start').catch((error: unknown) => { throw new Error(`${String(error)}\n${output}`); });
}

async function abort(): Promise<void> {
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  child.kill('SIGABRT');
  await ended;
}

/** Core files in the directory; a system that hands dumps to a program, or puts them elsewhere, leaves none here. */
async function cores(): Promise<Buffer[]> {
  const names = (await readdir(directory)).filter((name) => name.startsWith('core'));
  return Promise.all(names.map((name) => readFile(join(directory, name))));
}

const goesToFiles = async (): Promise<boolean> => !/^[|/]/.test(await readFile('/proc/sys/kernel/core_pattern', 'utf8'));

describe('a core dump', () => {
  it('holds no memory', async () => {
    await start();
    expect(await readFile(`/proc/${child.pid}/coredump_filter`, 'utf8')).toBe('00000000\n');
    await abort();
    for (const core of await cores()) {
      expect(core.includes(SECRET)).toBe(false);
      expect(core.includes(HEAP_SECRET)).toBe(false);
      expect(core.length).toBeLessThan(4 * 1024 * 1024);
    }
  });

  it('holds it where the configuration says so, which the log warns of', async () => {
    await start({ coreDumps: true });
    expect(await readFile(`/proc/${child.pid}/coredump_filter`, 'utf8')).not.toBe('00000000\n');
    expect(output).toMatch(/Core dumps hold memory, secrets included/);
    await abort();
    const found = await cores();
    expect(found.some((core) => core.includes(SECRET))).toBe(await goesToFiles()); // so that the test above could have found it
  });
});

describe('a running agent', () => {
  it('does not open the debugger on SIGUSR1', async () => {
    await start();
    child.kill('SIGUSR1');
    await until(() => output.includes('Signalled to open the debugger (SIGUSR1): refused.'), 'the refusal');
    expect(output).not.toContain('Debugger listening');
  });

  it('writes no diagnostic report, even where its environment asks for one, and warns of such flags', async () => {
    await start({}, '--report-on-signal --report-signal=SIGUSR2 --report-uncaught-exception --report-on-fatalerror');
    expect(output).toContain('Node runs with flags that show memory');
    const ended = new Promise((resolve) => { child.once('exit', resolve); });
    child.kill('SIGUSR2'); // ends a process that does nothing about it
    await ended;
    expect((await readdir(directory)).filter((name) => name.startsWith('report'))).toEqual([]);
  });
});
