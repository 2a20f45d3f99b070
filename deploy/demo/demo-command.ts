import type { Command } from 'commander';
import type { Write } from '../../agent/cli/agent-commands.js';
import { jsonOption } from '../../agent/cli/json-option.js';

/** `demo`. What it needs is loaded when it runs. */
export function demoCommand(program: Command, write: Write): void {
  program.command('demo')
    .description('run controller, agent, a CSV file and a directory on this machine, and reconcile them twice')
    .option('--once', 'end after the two runs instead of staying up for you to try')
    .option('--folder <folder>', 'where its files go; replaced if it is of an earlier demo (default: a temporary one)')
    .option(...jsonOption)
    .action(async (options: { once?: boolean; folder?: string; json?: boolean }) => {
      const { runDemo } = await import('./run-demo.js');
      await runDemo({ once: options.once === true || options.json === true, folder: options.folder, json: options.json === true }, write);
    });
}
