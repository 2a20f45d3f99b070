import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../../../agent/cli/run-cli.js';
import { everyCommand } from '../../../../deploy/cli/every-command.js';
import { causewayProgram } from '../../../../deploy/cli/program.js';
import { argumentsOf } from './shell-words.js';

const commands = everyCommand(causewayProgram(() => undefined));
const doing = commands.filter(({ command }) => command.commands.length === 0);
const named = (list: typeof commands) => list.map(({ path, command }) => [path === '' ? 'causeway' : path, command] as const);
/** They answer nothing but their log, or text for a shell. */
const WITHOUT_ANSWER = ['agent run', 'controller run', 'completion'];

function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => { help += text; } }).outputHelp();
  return help;
}

async function run(program: Command, args: readonly string[]): Promise<{ code: number; err: string }> {
  let err = '';
  for (const { command } of everyCommand(program)) command.configureOutput({ writeOut: () => undefined, writeErr: (text) => { err += text; } });
  const code = await runCli(program, args, (text) => { err += text; });
  return { code, err };
}

describe('every command', () => {
  it('of issue 7 that is there', () => {
    expect(doing.map(({ path }) => path)).toEqual(expect.arrayContaining([
      'agent run', 'agent enroll', 'controller run', 'connectors list', 'connectors describe', 'config import-properties', 'config check', 'config migrate', 'demo', 'completion',
      'policy check', 'secrets set', 'audit show', 'certs show',
    ]));
  });

  it.each(named(commands))('%s says what it does, and each of its options and arguments as well', (_path, command) => {
    expect(command.description()).not.toBe('');
    for (const option of command.options) expect([option.flags, option.description]).not.toEqual([option.flags, '']);
    for (const argument of command.registeredArguments) expect([argument.name(), argument.description]).not.toEqual([argument.name(), '']);
  });

  it.each(named(doing))('%s shows an example in its help', (_path, command) => {
    expect(helpOf(command)).toMatch(/^Examples:\n( {2}.+\n?)+/m);
  });

  it.each(named(doing))('the examples of %s are of it and parse', async (path, command) => {
    const lines = helpOf(command).split('Examples:\n')[1]!.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
    for (const line of lines) {
      const args = argumentsOf(line);
      expect(args.slice(0, path.split(' ').length).join(' ')).toBe(path);
      const program = causewayProgram(() => undefined);
      const ran: string[] = [];
      for (const each of everyCommand(program)) if (each.command.commands.length === 0) each.command.action(() => { ran.push(each.path); });
      expect([line, await run(program, args)]).toEqual([line, { code: 0, err: '' }]);
      expect(ran).toEqual([path]);
    }
  });

  it.each(named(doing.filter(({ path }) => !WITHOUT_ANSWER.includes(path))))('%s has --json, described as everywhere', (_path, command) => {
    expect(command.options.find(({ long }) => long === '--json')?.description).toMatch(/^print (the report as )?JSON/);
  });
});

describe('what is mistyped', () => {
  it.each<[string, string[], RegExp]>([
    ['a command', ['agnet'], /Did you mean agent\?/],
    ['a command of a group', ['controller', 'rnu'], /Did you mean run\?/],
    ['an option', ['agent', 'check', '--confg', 'x'], /Did you mean --config\?/],
    ['an option of a command two levels down', ['controller', 'enrolment', 'token', '--config', 'x', '--agent', 'y', '--lief', '1h'], /Did you mean --life\?/],
    ['a shell', ['completion', 'bsh'], /Allowed choices are bash, zsh, fish/],
  ])('is answered with what was meant and exit code 2: %s', async (_title, args, expected) => {
    const { code, err } = await run(causewayProgram(() => undefined), args);
    expect(code).toBe(2);
    expect(err).toMatch(expected);
  });

  it('shows no value of an option nobody knows', async () => {
    const { err } = await run(causewayProgram(() => undefined), ['agent', 'run', '--pasword=hunter2']);
    expect(err).not.toContain('hunter2');
  });
});
