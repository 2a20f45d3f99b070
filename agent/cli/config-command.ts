import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { ImportNote } from '../config/import-draft.js';
import type { ImportedConfig } from '../config/import-properties.js';
import type { Write } from './agent-commands.js';
import { CliError, EXIT } from './exit-codes.js';

/** `config import-properties`. What it needs is loaded when it runs. */
export function configCommand(program: Command, write: Write): void {
  const config = program.command('config').description('configuration files');
  config.command('import-properties')
    .description('turn a ConnectorServer.properties of a Java connector server into a configuration')
    .argument('<file>', 'ConnectorServer.properties')
    .requiredOption('--out <file>', 'configuration to write; secrets go to the directory "secrets" beside it')
    .option('--json', 'print the report as JSON')
    .option('--force', 'replace an existing configuration')
    .action(async (file: string, options: { out: string; json?: boolean; force?: boolean }) => {
      const { stringify } = await import('yaml');
      const imported = await readProperties(file);
      const text = `# Made from a ConnectorServer.properties; see agent/config/example.yaml for every setting.\n${stringify(imported.settings, { aliasDuplicateObjects: false })}`;
      await writeImported(text, imported, options.out, options.force === true);
      const notes = [...imported.notes, ...await gapsOf(text, options.out)];
      write(options.json === true ? `${JSON.stringify(notes, null, 2)}\n` : report(notes, options.out));
      const open = notes.filter(({ outcome }) => outcome === 'refused');
      if (open.length > 0) throw new CliError(`${open.length === 1 ? 'One point needs' : `${open.length} points need`} your attention: ${open.map(({ property }) => property).join(', ')}.`, EXIT.usage);
    });
}

/** What the file written still lacks: a half-filled original makes a half-filled configuration, and its writer has to know. */
async function gapsOf(text: string, out: string): Promise<ImportNote[]> {
  const [{ readConfig }, { ConfigError }] = await Promise.all([import('../config/load-config.js'), import('../config/config-problems.js')]);
  try {
    readConfig(text, resolve(out));
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => ({ property: out, outcome: 'refused', text: problem }));
  }
}

/** Java reads such a file as ISO-8859-1. */
async function readProperties(file: string): Promise<ImportedConfig> {
  let text: string;
  try {
    text = await readFile(file, 'latin1');
  } catch (error) {
    throw new CliError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`, EXIT.usage);
  }
  const { importJavaProperties } = await import('../config/import-properties.js');
  try {
    return importJavaProperties(text);
  } catch (error) {
    throw new CliError(`${file}: ${(error as Error).message}`, EXIT.usage);
  }
}

async function writeImported(text: string, { secrets }: ImportedConfig, out: string, replace: boolean): Promise<void> {
  try {
    await writeFile(out, text, { flag: replace ? 'w' : 'wx', mode: 0o600 });
    if (secrets.size === 0) return;
    const directory = join(dirname(out), 'secrets');
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chmod(directory, 0o700);
    for (const [name, secret] of secrets) {
      await writeFile(join(directory, name), `${secret.reveal()}\n`, { flag: replace ? 'w' : 'wx', mode: 0o600 });
    }
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new CliError(`${path ?? out} exists already; --force replaces it.`, EXIT.usage);
    throw new CliError(`${path ?? out} cannot be written (${code ?? 'unknown error'}).`);
  }
}

const MARKS: Readonly<Record<ImportNote['outcome'], string>> = { mapped: '->', dropped: '--', refused: '!!' };

function report(notes: readonly ImportNote[], out: string): string {
  const width = Math.max(...notes.map(({ property }) => property.length), 0);
  return `${notes.map(({ property, outcome, text }) => `${property.padEnd(width)} ${MARKS[outcome]} ${text}`).join('\n')}\nWrote ${out}.\n`;
}
