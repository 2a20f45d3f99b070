import { open, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { parseDocument } from 'yaml';
import { CliError, EXIT } from '../../cli/exit-codes.js';
import type { AgentConfig } from '../../config/agent-config.js';
import { isTooDeep } from '../../config/yaml-depth.js';
import { readPolicyFile } from '../../policy/read-policy.js';
import { readSystemFile } from '../system-file.js';
import type { Scrubber } from '../scrubber.js';
import type { Walked } from '../walk.js';
import { machineFacts, stateFiles } from './machine.js';
import { publicCertificates } from './public-certificates.js';
import { redactedConfiguration, shapeOf } from './redact-configuration.js';
import { tarOf, type TarEntry } from './tar-writer.js';

export interface BundleSources {
  /** The configuration file. */
  readonly file: string | undefined;
  /** A log of the agent. */
  readonly log: string | undefined;
  readonly systems: readonly string[];
}

const LOG_TAIL_BYTES = 1024 ** 2;
const FOLDER = 'causeway-support';

const README = `A support bundle of Causeway, written by \`causeway doctor --bundle\`.

findings.json       what the doctor found, step by step
configuration.json  the agent's configuration as it applies; secrets, and what refers to them, are ***
machine.json        versions, operating system, limits
certificates.*      the public parts of certificates that are used and trusted
state.json          identity, policy, and the files of the state directory by name and size; no content
systems.json        systems that were tried: connector and names of properties, no values
status.json         what the running agent said of itself, if one answered
log.txt             the end of the log, if one was given; lines with a known secret in them are left out

Look through it before you send it: host names, paths and names of people can be in it.
`;

/** Writes the bundle (0600), which must not be there yet. Throws a {@link CliError} when it cannot be written. */
export async function writeBundle(path: string, walked: Walked, sources: BundleSources): Promise<void> {
  const archive = tarOf(await bundleEntries(walked, sources), Math.floor(Date.now() / 1000));
  try {
    await writeFile(path, await promisify(gzip)(archive), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError(code === 'EEXIST' ? `${path} is there already; give another name.` : `${path} cannot be written (${code ?? 'unknown error'}).`, EXIT.failure);
  }
}

/** Every entry has passed the scrubber; one that would still hold a secret is left out. */
export async function bundleEntries({ findings, config, running, identity, scrubber }: Walked, { file, log, systems }: BundleSources): Promise<TarEntry[]> {
  const documents: [string, unknown][] = [
    ['findings.json', findings],
    ['configuration.json', config === undefined ? await shapeOfFile(file) : redactedConfiguration(config)],
    ['machine.json', await machineFacts()],
    ['state.json', config === undefined ? undefined : await stateOf(config, identity)],
    ['systems.json', systems.length === 0 ? undefined : await Promise.all(systems.map(systemOf))],
    ['status.json', running?.status],
  ];
  const certificates = config === undefined ? undefined : await publicCertificates(config, identity);
  const entries: TarEntry[] = [entry('README.txt', README)];
  for (const [name, content] of [...documents, ['certificates.json', certificates?.list] as const]) {
    if (content !== undefined) entries.push(entry(name, `${JSON.stringify(scrubber.values(plain(content)), null, 2)}\n`));
  }
  if (certificates !== undefined && certificates.pem !== '') entries.push(entry('certificates.pem', certificates.pem));
  if (log !== undefined) entries.push({ name: `${FOLDER}/log.txt`, content: scrubber.lines(await tailOf(log)) });
  return entries.map((each) => checked(each, scrubber));
}

function entry(name: string, text: string): TarEntry {
  return { name: `${FOLDER}/${name}`, content: Buffer.from(text) };
}

function checked(one: TarEntry, scrubber: Scrubber): TarEntry {
  return scrubber.isClean(one.content) ? one : { name: one.name, content: Buffer.from('Left out: it held a secret.\n') };
}

/** As JSON would write it, so that nothing shows up later that was not looked at. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item)));
}

async function shapeOfFile(file: string | undefined): Promise<unknown> {
  if (file === undefined) return undefined;
  try {
    const text = await readFile(file, 'utf8');
    return isTooDeep(text) ? 'nested too deeply' : { note: 'The file is no valid configuration: only its shape is shown.', shape: shapeOf(parseDocument(text).toJS({ maxAliasCount: 100 })) };
  } catch {
    return 'cannot be read';
  }
}

async function stateOf(config: AgentConfig, identity: Walked['identity']): Promise<object> {
  const { policy: { file }, agent: { stateDirectory } } = config;
  const policy = file === undefined ? undefined : await readPolicyFile(file).then(({ digest, policy: { rules, brakes, protectedObjects, readOnly, default: effect } }) => ({ digest, rules: rules.length, brakes: brakes.length, protected: protectedObjects.length, readOnly, default: effect }), () => 'cannot be read');
  return {
    identity: identity === undefined ? undefined : { agent: identity.agent, renewAfter: identity.renewAfter, source: identity.isByAcme ? 'acme' : 'enrolment' },
    policy, files: await stateFiles(stateDirectory),
  };
}

async function systemOf(path: string): Promise<object> {
  try {
    const { name, connectorRef, properties } = await readSystemFile(path);
    return { name, connectorRef, properties: Object.keys(properties) };
  } catch {
    return { path, problem: 'cannot be read' };
  }
}

/** The last of it; a first line that is not whole is left out, because a secret in it could not be known. */
async function tailOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r').catch((error: unknown) => { throw new CliError(`--log ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`, EXIT.usage); });
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - LOG_TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, LOG_TAIL_BYTES)), 0, Math.min(size, LOG_TAIL_BYTES), start);
    const bytes = buffer.subarray(0, bytesRead);
    return start === 0 ? bytes : bytes.subarray(bytes.indexOf(0x0a) + 1);
  } finally {
    await file.close();
  }
}
