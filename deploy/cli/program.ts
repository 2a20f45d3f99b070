import { Command } from 'commander';
import { agentCommands, type Write } from '../../agent/cli/agent-commands.js';
import { abilitiesOf } from '../../agent/cli/terminal/abilities.js';
import { productVersion } from '../../agent/version.js';
import { controllerCommands } from '../../controller/cli.js';
import { completionCommand } from './completion/completion-command.js';
import { configCommands } from '../config/config-commands.js';
import { demoCommand } from '../demo/demo-command.js';
import { addExamples } from './examples.js';
import { helpStyle } from './help-style.js';

/** The whole command line. What a command needs is loaded when it runs. */
export function causewayProgram(write: Write): Command {
  const program = new Command('causeway')
    .description('Carries identity operations between a controller and the systems behind a firewall.')
    .version(productVersion())
    .showHelpAfterError()
    .showSuggestionAfterError()
    .configureOutput({ getOutHasColors: () => abilitiesOf(process.stdout).colours, getErrHasColors: () => abilitiesOf(process.stderr).colours })
    .configureHelp(helpStyle);
  agentCommands(program, write);
  controllerCommands(program, write);
  configCommands(program, write);
  demoCommand(program, write);
  completionCommand(program, write);
  addExamples(program);
  return program;
}
