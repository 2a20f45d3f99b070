import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Real shells: bash is on every machine; zsh and fish are packages of scripts/debian-packages.mjs. */
const run = promisify(execFile);
const CLI = fileURLToPath(new URL('../../../dist/deploy/cli/causeway.js', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-completion-'));
  await mkdir(join(folder, 'some folder'));
  await writeFile(join(folder, 'agent one.yaml'), '');
  await writeFile(join(folder, 'agent-two.yaml'), '');
  for (const shell of ['bash', 'zsh', 'fish']) await writeFile(join(folder, `completion.${shell}`), (await run(process.execPath, [CLI, 'completion', shell])).stdout);
  await writeFile(join(folder, 'causeway'), '#!/bin/sh\n');
  await chmod(join(folder, 'causeway'), 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The last word is the one that is completed. */
type Case = readonly [words: readonly string[], offered: readonly string[], notOffered: readonly string[]];

const CASES: readonly Case[] = [
  [['a'], ['agent', 'audit'], ['controller']],
  [['agent', ''], ['run', 'check', 'enroll'], ['agent', 'csv']],
  [['controller', 'enrolment', 'r'], ['revoke', 'restore', 'rotate-ca'], ['run']],
  [['agent', 'check', '--'], ['--config', '--json', '--help'], ['--token']],
  [['agent', 'check', '--config', 'agent'], ['agent one.yaml', 'agent-two.yaml'], ['some folder', 'run']],
  [['connectors', 'describe', 'scripted-'], ['scripted-rest', 'scripted-sql'], ['ldap']],
  [['policy', 'check', '--connector', 'ld'], ['ldap'], ['csv']],
  [['audit', 'show', '--outcome', ''], ['ok', 'refused'], ['run']],
  [['completion', ''], ['bash', 'zsh', 'fish'], ['ksh']],
  [['connectors', 'describe', '--json', 'cs'], ['csv'], ['ldap']],
];

const title = ([words]: Case): string => `causeway ${words.join(' ')}<TAB>`;

describe('bash', () => {
  async function offered(words: readonly string[]): Promise<string[]> {
    const script = `source completion.bash; COMP_WORDS=(causeway "$@"); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 )); _causeway; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await run('bash', ['--norc', '-c', script, 'bash', ...words], { cwd: folder });
    return stdout.split('\n').filter((line) => line !== '');
  }

  it.each(CASES.map((each) => [title(each), ...each] as const))('%s', async (_title, words, there, absent) => {
    const found = await offered(words);
    expect(found).toEqual(expect.arrayContaining([...there]));
    for (const word of absent) expect(found).not.toContain(word);
  });

  it('completes what follows an equals sign, which splits words in bash', async () => {
    expect(await offered(['agent', 'check', '--config', '=', 'agent-'])).toEqual(['agent-two.yaml']);
    expect(await offered(['agent', 'check', '--config', '='])).toContain('agent-two.yaml');
    expect(await offered(['agent', 'check', '--config=agent-'])).toEqual(['--config=agent-two.yaml']);
    expect(await offered(['agent', 'check', '--config', '=', 'agent-two.yaml', '--j'])).toEqual(['--json']);
  });

  it('offers nothing where nobody can know, and is registered', async () => {
    expect(await offered(['secrets', 'remove', ''])).toEqual([]);
    expect((await run('bash', ['--norc', '-c', 'source completion.bash; complete -p causeway'], { cwd: folder })).stdout).toContain('-F _causeway causeway');
  });
});

describe('fish', () => {
  it.each(CASES.map((each) => [title(each), ...each] as const))('%s', async (_title, words, there, absent) => {
    const line = ['causeway', ...words].map((word) => word.replaceAll(' ', '\\ ')).join(' ');
    const { stdout } = await run('fish', ['--no-config', '-c', 'source completion.fish; complete -C $argv[1]', line], { cwd: folder, env: { ...process.env, HOME: folder, PATH: `${folder}:${process.env['PATH'] ?? ''}` } });
    const found = stdout.split('\n').map((each) => each.split('\t')[0]!);
    expect(found).toEqual(expect.arrayContaining([...there]));
    for (const word of absent) expect(found).not.toContain(word);
  });
});

describe('zsh', () => {
  /** The function runs in a real zsh; the parts of its completion system, which only works at a prompt, say what they are given. */
  const PARTS = [
    'compdef() { }', 'compset() { PREFIX="${PREFIX#*=}" }', '_message() { }',
    '_files() { if [[ "$1" == -/ ]]; then print -rl -- $PREFIX*(N/); else print -rl -- $PREFIX*(N); fi }',
    'compadd() { shift; for each in "$@"; do [[ "$each" == $PREFIX* ]] && print -r -- "$each"; done }',
    '_describe() { local name="${@[-1]}"; for each in "${(@P)name}"; do [[ "$each" == $PREFIX* ]] && print -r -- "${each%%:*}"; done }',
  ].join('\n');

  async function offered(words: readonly string[]): Promise<string[]> {
    const script = `${PARTS}\nsource completion.zsh; words=(causeway "$@"); CURRENT=$#words; PREFIX="$words[-1]"; _causeway; true`;
    return (await run('zsh', ['-f', '-c', script, 'zsh', ...words], { cwd: folder })).stdout.split('\n').filter((line) => line !== '');
  }

  it.each(CASES.map((each) => [title(each), ...each] as const))('%s', async (_title, words, there, absent) => {
    const found = await offered(words);
    expect(found).toEqual(expect.arrayContaining([...there]));
    for (const word of absent) expect(found).not.toContain(word);
  });

  it('completes what follows an equals sign, and loads where the completion system is up', async () => {
    expect(await offered(['agent', 'check', '--config=agent-'])).toEqual(['agent-two.yaml']);
    const { stdout } = await run('zsh', ['-f', '-c', 'autoload -Uz compinit; compinit -u -D; source completion.zsh; print -r -- $_comps[causeway]'], { cwd: folder });
    expect(stdout.trim()).toBe('_causeway');
  });
});
