import { describe, expect, it } from 'vitest';
import { everyCommand } from '../../../../deploy/cli/every-command.js';
import { completionModel } from '../../../../deploy/cli/completion/completion-model.js';
import { causewayProgram } from '../../../../deploy/cli/program.js';

const program = causewayProgram(() => undefined);
const model = completionModel(program, ['csv', 'ldap']);
const of = (path: string) => model.find((command) => command.path === path)!;

describe('what a shell completes', () => {
  it('is every command and every option of the program, --help too', () => {
    expect(model.map(({ path }) => path)).toEqual(everyCommand(program).map(({ path }) => path));
    for (const { path, command } of everyCommand(program)) {
      expect(of(path).options.flatMap(({ flags }) => flags)).toEqual(expect.arrayContaining([...command.options.map(({ long }) => long), '--help']));
    }
  });

  it('knows values by what the help calls them: choices, connectors, files, folders', () => {
    const value = (path: string, flag: string) => of(path).options.find(({ flags }) => flags.includes(flag))!.value;
    expect(value('agent run', '--config')).toEqual({ kind: 'file' });
    expect(value('certs init', '--dir')).toEqual({ kind: 'directory' });
    expect(value('policy check', '--connector')).toEqual({ kind: 'words', words: ['csv', 'ldap'] });
    expect(value('audit show', '--outcome')).toMatchObject({ kind: 'words' });
    expect(value('agent check', '--json')).toBeUndefined();
    expect(value('controller enrolment token', '--life')).toEqual({ kind: 'text' });
    expect(of('connectors describe').values).toEqual([{ kind: 'words', words: ['csv', 'ldap'] }]);
    expect(of('completion').values).toEqual([{ kind: 'words', words: ['bash', 'zsh', 'fish'] }]);
  });
});
