#!/usr/bin/env node
import { Command } from 'commander';
import { agentCommands } from './cli/agent-commands.js';
import { runCli } from './cli/run-cli.js';
import { productVersion } from './version.js';

const program = new Command('causeway')
  .description('Remote connector server: carries identity operations from a controller to the systems behind a firewall.')
  .version(productVersion())
  .showHelpAfterError()
  .showSuggestionAfterError();
agentCommands(program);
process.exitCode = await runCli(program, process.argv.slice(2));
