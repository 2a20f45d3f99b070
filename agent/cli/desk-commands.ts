import { Option, type Command } from 'commander';
import type { DeskIo, DeskOptions } from '../desk/desk-session.js';
import type { QueryOptions } from '../desk/query-command.js';
import type { LoginOptions, ObjectOptions, ScriptOptions } from '../desk/single-command.js';
import type { SyncOptions } from '../desk/sync-command.js';
import type { WriteOptions } from '../desk/write-command.js';
import { CliError, EXIT } from './exit-codes.js';
import { jsonOption } from './json-option.js';

const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

function whole(name: string, least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw new CliError(`${name} has to be a whole number of at least ${least}.`, EXIT.usage);
  };
}

/** Standard input and output; ^C ends the operation cleanly. */
function terminal(): DeskIo {
  const given = new AbortController();
  process.once('SIGINT', () => { given.abort(new Error('interrupted')); });
  return { out: process.stdout, input: process.stdin, tell: (text) => { process.stderr.write(text); }, environment: process.env, signal: given.signal };
}

/** Options of every command that works on a target. */
function onTarget(command: Command): Command {
  return command
    .option('--system <file>', 'provisioner.openicf-NAME.json, as IDM has it')
    .option('--connector <id>', 'id of a connector, with --set (instead of --system)')
    .option('--set <name=value>', 'configuration property; repeatable', several, [])
    .option('--set-from <name=source>', 'property from env:VARIABLE or file:PATH: for secrets; repeatable', several, [])
    .option('--config <file>', "agent.yaml: its policy, secrets, authorities and limits (or CAUSEWAY_CONFIG)")
    .option('--record <file>', "record the target's traffic, secrets scrubbed")
    .option('--replay <file>', 'answer from a recording; nothing is sent')
    .option(...jsonOption)
    .option('--quiet', 'no notes and timings on standard error')
    .addOption(new Option('--verbose', 'log of connector and agent on standard error'));
}

const onClass = (command: Command): Command => onTarget(command).option('--class <name>', 'object type of the system file, or object class', 'account');

const writing = (command: Command): Command => onClass(command)
  .option('--dry-run', 'show what would change, and the request that would be sent; write nothing')
  .option('--yes', 'write without asking');

const valued = (command: Command): Command => writing(command)
  .option('--value <name=value>', 'value of a property; repeatable, also for several values', several, [])
  .option('--value-from <name=source>', 'value from env:VARIABLE or file:PATH: for secrets; repeatable', several, [])
  .option('--input <file>', 'JSON object with values; - is standard input');

const written = { value: [], valueFrom: [], clear: [], add: [], remove: [], uid: [] };

/** `connectors test|validate|schema|query|get|sync|create|update|delete|authenticate|script`. What they need is loaded when they run. */
export function deskCommands(connectors: Command, io: () => DeskIo = terminal): void {
  onTarget(connectors.command('test').description('check a configuration and whether its target can be reached and used'))
    .action(async (options: DeskOptions) => (await import('../desk/single-command.js')).test(options, io()));
  onTarget(connectors.command('validate').description('check a configuration without its target'))
    .action(async (options: DeskOptions) => (await import('../desk/single-command.js')).validate(options, io()));
  onTarget(connectors.command('schema').description('show object classes and attributes as the target tells them'))
    .action(async (options: DeskOptions) => (await import('../desk/single-command.js')).schema(options, io()));
  onClass(connectors.command('query').description('search for objects; a table on a terminal, JSON lines otherwise'))
    .option('--filter <filter>', "IDM's _queryFilter, e.g. 'mail sw \"a\" and !(title pr)'")
    .option('--attributes <names>', 'attributes to get, by commas')
    .option('--sort <names>', 'sort by, by commas; -name is descending')
    .option('--page-size <number>', 'one page of so many', whole('--page-size', 1))
    .option('--cookie <cookie>', 'the page behind the one that ended with it')
    .option('--limit <number>', 'end the search after so many', whole('--limit', 1))
    .option('--count', 'only count')
    .option('--explain', 'what ran at the target and what in the facade')
    .option('--table', 'a table also where the output is no terminal')
    .action(async (options: QueryOptions) => (await import('../desk/query-command.js')).query(options, io()));
  onClass(connectors.command('get').description('read one object')).requiredOption('--uid <uid>', 'its uid')
    .option('--attributes <names>', 'attributes to get, by commas')
    .action(async (options: ObjectOptions) => (await import('../desk/single-command.js')).get(options, io()));
  onClass(connectors.command('sync').description('show what has changed; the last line is the token to go on from'))
    .option('--token <token>', 'changes since this one; without it, whatever the connector does first')
    .option('--latest', 'only the latest token')
    .option('--limit <number>', 'end after so many', whole('--limit', 1))
    .action(async (options: SyncOptions) => (await import('../desk/sync-command.js')).sync(options, io()));
  valued(connectors.command('create').description('create an object'))
    .action(async (options: WriteOptions) => (await import('../desk/write-command.js')).write('create', { ...written, ...options }, io()));
  valued(connectors.command('update').description('change an object')).option('--uid <uid>', 'its uid; repeatable', several, [])
    .option('--clear <name>', 'take all values away; repeatable', several, [])
    .option('--add <name=value>', 'add a value; repeatable', several, [])
    .option('--remove <name=value>', 'take a value away; repeatable', several, [])
    .action(async (options: WriteOptions) => (await import('../desk/write-command.js')).write('update', { ...written, ...options }, io()));
  writing(connectors.command('delete').description('delete objects')).option('--uid <uid>', 'uid of an object; repeatable', several, [])
    .option('--from <file>', 'uids, one a line, or lines of `query --json`; - is standard input')
    .action(async (options: WriteOptions) => (await import('../desk/write-command.js')).write('delete', { ...written, ...options }, io()));
  onClass(connectors.command('authenticate').description('check a user name and a password')).requiredOption('--username <name>', 'who')
    .requiredOption('--password-from <source>', 'env:VARIABLE or file:PATH')
    .action(async (options: LoginOptions) => (await import('../desk/single-command.js')).authenticate(options, io()));
  onTarget(connectors.command('script').description('run a script beside the connector or on the target')).requiredOption('--file <file>', 'file with the script')
    .option('--language <name>', 'its language', 'javascript')
    .option('--argument <name=value>', 'argument, JSON or text; repeatable', several, [])
    .option('--on-resource', 'on the target instead of beside the connector')
    .action(async (options: ScriptOptions) => (await import('../desk/single-command.js')).script(options, io()));
}
