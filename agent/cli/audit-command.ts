import { Option, type Command } from 'commander';
import type { ShownLine } from '../audit/read/show.js';
import type { VerifyReport } from '../audit/read/verify-report.js';
import type { Write } from './agent-commands.js';
import { CliError, EXIT } from './exit-codes.js';
import { jsonOption, jsonText } from './json-option.js';
import { coloursOf } from './terminal/colours.js';

interface PlaceOptions {
  readonly config?: string;
  readonly directory?: string;
}

interface VerifyCommandOptions extends PlaceOptions {
  readonly keyFile: readonly string[];
  readonly anchor: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

interface ShowCommandOptions extends PlaceOptions {
  readonly from?: string;
  readonly to?: string;
  readonly operation?: string;
  readonly object?: string;
  readonly objectClass?: string;
  readonly outcome?: string;
  readonly connector?: string;
  readonly principal?: string;
  readonly operationId?: string;
  readonly limit?: string;
  readonly json?: boolean;
  readonly jsonLines?: boolean;
}

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];
const TIME = 'a time such as 2026-11-22T06:00:00Z, or how long ago: 30m, 12h, 7d';

/** `audit verify|show`. What they need is loaded when they run. */
export function auditCommand(program: Command, write: Write): void {
  const audit = program.command('audit').description('the audit log of an agent');
  withPlace(audit.command('verify'))
    .description('walk along the chain and name every line that was changed, removed, inserted or moved')
    .option('--from <time>', `only files with lines from then on: ${TIME}`)
    .option('--to <time>', 'only files with lines up to then')
    .option('--key-file <file>', 'file with the key of the chain (besides audit.key); may be given again for earlier keys', collect, [])
    .option('--anchor <number:hash>', 'a line\'s number and hash that were kept elsewhere; may be given again', collect, [])
    .option(...jsonOption)
    .action(async (options: VerifyCommandOptions) => {
      const report = await verify(options);
      write(options.json === true ? jsonText(report) : reportText(report, write));
      if (!report.ok) throw new CliError(`The audit log is not as it was written: ${report.faults.length + report.further} fault(s).`);
    });
  withPlace(audit.command('show'))
    .description('show lines of the audit log, oldest first')
    .option('--from <time>', TIME)
    .option('--to <time>', TIME)
    .option('--operation <kind>', 'kind of operation (create, search, …) or of event (agent-started, …)')
    .option('--object <uid>', 'uid or name of the object')
    .option('--object-class <name>', 'e.g. __ACCOUNT__')
    .addOption(new Option('--outcome <outcome>', 'how it ended').choices(['ok', 'failed', 'refused', 'left', 'unknown']))
    .option('--connector <id>', 'id of the connector')
    .option('--principal <name>', 'who asked')
    .option('--operation-id <id>', 'one operation')
    .option('--limit <number>', 'only the first so many')
    .option(...jsonOption)
    .option('--json-lines', 'print a JSON document a line, as they are found')
    .action(async (options: ShowCommandOptions) => { await show(options, write); });
}

function withPlace(command: Command): Command {
  return command
    .option('--config <file>', 'configuration of the agent (or the environment variable CAUSEWAY_CONFIG)')
    .option('--directory <path>', 'directory of the audit files, instead of a configuration');
}

/** Where the files are and, with a configuration, the key. */
async function placeOf({ config, directory }: PlaceOptions) {
  if (directory !== undefined) return { directory, key: undefined };
  const file = config ?? process.env['CAUSEWAY_CONFIG'];
  if (file === undefined || file === '') throw new CliError('Which audit log? Give --config FILE or --directory PATH, or set CAUSEWAY_CONFIG.', EXIT.usage);
  const [{ loadConfig }, { auditDirectoryOf }] = await Promise.all([import('../config/load-config.js'), import('../audit/configured-audit.js')]);
  const loaded = await loadConfig(file);
  return { directory: auditDirectoryOf(loaded), key: loaded.audit.key };
}

async function verify(options: VerifyCommandOptions): Promise<VerifyReport> {
  const [{ verifyAuditLog }, { chainOf }, { SecretReference }] = await Promise.all([import('../audit/read/verify.js'), import('../audit/open-audit-log.js'), import('../config/secret-reference.js')]);
  const { directory, key } = await placeOf(options);
  const references = [...(key === undefined ? [] : [key]), ...options.keyFile.map((path) => new SecretReference({ kind: 'file', path }))];
  const keys = await Promise.all(references.map(chainOf));
  const anchors = options.anchor.map(parseAnchor);
  return existing(directory, () => verifyAuditLog({ directory, keys, anchors, from: timeOf('--from', options.from), to: timeOf('--to', options.to) }));
}

async function show(options: ShowCommandOptions, write: Write): Promise<void> {
  const { selectLines, lineText } = await import('../audit/read/show.js');
  const { directory } = await placeOf(options);
  const limit = options.limit === undefined ? Number.POSITIVE_INFINITY : Number(options.limit);
  if (!(limit >= 1)) throw new CliError('--limit: expected a number of lines.', EXIT.usage);
  const filter = { ...options, from: timeOf('--from', options.from), to: timeOf('--to', options.to) };
  const shown = options.json === true ? new JsonList(write) : { add: (line: ShownLine) => write(options.jsonLines === true ? `${JSON.stringify(line)}\n` : `${lineText(line)}\n`), end: () => undefined };
  await existing(directory, async () => {
    let count = 0;
    for await (const line of selectLines(directory, filter)) {
      shown.add(line);
      count += 1;
      if (count >= limit) break;
    }
    shown.end();
  });
}

/** A list as one JSON document, written as it grows: the log may be longer than memory. */
class JsonList {
  readonly #write: Write;
  #count = 0;

  constructor(write: Write) {
    this.#write = write;
  }

  add(item: unknown): void {
    this.#write(`${this.#count === 0 ? '[' : ','}\n${JSON.stringify(item)}`);
    this.#count += 1;
  }

  end(): void {
    this.#write(this.#count === 0 ? '[]\n' : '\n]\n');
  }
}

async function existing<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new CliError(`There is no audit log in ${directory}.`, EXIT.usage);
    throw error;
  }
}

const AGO = /^(\d{1,6})(s|m|h|d)$/;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function timeOf(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ago = AGO.exec(value);
  const time = ago === null ? Date.parse(value) : Date.now() - Number(ago[1]) * (UNIT_MS[ago[2] ?? ''] ?? Number.NaN);
  if (Number.isNaN(time)) throw new CliError(`${option}: expected ${TIME}; found "${value}".`, EXIT.usage);
  return time;
}

function parseAnchor(value: string): { sequence: number; hash: string } {
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(value);
  if (match === null) throw new CliError(`--anchor: expected a line's number, a colon and its hash (64 hexadecimal digits); found "${value}".`, EXIT.usage);
  return { sequence: Number(match[1]), hash: match[2] ?? '' };
}

function reportText({ ok, files, lines, first, last, lastHash, faults, further, notes }: VerifyReport, write: Write): string {
  const { good, bad } = coloursOf(write);
  const found = faults.map(({ file, line, text }) => `${bad('FAULT ')} ${file}${line === 0 ? '' : ` line ${line}`}: ${text}`);
  const more = further === 0 ? [] : [`       and ${further} further fault(s)`];
  const end = ok && lines > 0 ? [`${good('ok    ')} number ${first} to ${last}; last hash ${lastHash}`] : [];
  return `${[...found, ...more, ...notes.map((text) => `note   ${text}`), ...end, `${lines} line(s) in ${files} file(s)`].join('\n')}\n`;
}
