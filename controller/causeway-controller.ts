#!/usr/bin/env node
import { Command } from 'commander';
import { controllerCommands } from './cli.js';

/** The controller's commands on their own: `causeway-controller run --config FILE`. */
const inner = new Command('causeway-controller');
controllerCommands(inner);
const program = inner.commands[0] ?? inner;
program.name('causeway-controller');
try {
  await program.parseAsync(process.argv.slice(2), { from: 'user' });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
