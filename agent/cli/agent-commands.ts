import type { Command } from 'commander';
import { certsCommands } from '../../certs/cli.js';
import { doctorCommand } from '../doctor/doctor-command.js';
import { agentCommand } from './agent-command.js';
import { auditCommand } from './audit-command.js';
import { configCommand } from './config-command.js';
import { connectorsCommand } from './connectors-command.js';
import { policyCommand } from './policy-command.js';
import { secretsCommand } from './secrets-command.js';
import type { Colours } from './terminal/colours.js';

/** Standard output of commands; logs of a running agent go their own way. Of a terminal, it has colours. */
export interface Write {
  (text: string): void;
  readonly colours?: Colours | undefined;
}

const toStandardOutput: Write = (text) => { process.stdout.write(text); };

/** Adds every command group of the agent to a program; another dispatcher may add more. */
export function agentCommands(program: Command, write: Write = toStandardOutput): void {
  agentCommand(program, write);
  connectorsCommand(program, write);
  auditCommand(program, write);
  configCommand(program, write);
  secretsCommand(program, write);
  policyCommand(program, write);
  doctorCommand(program, write);
  certsCommands(program, write);
}
