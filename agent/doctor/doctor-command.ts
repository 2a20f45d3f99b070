import { isIPv6 } from 'node:net';
import { InvalidArgumentError, type Command } from 'commander';
import { configOption } from '../cli/config-option.js';
import { CliError, EXIT } from '../cli/exit-codes.js';
import type { Write } from '../cli/agent-commands.js';
import { jsonOption, jsonText } from '../cli/json-option.js';
import { coloursOf } from '../cli/terminal/colours.js';
import type { Finding } from './finding.js';
import type { Place } from './reach.js';

interface DoctorOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly controller?: URL;
  readonly systems?: readonly string[];
  readonly timeout: number;
  readonly crl?: string;
  readonly timeServer?: Place;
  readonly bundle?: string;
  readonly log?: string;
}

/** `causeway doctor`. What it needs is loaded when it runs. */
export function doctorCommand(program: Command, write: Write): void {
  program.command('doctor')
    .description('walk from the configuration to the controller and each system, and say what is wrong and what to do; changes nothing')
    .option(...configOption)
    .option(...jsonOption)
    .option('--controller <url>', 'look at this controller only; works without a configuration, too', controllerUrl)
    .option('--systems <file...>', 'provisioner.openicf-*.json files of systems to try')
    .option('--timeout <seconds>', 'longest wait for one answer', secondsOf, 10_000)
    .option('--crl <file>', 'revocation list to look the agent\'s certificate up in')
    .option('--time-server <server>', 'ask this time server (HOST or HOST:PORT; SNTP, UDP port 123), too, and say whose clock is wrong; without it no third party is asked', timeServerOf)
    .option('--bundle <file>', 'write a support bundle (tar.gz) with findings, configuration and versions, every secret taken out')
    .option('--log <file>', 'log of the agent whose end goes into the bundle')
    .addHelpText('after', '\nExit code: 0 nothing failed (warnings may be there), 1 something failed, 2 wrong use.')
    .action((options: DoctorOptions) => run(options, write));
}

async function run(options: DoctorOptions, write: Write): Promise<void> {
  const file = configurationOf(options);
  const { walk } = await import('./walk.js');
  const stop = new AbortController();
  const onSignal = (): void => { stop.abort(new CliError('Interrupted.')); };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    const { controller, systems = [], timeout, crl, timeServer, bundle, log } = options;
    const walked = await walk({ file, controller, systems, timeout, revocationList: crl, timeServer, signal: stop.signal });
    if (bundle !== undefined) await (await import('./bundle/write-bundle.js')).writeBundle(bundle, walked, { file, log, systems });
    await show(walked.findings, options, write);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** Undefined: there is only a URL to look at. */
function configurationOf({ config, controller, log, bundle }: DoctorOptions): string | undefined {
  if (log !== undefined && bundle === undefined) throw new CliError('--log needs --bundle.', EXIT.usage);
  const file = config ?? process.env['CAUSEWAY_CONFIG'] ?? '';
  if (file === '' && controller === undefined) throw new CliError('No configuration: give --config FILE (or set CAUSEWAY_CONFIG), or --controller URL.', EXIT.usage);
  return file === '' ? undefined : file;
}

async function show(findings: readonly Finding[], { json, bundle }: DoctorOptions, write: Write): Promise<void> {
  const [{ printFindings, summary }, { hasFailed }] = await Promise.all([import('./print-findings.js'), import('./finding.js')]);
  const isBad = hasFailed(findings);
  if (json === true) write(jsonText({ ok: !isBad, summary: summary(findings), findings, bundle }));
  else write(printFindings(findings, { isTerminal: process.stdout.isTTY, colours: coloursOf(write) }));
  if (bundle !== undefined && json !== true) write(`The support bundle is in ${bundle}. Look through it before you send it.\n`);
  if (isBad) throw new CliError('Something needs your attention.', EXIT.failure);
}

function controllerUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['ws:', 'wss:'].includes(url.protocol)) throw new InvalidArgumentError('Give a URL such as wss://cloud.example/openicf.');
  if (url.username !== '' || url.password !== '') throw new InvalidArgumentError('Credentials do not belong into the URL.');
  return url;
}

/** UDP port of NTP (RFC 5905 section 7.2). */
const NTP_PORT = 123;
const LARGEST_PORT = 65_535;

/** `time.example`, `time.example:123`, `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]:123`. */
function timeServerOf(text: string): Place {
  const [, bracketed, named, given] = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = isIPv6(text) ? text : bracketed ?? named;
  const port = given === undefined || isIPv6(text) ? NTP_PORT : Number(given);
  if (host === undefined || (bracketed !== undefined && !isIPv6(bracketed)) || port < 1 || port > LARGEST_PORT) throw new InvalidArgumentError('Give HOST or HOST:PORT, such as ntp.example or [2001:db8::1]:123.');
  return { host, port };
}

const LONGEST_WAIT_S = 600;

function secondsOf(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= LONGEST_WAIT_S)) throw new InvalidArgumentError(`Give seconds, more than 0 and at most ${LONGEST_WAIT_S}.`);
  return value * 1000;
}
