import type { Command } from 'commander';
import type { StatusDocument } from '../../observe/local/status-document.js';
import type { Write } from '../agent-commands.js';
import { configFile, configOption } from '../config-option.js';
import { CliError } from '../exit-codes.js';
import { jsonOption, jsonText } from '../json-option.js';
import type { LocalAgent } from './ask-agent.js';

const WATCH_MS = 2000;
const WAIT_MS = 250;
const MOST_EXIT_MS = 10_000;

interface StatusOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly link?: boolean;
  readonly watch?: boolean;
}

interface DrainOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly wait?: boolean;
}

/** `agent status|drain`: what is asked of the agent that runs on this machine. What they need is loaded when they run. */
export function localCommands(agent: Command, write: Write): void {
  agent.command('status')
    .description('tell how the agent that runs here is: connections, systems, operations, errors, certificate, policy')
    .option(...configOption)
    .option(...jsonOption)
    .option('--link', 'print a link that opens the status page, once and within two minutes')
    .option('--watch', 'print a line every two seconds until interrupted')
    .addHelpText('after', '\nIt exits with 0 when the agent is ready, with 1 when it is not or none runs.')
    .action(async (options: StatusOptions) => { await status(await found(options.config), options, write); });
  agent.command('drain')
    .description('stop the agent that runs here, as SIGTERM does: operations under way may finish, new ones are refused')
    .option(...configOption)
    .option('--wait', 'return when it has ended')
    .option(...jsonOption)
    .addHelpText('after', '\nOperations get agent.shutdownGrace to finish. Whether the agent is started again is up to what started it.')
    .action(async (options: DrainOptions) => { await drain(await found(options.config), options, write); });
}

async function found(config: string | undefined): Promise<LocalAgent> {
  const [{ LocalAgent: Found }, { loadConfig }] = await Promise.all([import('./ask-agent.js'), import('../../config/load-config.js')]);
  return Found.find(await loadConfig(configFile(config)));
}

async function status(agent: LocalAgent, { json, link, watch }: StatusOptions, write: Write): Promise<void> {
  if (link === true) {
    const { token, seconds } = await agent.ask<{ readonly token: string; readonly seconds: number }>('POST', '/links');
    const url = `${agent.url}/#token=${token}`;
    write(json === true ? jsonText({ url, seconds }) : `${url}\n`);
    return;
  }
  const { statusLine, statusText } = await import('./status-text.js');
  while (watch === true) {
    const told = await agent.ask<StatusDocument>('GET', '/status');
    write(json === true ? `${JSON.stringify(told)}\n` : `${statusLine(told)}\n`);
    await pause(WATCH_MS);
  }
  const told = await agent.ask<StatusDocument>('GET', '/status');
  write(json === true ? jsonText(told) : statusText(told));
  if (!told.ready) throw new CliError(whyNotReady(told));
}

function whyNotReady({ stopping, controllers }: StatusDocument): string {
  if (stopping) return 'The agent is stopping.';
  return `The agent is not ready: ${controllers.map(({ url, problem }) => `${url}: ${problem === '' ? 'not connected yet' : problem}`).join('; ')}`;
}

async function drain(agent: LocalAgent, { json, wait }: DrainOptions, write: Write): Promise<void> {
  const say = (text: string): void => { if (json !== true) write(`${text}\n`); };
  const { agent: { pid } } = await agent.ask<StatusDocument>('GET', '/status');
  const { operations } = await agent.ask<{ readonly operations: number }>('POST', '/drain');
  say(operations === 0 ? 'The agent is stopping; nothing is under way.' : `The agent is stopping; operations under way: ${operations}. They may finish, new ones are refused.`);
  if (wait === true) {
    await gone(agent, say);
    await exited(pid);
    say('The agent has ended.');
  }
  if (json === true) write(jsonText({ stopping: true, ended: wait === true, operations }));
}

/** Resolves when nobody answers at the agent's address, or one that was started since. */
async function gone(agent: LocalAgent, say: (text: string) => void): Promise<void> {
  const { AgentGone } = await import('./ask-agent.js');
  let left: number | undefined;
  for (;;) {
    try {
      const { operations, stopping } = await agent.ask<StatusDocument>('GET', '/status');
      if (!stopping) throw new CliError('The agent does not stop.');
      if (left !== undefined && left !== operations.runningCount) say(`Operations under way: ${operations.runningCount}.`);
      left = operations.runningCount;
    } catch (error) {
      if (error instanceof AgentGone) return;
      throw error;
    }
    await pause(WAIT_MS);
  }
}

/** The audit log is closed after the last answer. In another namespace of processes there is nobody to wait for. */
async function exited(pid: number): Promise<void> {
  for (let waited = 0; waited < MOST_EXIT_MS; waited += WAIT_MS) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await pause(WAIT_MS);
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
