import { Argument, type Command } from 'commander';
import type { Write } from '../../../agent/cli/agent-commands.js';
import type { CompletedCommand } from './completion-model.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** `completion bash|zsh|fish`. */
export function completionCommand(program: Command, write: Write): void {
  program.command('completion')
    .description('print what makes a shell complete commands, options, connector ids and file names')
    .addArgument(new Argument('<shell>', 'the shell it is for').choices(SHELLS))
    .action(async (shell: Shell) => {
      const [{ completionModel }, { connectorIds }, script] = await Promise.all([import('./completion-model.js'), import('../../../agent/config/known-connectors.js'), scriptOf(shell)]);
      write(script(completionModel(program, connectorIds)));
    });
}

async function scriptOf(shell: Shell): Promise<(model: readonly CompletedCommand[]) => string> {
  switch (shell) {
    case 'bash': return (await import('./bash-script.js')).bashScript;
    case 'zsh': return (await import('./zsh-script.js')).zshScript;
    case 'fish': return (await import('./fish-script.js')).fishScript;
  }
}
