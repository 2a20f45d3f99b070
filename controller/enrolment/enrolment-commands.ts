import { InvalidArgumentError, Option, type Command } from 'commander';
import { lifetimeOf } from '../config/lifetime.js';
import { jsonOption } from '../json-option.js';
import type { RotationStep } from './rotate-authority.js';

type Write = (text: string) => void;

/** Loaded when a command runs: an agent shares the program. */
const actions = () => import('./enrolment-actions.js');

function life(text: string): number {
  const value = lifetimeOf(text);
  if (value === undefined || value <= 0) throw new InvalidArgumentError('expected a duration such as 30m, 1h or 2d.');
  return value;
}

const config = ['-c, --config <file>', 'YAML configuration of the controller'] as const;

/**
 * Adds `enrolment token|list|revoke|restore|rotate-ca` to the `controller` commands. They work on the data folder; a
 * controller that runs on it notices within a second.
 */
export function enrolmentCommands(controller: Command, write: Write): void {
  const enrolment = controller.command('enrolment').description('identities of agents: tokens, certificates, revocation');
  tokenCommand(enrolment, write);
  listCommand(enrolment, write);
  revokeCommands(enrolment, write);
  rotateCommand(enrolment, write);
}

function tokenCommand(enrolment: Command, write: Write): void {
  enrolment.command('token').description('make a one-time token for: causeway agent enroll')
    .requiredOption(...config)
    .requiredOption('--agent <name>', 'name the agent gets')
    .option('--group <group>', 'group (site) the agent gets')
    .option('--life <duration>', 'how long the token can be used, such as 1h (default: enrolment.tokenLife)', life)
    .option('--url <url>', 'where the agent reaches the enrolment listener (default: enrolment.url)')
    .addOption(new Option('--replace', 'the agent is there already: its certificates are refused once the new one is in use').conflicts('additional'))
    .option('--additional', 'the agent is there already: this is a second machine of the same name')
    .option(...jsonOption)
    .action(async (options: TokenOptions) => write(await (await actions()).makeToken(options)));
}

export interface TokenOptions {
  readonly config: string;
  readonly agent: string;
  readonly group?: string;
  readonly life?: number;
  readonly url?: string;
  readonly replace?: boolean;
  readonly additional?: boolean;
  readonly json?: boolean;
}

function listCommand(enrolment: Command, write: Write): void {
  enrolment.command('list').description('list agents with their certificates, open tokens and revocations')
    .requiredOption(...config)
    .option('--all', 'those that do not count any more as well')
    .option(...jsonOption)
    .action(async (options: { config: string; all?: boolean; json?: boolean }) => write(await (await actions()).list(options)));
}

function revokeCommands(enrolment: Command, write: Write): void {
  enrolment.command('revoke').description('refuse an agent or a certificate from now on; its connections are closed within seconds')
    .requiredOption(...config)
    .addOption(new Option('--agent <name>', 'everything of that name: certificates from anywhere, passwords, open tokens').conflicts('serial'))
    .option('--serial <hex>', 'one certificate')
    .option('--issuer <file>', 'with --serial: PEM certificate of the authority that signed it (default: whoever did)')
    .option(...jsonOption)
    .action(async (options: { config: string; agent?: string; serial?: string; issuer?: string; json?: boolean }) => write(await (await actions()).revoke(options)));
  enrolment.command('restore').description('let an agent that was revoked by name in again; certificates that were revoked stay so')
    .requiredOption(...config)
    .requiredOption('--agent <name>', 'name of the agent')
    .option(...jsonOption)
    .action(async (options: { config: string; agent: string; json?: boolean }) => write(await (await actions()).restore(options)));
}

function rotateCommand(enrolment: Command, write: Write): void {
  const steps: readonly RotationStep[] = ['prepare', 'activate', 'finish'];
  enrolment.command('rotate-ca').description('replace the authority in three steps; without one, say where it stands')
    .requiredOption(...config)
    .addOption(new Option('--prepare', 'make the next authority: trusted by all, signing nothing yet').conflicts(['activate', 'finish']))
    .addOption(new Option('--activate', 'the next authority signs from now on').conflicts(['prepare', 'finish']))
    .addOption(new Option('--finish', 'the previous authorities are trusted no more').conflicts(['prepare', 'activate']))
    .option('--force', 'even though an agent would be locked out')
    .option(...jsonOption)
    .action(async (options: { config: string; force?: boolean; json?: boolean } & Partial<Record<RotationStep, boolean>>) => {
      const step = steps.find((each) => options[each] === true);
      write(await (await actions()).rotate({ config: options.config, step, force: options.force === true, json: options.json === true }));
    });
}
