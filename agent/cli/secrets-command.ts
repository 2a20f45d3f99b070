import { isUtf8 } from 'node:buffer';
import type { Command } from 'commander';
import type { SecretStore } from '../secrets/store/secret-store.js';
import { configFile, configOption } from './config-option.js';
import { CliError, EXIT } from './exit-codes.js';
import { jsonOption, jsonText } from './json-option.js';
import type { ValueInput } from './read-value.js';
import type { Write } from './agent-commands.js';

interface ConfigOption { readonly config?: string; readonly json?: boolean }

const LF = 0x0a;
const CR = 0x0d;

/** `secrets set|list|remove|rotate-key`. What they need is loaded when they run. */
export function secretsCommand(program: Command, write: Write, from?: ValueInput): void {
  const secrets = program.command('secrets').description('the encrypted local store of secrets, for {store: NAME} and secret://store/NAME');
  secrets.command('set')
    .description('add or replace a secret; its value is asked for, or read from standard input, never taken from the command line')
    .argument('<name>', 'name, e.g. ldap-bind or sites/berlin/ldap-bind')
    .option(...configOption)
    .option('--binary', 'take the bytes as they are; without it, text less one line break at its end')
    .option(...jsonOption)
    .allowExcessArguments(true)
    .action(async (name: string, options: ConfigOption & { binary?: boolean }, command: Command) => {
      if (command.args.length > 1) throw new CliError('The value of a secret never stands on the command line, where every user of the machine can read it: give it on standard input, or when asked for. Take another value than that one; the shell may have kept it.', EXIT.usage);
      const store = await openStore(options);
      const { readValue, standardInput } = await import('./read-value.js');
      const bytes = await readValue(name, from ?? standardInput());
      try {
        const result = await setValue(store, name, bytes, options.binary === true);
        write(options.json === true ? jsonText({ name, result }) : `${name}: ${result}\n`);
      } finally {
        bytes.fill(0);
      }
    });
  secrets.command('list')
    .description('list the names; values are never shown')
    .option(...configOption)
    .option(...jsonOption)
    .action(async (options: ConfigOption) => {
      const list = await reported((await openStore(options)).list());
      write(options.json === true ? jsonText(list) : list.map(({ name, kind, changed }) => `${name.padEnd(40)} ${kind.padEnd(6)} ${changed}\n`).join(''));
    });
  secrets.command('remove')
    .description('remove a secret')
    .argument('<name>', 'name, see `secrets list`')
    .option(...configOption)
    .option(...jsonOption)
    .action(async (name: string, options: ConfigOption) => {
      await reported((await openStore(options)).remove(name));
      write(options.json === true ? jsonText({ name, result: 'removed' }) : `${name}: removed\n`);
    });
  secrets.command('rotate-key')
    .description('encrypt everything anew with a new key')
    .option(...configOption)
    .option(...jsonOption)
    .action(async (options: ConfigOption) => {
      const count = await reported((await openStore(options)).rotateKey());
      write(options.json === true ? jsonText({ secrets: count, result: 'encrypted with a new key' }) : `${count} ${count === 1 ? 'secret' : 'secrets'} encrypted with a new key\n`);
    });
}

async function openStore(options: ConfigOption): Promise<SecretStore> {
  const [{ loadConfig }, { storePlaces }, { SecretStore: Store }, { excludeFromCoreDumps }] = await Promise.all([
    import('../config/load-config.js'), import('../secrets/secret-sources.js'), import('../secrets/store/secret-store.js'), import('../secrets/process-hygiene.js'),
  ]);
  excludeFromCoreDumps();
  return new Store(storePlaces(await loadConfig(configFile(options.config))));
}

async function setValue(store: SecretStore, name: string, bytes: Buffer, binary: boolean): Promise<string> {
  if (binary) return reported(store.set(name, 'binary', bytes));
  if (!isUtf8(bytes)) throw new CliError(`The value of ${name} is no UTF-8 text; --binary takes bytes as they are.`, EXIT.usage);
  const end = bytes.at(-1) !== LF ? bytes.length : bytes.length - (bytes.at(-2) === CR ? 2 : 1);
  return reported(store.set(name, 'text', bytes.subarray(0, end)));
}

/** What is wrong with store or name is the user's to mend. */
async function reported<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && error.name === 'SecretError') throw new CliError(error.message, EXIT.usage);
    throw error;
  }
}
