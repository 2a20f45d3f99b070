#!/usr/bin/env node
import { Command } from 'commander';
import { agentCommands } from '../../agent/cli/agent-commands.js';
import { runCli } from '../../agent/cli/run-cli.js';
import { productVersion } from '../../agent/version.js';
import { controllerCommands } from '../../controller/cli.js';
import { boundHeapGrowth } from './heap-growth.js';

boundHeapGrowth();
const program = new Command('causeway')
  .description('Carries identity operations between a controller and the systems behind a firewall.')
  .version(productVersion())
  .showHelpAfterError()
  .showSuggestionAfterError();
agentCommands(program);
controllerCommands(program);
process.exitCode = await runCli(program, process.argv.slice(2));
