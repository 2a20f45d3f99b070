import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseDocument, type Document } from 'yaml';
import { CliError, EXIT } from '../../deploy/runtime/exit-codes.js';
import { controllerConfigSchema, type ControllerConfig } from './controller-config.js';
import { isTooDeep } from './yaml-depth.js';

/** Everything that is wrong with a configuration, one line each. */
export class ConfigError extends CliError {
  override readonly name = 'ConfigError';
  /** Each by itself, the setting first; one when it is about the file as a whole. */
  readonly problems: readonly string[];

  constructor(message: string, options: { readonly cause?: unknown; readonly problems?: readonly string[] } = {}) {
    super(message, EXIT.usage, options);
    this.problems = options.problems ?? [message];
  }
}

/** Reads a YAML file. Throws a {@link ConfigError} that names each key and what is expected there. */
export async function loadConfig(file: string): Promise<ControllerConfig> {
  const path = resolve(file);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${path} cannot be read: ${error instanceof Error ? error.message : 'unknown reason'}`, { cause: error });
  }
  return parseConfig(text, path);
}

/** See {@link loadConfig}; `path` is where the text comes from, for relative paths and messages. */
export function parseConfig(text: string, path: string): ControllerConfig {
  if (isTooDeep(text)) throw new ConfigError(`${path} is nested too deeply`);
  const document = parseDocument(text, { prettyErrors: true });
  const [problem] = document.errors;
  if (problem !== undefined) throw new ConfigError(`${path}: ${problem.message}`);
  const parsed = controllerConfigSchema(dirname(path)).safeParse(toSettings(document, path));
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.flatMap((issue) => {
    const where = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${where === '' ? '' : `${where}.`}${key}: there is no such setting`);
    return [`${where === '' ? 'the file' : where}: ${issue.message}`];
  });
  throw new ConfigError([`${path} cannot be used:`, ...lines.map((line) => `  ${line}`)].join('\n'), { problems: lines });
}

/** Aliases are resolved here: a file that is nothing but aliases of aliases, or one without an anchor, shows only now. */
function toSettings(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    throw new ConfigError(`${path}: ${error instanceof Error ? error.message : 'cannot be read'}`, { cause: error });
  }
}
