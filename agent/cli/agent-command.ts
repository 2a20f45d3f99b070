import { type Command } from 'commander';
import type { CheckResult } from './check-agent.js';
import type { Write } from './agent-commands.js';
import { enrollCommand } from './enroll-command.js';
import { configFile, configOption } from './config-option.js';
import { CliError, EXIT } from './exit-codes.js';
import { localCommands } from './local/local-commands.js';
import { jsonOption, jsonText } from './json-option.js';
import { coloursOf } from './terminal/colours.js';
import { boundYoungGeneration } from './young-generation.js';

/** `agent run|check|status|drain`. What they need is loaded when they run. */
export function agentCommand(program: Command, write: Write): void {
  const agent = program.command('agent').description('the agent: runs connectors for controllers');
  enrollCommand(agent, write);
  localCommands(agent, write);
  agent.command('run')
    .description('run until SIGTERM or SIGINT; logs JSON lines to standard output')
    .option(...configOption)
    .action(async (options: { config?: string }) => {
      boundYoungGeneration();
      const [{ runAgent }, { loadConfig }] = await Promise.all([import('./run-agent.js'), import('../config/load-config.js')]);
      await runAgent(await loadConfig(configFile(options.config)));
    });
  agent.command('check')
    .description('check configuration, secrets, certificates and connectors without connecting')
    .option(...configOption)
    .option(...jsonOption)
    .action(async (options: { config?: string; json?: boolean }) => {
      const [{ checkAgent }, { loadConfig }] = await Promise.all([import('./check-agent.js'), import('../config/load-config.js')]);
      const results = await checkAgent(await loadConfig(configFile(options.config)));
      write(options.json === true ? jsonText(results) : `${results.map((result) => line(result, write)).join('\n')}\n`);
      if (results.some(({ outcome }) => outcome === 'failed')) throw new CliError('The agent cannot run with this configuration.', EXIT.usage);
    });
}

function line({ outcome, subject, text }: CheckResult, write: Write): string {
  const { good, warning, bad } = coloursOf(write);
  const marks: Readonly<Record<CheckResult['outcome'], string>> = { ok: good('ok     '), warning: warning('WARNING'), failed: bad('FAILED ') };
  return `${marks[outcome]} ${subject}: ${text}`;
}
