#!/usr/bin/env node
import { Command } from 'commander';
import { agentCommands } from '../../agent/cli/agent-commands.js';
import { runCli } from '../../agent/cli/run-cli.js';
import { productVersion } from '../../agent/version.js';
import { controllerCommands } from '../../controller/cli.js';
import { boundHeapGrowth } from './heap-growth.js';
import { printable } from './printable.js';

boundHeapGrowth();
const program = new Command('causeway')
  .description('Carries identity operations between a controller and the systems behind a firewall.')
  .version(productVersion())
  .showHelpAfterError()
  .showSuggestionAfterError();
const show = (text: string): void => { process.stdout.write(printable(text)); };
agentCommands(program, show);
controllerCommands(program, show);
process.exitCode = await runCli(program, process.argv.slice(2), (text) => { process.stderr.write(printable(text)); });
