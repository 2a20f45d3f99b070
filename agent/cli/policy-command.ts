import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { KeptCount } from '../policy/brakes/brake-count.js';
import type { Example, Explanation } from '../policy/explain.js';
import type { Policy } from '../policy/policy.js';
import type { Write } from './agent-commands.js';
import { configFile, configOption } from './config-option.js';
import { CliError, EXIT } from './exit-codes.js';
import { jsonOption, jsonText } from './json-option.js';
import { coloursOf } from './terminal/colours.js';

/** How long a running agent may take to do what was asked. Milliseconds. */
const RELEASE_TIMEOUT = 15_000;

interface CheckOptions {
  readonly config?: string;
  readonly file?: string;
  readonly connector?: string;
  readonly target?: string;
  readonly operation?: string;
  readonly objectClass?: string;
  readonly principal?: string;
  readonly configuration: readonly string[];
  readonly uid?: string;
  readonly name?: string;
  readonly attribute: readonly string[];
  readonly read: readonly string[];
  readonly has: readonly string[];
  readonly script?: string;
  readonly json?: boolean;
}

interface ReleaseOptions {
  readonly config?: string;
  readonly brake?: string;
  readonly system?: string;
  readonly json?: boolean;
}

const several = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** `policy check|status|release`. What they need is loaded when they run. */
export function policyCommand(program: Command, write: Write): void {
  const policy = program.command('policy').description('what this agent lets controllers do');
  policy.command('check')
    .description('check a policy file; with --operation, explain what an operation would get')
    .option(...configOption)
    .option('--file <file>', 'policy file; without it, the one the configuration names')
    .option('--operation <name>', 'operation, e.g. search, update, delete, scriptOnConnector')
    .option('--connector <id>', 'id of the connector (or class name of another server\'s)')
    .option('--target <place>', 'HOST:PORT, an absolute path, or relay:NAME')
    .option('--object-class <name>', 'object class (default __ACCOUNT__)')
    .option('--configuration <name=value>', 'property of its configuration; repeatable', several, [])
    .option('--principal <name>', 'the controller that asks')
    .option('--uid <uid>', 'uid of the object')
    .option('--name <name>', 'name of the object')
    .option('--attribute <name=value>', 'attribute that is written; repeatable', several, [])
    .option('--read <name>', 'attribute that is read; repeatable', several, [])
    .option('--has <name=value>', 'attribute the object has, for protection by attribute; repeatable', several, [])
    .option('--script <file>', 'file with the script of a script operation')
    .option(...jsonOption)
    .action((options: CheckOptions) => check(options, write));
  policy.command('status')
    .description('show what the brakes have counted and which have tripped, as the agent has kept it')
    .option(...configOption)
    .option(...jsonOption)
    .action((options: { config?: string; json?: boolean }) => status(options, write));
  policy.command('release')
    .description('let go of brakes that have tripped; their counts begin anew')
    .option(...configOption)
    .option('--brake <name>', 'only this brake')
    .option('--system <target>', 'only at this system, as `policy status` shows it')
    .option(...jsonOption)
    .action((options: ReleaseOptions) => release(options, write));
}

async function check(options: CheckOptions, write: Write): Promise<void> {
  const { readPolicyFile } = await import('../policy/read-policy.js');
  const { path, policy, digest } = await readPolicyFile(options.file ?? await policyFileOf(options.config));
  if (options.operation === undefined) {
    write(options.json === true ? jsonText({ file: path, digest, ...summary(policy) }) : `${path} is valid (${Object.entries(summary(policy)).map(([key, value]) => `${key} ${value}`).join(', ')}).\n`);
    return;
  }
  const [{ explain }, example] = await Promise.all([import('../policy/explain.js'), exampleOf(options, options.operation)]);
  const explanation = await explain(policy, example, await keptCounts(options.config));
  write(options.json === true ? jsonText({ file: path, digest, ...explanation }) : text(explanation, write));
}

function summary({ rules, protectedObjects, brakes, readOnly, default: effect }: Policy) {
  return { default: effect, readOnly, rules: rules.length, protected: protectedObjects.length, brakes: brakes.length };
}

function text({ allowed, by, steps }: Explanation, write: Write): string {
  const { good, bad } = coloursOf(write);
  return `${steps.map((step) => `  ${step}\n`).join('')}${allowed ? good('ALLOWED') : bad('REFUSED')} by ${by}\n`;
}

async function policyFileOf(config: string | undefined): Promise<string> {
  const { loadConfig } = await import('../config/load-config.js');
  const { policy } = await loadConfig(configFile(config));
  if (policy.file === undefined) throw new CliError('The configuration names no policy file (policy.file): everything is allowed as configured, but no scripts. To check a file, give --file.', EXIT.usage);
  return policy.file;
}

/** What the brakes of the configured agent have counted; nothing where no configuration is named. */
async function keptCounts(config: string | undefined): Promise<readonly KeptCount[]> {
  if ((config ?? process.env['CAUSEWAY_CONFIG'] ?? '') === '') return [];
  const { BrakeFile } = await import('../policy/brakes/brake-file.js');
  return new BrakeFile((await statePaths(config)).counts).read();
}

async function exampleOf(options: CheckOptions, operation: string): Promise<Example> {
  const [{ operationsOf, operationNames }, { closestWord }] = await Promise.all([import('../policy/operation-names.js'), import('../config/closest-word.js')]);
  const [kind, ...more] = operationsOf(operation) ?? [];
  if (kind === undefined || more.length > 0) {
    const meant = closestWord(operation, operationNames);
    throw new CliError(`--operation ${operation} is no single operation; ${meant === undefined || meant === operation ? `known: ${operationNames.filter((name) => operationsOf(name)?.length === 1).join(', ')}` : `did you mean ${meant}?`}`, EXIT.usage);
  }
  if (options.connector === undefined) throw new CliError('--operation needs --connector.', EXIT.usage);
  return {
    connector: options.connector, naming: await namingOf(options.connector), target: options.target, configuration: pairs('--configuration', options.configuration), operation: kind, objectClass: options.objectClass,
    principal: options.principal, uid: options.uid, name: options.name, attributes: pairs('--attribute', options.attribute), read: options.read,
    has: pairs('--has', options.has), script: options.script,
  };
}

/** Other names of attributes under the connector's default configuration. */
async function namingOf(id: string): Promise<Example['naming']> {
  const { loadConnector } = await import('../../connectors/registry.js');
  const connector = await loadConnector(id);
  if (connector?.attributeNaming === undefined) return undefined;
  const { namingByDefault } = await import('../policy/subject.js');
  return namingByDefault(connector);
}

function pairs(option: string, given: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const pair of given) {
    const at = pair.indexOf('=');
    if (at < 1) throw new CliError(`${option} ${pair}: give NAME=VALUE.`, EXIT.usage);
    const name = pair.slice(0, at);
    found.set(name, [...found.get(name) ?? [], pair.slice(at + 1)]);
  }
  return found;
}

async function statePaths(config: string | undefined): Promise<{ readonly counts: string; readonly releases: string }> {
  const [{ loadConfig }, { policyStatePaths }] = await Promise.all([import('../config/load-config.js'), import('../policy/state-paths.js')]);
  return policyStatePaths((await loadConfig(configFile(config))).agent.stateDirectory);
}

async function status(options: { config?: string; json?: boolean }, write: Write): Promise<void> {
  const { BrakeFile } = await import('../policy/brakes/brake-file.js');
  const counts = (await new BrakeFile((await statePaths(options.config)).counts).read()).map(({ brake, system, parts, tripped }) => ({
    brake, system, count: parts.reduce((sum, [, count]) => sum + count, 0), tripped: tripped === null ? null : new Date(tripped).toISOString(),
  }));
  if (options.json === true) write(jsonText(counts));
  else write(counts.length === 0 ? 'No brake has counted anything.\n' : counts.map(({ brake, system, count, tripped }) => `${brake.padEnd(20)} ${system.padEnd(40)} ${String(count).padStart(8)} ${tripped === null ? '' : `TRIPPED ${tripped}`}`.trimEnd()).join('\n').concat('\n'));
}

async function release({ config, brake, system, json }: ReleaseOptions, write: Write): Promise<void> {
  const { askForRelease, isDone } = await import('../policy/brakes/releases.js');
  const path = await askForRelease((await statePaths(config)).releases, { brake, system });
  const until = performance.now() + RELEASE_TIMEOUT;
  while (!await isDone(path)) {
    if (performance.now() > until) throw new CliError('The agent has not taken the request up: is it running, with this configuration? It will when it starts.');
    await pause(100);
  }
  write(json === true ? jsonText({ released: true, brake: brake ?? null, system: system ?? null }) : 'Released.\n');
}
