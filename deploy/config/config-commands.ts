import type { Command } from 'commander';
import type { Write } from '../../agent/cli/agent-commands.js';
import { CliError, EXIT } from '../../agent/cli/exit-codes.js';
import { jsonOption, jsonText } from '../../agent/cli/json-option.js';

interface MigrateOptions {
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const PLACES = 'files, or folders that hold some, such as that of an IDM project';

/** `config check|migrate`, in the agent's group `config`: they know the files of both ends. What they need is loaded when they run. */
export function configCommands(program: Command, write: Write): void {
  const config = program.commands.find((command) => command.name() === 'config') ?? program.command('config').description('configuration files');
  config.command('check')
    .description('check configurations of agents and controllers, provisioner files, connector servers and mappings, without connecting; changes nothing')
    .argument('<files...>', PLACES)
    .option(...jsonOption)
    .action(async (places: string[], { json }: { json?: boolean }) => {
      const [{ findFiles }, { checkFiles }, { checkDocument, checkText, counted }] = await Promise.all([import('./find-files.js'), import('./check-files.js'), import('./check-report.js')]);
      const document = checkDocument(await checkFiles(await findFiles(places)));
      write(json === true ? jsonText(document) : checkText(document, write));
      if (!document.ok) throw new CliError(`${counted(document.problems, 'problem')} found.`, EXIT.usage);
    });
  config.command('migrate')
    .description('turn the files of IDM and of a Java connector server into ours, with a report; without --out, the report only')
    .argument('<files...>', PLACES)
    .option('--out <directory>', 'where to write; what exists there is kept unless --force')
    .option('--force', 'replace files that exist in the directory')
    .option('--json', 'print the report as JSON')
    .action(async (places: string[], options: MigrateOptions) => {
      const [{ findFiles }, { migrate }, { migrationText }] = await Promise.all([import('./find-files.js'), import('./migrate/migrate.js'), import('./migrate/migration-text.js')]);
      const report = await migrate(await findFiles(places), { out: options.out, replace: options.force === true });
      write(options.json === true ? jsonText(report) : migrationText(report, write));
      if (report.attention > 0) throw new CliError(`${report.attention === 1 ? 'One point needs' : `${report.attention} points need`} your attention.`, EXIT.usage);
    });
}
