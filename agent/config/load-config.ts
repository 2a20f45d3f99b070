import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument, type Document, type Node, type YAMLError } from 'yaml';
import { agentConfigSchema, type AgentConfig } from './agent-config.js';
import { ConfigError, configProblems, type ConfigProblem } from './config-problems.js';
import { bindSecrets } from './secret-reference.js';
import { secretSourcesOf } from '../secrets/secret-sources.js';
import { applyEnvironment, type Override } from './environment-overrides.js';
import { isTooDeep } from './yaml-depth.js';

const MAX_FILE_BYTES = 1_048_576;

/** Reads, overrides from the environment, and checks. Throws a {@link ConfigError} with every problem found. */
export async function loadConfig(file: string, environment: NodeJS.ProcessEnv = process.env): Promise<AgentConfig> {
  const path = resolve(file);
  return readConfig(await readText(path), path, environment);
}

async function readText(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > MAX_FILE_BYTES) throw new ConfigError([`${path}: is larger than ${MAX_FILE_BYTES} bytes`]);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError([`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`]);
  }
}

/** Checks the text of a configuration; `path` gives the directory for relative paths and the name in messages. */
export function readConfig(text: string, path: string, environment: NodeJS.ProcessEnv = {}): AgentConfig {
  if (isTooDeep(text)) throw new ConfigError([`${path}: is nested too deeply`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  // A warning is a tag nobody knows: `!env NAME` must not become the text NAME.
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    throw new ConfigError(faults.map((fault) => `${path}:${lines.linePos(fault.pos[0]).line}: ${faultText(fault)}`));
  }
  const settings = toSettings(document, path);
  if (typeof settings !== 'object' || Array.isArray(settings)) throw new ConfigError([`${path}: expected a mapping of settings, found something else`]);
  const schema = agentConfigSchema(dirname(path));
  const overrides = applyEnvironment(settings as Record<string, unknown>, schema, environment);
  const result = schema.safeParse(settings);
  if (result.success) {
    bindSecrets(result.data, secretSourcesOf(result.data));
    return result.data;
  }
  const problems = configProblems(schema, settings, result.error.issues);
  throw new ConfigError(problems.map((problem) => `${placeOf(problem, path, document, lines, overrides)}: ${problem.path === '' ? '' : `${problem.path}: `}${problem.text}`));
}

function faultText({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document starts here; a configuration is one document, without a line "---" in between';
  return code === 'TAG_RESOLVE_FAILED' ? `${message}; tags have no meaning here, write the value without one (secrets: {file: PATH} or {env: NAME})` : message;
}

/** Aliases are resolved here: one without an anchor, or a file that is nothing but aliases of aliases, shows only now. */
function toSettings(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    throw new ConfigError([`${path}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

/** File and line, or the environment variable that set the value. */
function placeOf(problem: ConfigProblem, path: string, document: Document, lines: LineCounter, overrides: readonly Override[]): string {
  const override = overrides.find((candidate) => candidate.path.every((key, index) => index >= problem.keys.length || problem.keys[index] === key));
  if (override !== undefined && problem.keys.length > 0) return override.variable;
  for (let depth = problem.keys.length; depth > 0; depth -= 1) {
    const offset = (document.getIn(problem.keys.slice(0, depth), true) as Node | undefined)?.range?.[0];
    if (offset !== undefined) return `${path}:${lines.linePos(offset).line}`;
  }
  return path;
}
