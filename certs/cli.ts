import { InvalidArgumentError, type Command } from 'commander';
import { ROOT_CERTIFICATE_FILE } from './authority-directory.js';
import type { CertificateSummary } from './show.js';

type Write = (text: string) => void;

/** Loaded when a command needs it: a running agent would carry its libraries for nothing. */
const loadAuthority = () => import('./authority.js');

function days(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('expected a positive number of days.');
  return value;
}

function print(write: Write, json: boolean | undefined, value: unknown, text: string): void {
  write(json === true ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`);
}

/** Adds `certs init|issue-controller|issue-agent|show` to a program. */
export function certsCommands(program: Command, write: Write = (text) => process.stdout.write(text)): void {
  const certs = program.command('certs').description('local certificate authority for controllers and agents');
  initCommand(certs, write);
  issueControllerCommand(certs, write);
  issueAgentCommand(certs, write);
  showCommand(certs, write);
}

function initCommand(certs: Command, write: Write): void {
  certs.command('init')
    .description('make an authority (private key stays in the directory, readable by its owner only)')
    .requiredOption('--dir <directory>', 'directory of the authority')
    .option('--name <common name>', 'common name of the root', 'Causeway local authority')
    .option('--days <days>', 'life of the root', days, 3650)
    .option('--json', 'print JSON')
    .action(async (options: { dir: string; name: string; days: number; json?: boolean }) => {
      const { createAuthority } = await loadAuthority();
      await createAuthority(options.dir, { commonName: options.name, days: options.days });
      const path = `${options.dir}/${ROOT_CERTIFICATE_FILE}`;
      print(write, options.json, { ca: path }, `Made the authority. Both ends trust ${path}.`);
    });
}

function issueControllerCommand(certs: Command, write: Write): void {
  certs.command('issue-controller')
    .description('issue a server certificate for a controller')
    .requiredOption('--dir <directory>', 'directory of the authority')
    .requiredOption('--names <names>', 'DNS names and IP addresses agents dial, separated by commas')
    .requiredOption('--out <directory>', 'where controller.crt, controller.key and ca.crt go')
    .option('--days <days>', 'life of the certificate', days, 90)
    .option('--json', 'print JSON')
    .action(async (options: { dir: string; names: string; out: string; days: number; json?: boolean }) => {
      const { openAuthority, writeIssued } = await loadAuthority();
      const authority = await openAuthority(options.dir);
      const names = options.names.split(',').map((name) => name.trim()).filter((name) => name !== '');
      const paths = await writeIssued(options.out, 'controller', await authority.issueController({ names, days: options.days }), authority);
      print(write, options.json, paths, `Issued ${paths.certificate} for ${names.join(', ')}; its key is ${paths.key}.`);
    });
}

function issueAgentCommand(certs: Command, write: Write): void {
  certs.command('issue-agent')
    .description('issue a client certificate for an agent')
    .requiredOption('--dir <directory>', 'directory of the authority')
    .requiredOption('--name <name>', 'name of the agent (common name)')
    .requiredOption('--out <directory>', 'where agent.crt, agent.key and ca.crt go')
    .option('--group <group>', 'group of the agent (organisational unit)')
    .option('--organization <organization>', 'organisation')
    .option('--days <days>', 'life of the certificate', days, 90)
    .option('--json', 'print JSON')
    .action(async (options: { dir: string; name: string; out: string; group?: string; organization?: string; days: number; json?: boolean }) => {
      const { openAuthority, writeIssued } = await loadAuthority();
      const authority = await openAuthority(options.dir);
      const paths = await writeIssued(options.out, 'agent', await authority.issueAgent(options), authority);
      print(write, options.json, paths, `Issued ${paths.certificate} for agent ${options.name}; its key is ${paths.key}.`);
    });
}

function summaryText(summary: CertificateSummary): string {
  const life = summary.daysLeft < 0 ? `EXPIRED on ${summary.notAfter}` : `until ${summary.notAfter} (${summary.daysLeft} days left)`;
  const names = summary.names.length === 0 ? '' : `\n  names    ${summary.names.join(', ')}`;
  return `${summary.subject}\n  issuer   ${summary.issuer}${names}\n  use      ${summary.isAuthority ? 'authority' : summary.usages.join(', ')}\n  valid    ${life}\n  sha256   ${summary.sha256}`;
}

function showCommand(certs: Command, write: Write): void {
  certs.command('show')
    .description('show the certificates of a PEM file')
    .argument('<file>', 'PEM file')
    .option('--json', 'print JSON')
    .action(async (file: string, options: { json?: boolean }) => {
      const { showCertificates } = await import('./show.js');
      const summaries = await showCertificates(file);
      print(write, options.json, summaries, summaries.map(summaryText).join('\n'));
    });
}
