import { readFile } from 'node:fs/promises';
import type { ConfigurationProperty } from '../../protocol/model/index.js';
import { parseJson, type JsonObject, type JsonValue } from '../../protocol/crest/json.js';
import { CliError, EXIT } from '../cli/exit-codes.js';
import { closestWord } from '../config/closest-word.js';

const LARGEST_SECRET = 1_048_576;

/** Splits `name=value`. Throws a CliError that does not repeat the value. */
export function nameAndValue(option: string, given: string): readonly [name: string, value: string] {
  const at = given.indexOf('=');
  if (at < 1) throw new CliError(`${option} needs NAME=VALUE.`, EXIT.usage);
  return [given.slice(0, at), given.slice(at + 1)];
}

/** Reads `env:NAME` or `file:PATH`, less one line break at its end. Throws a CliError without the value. */
export async function valueFrom(option: string, name: string, source: string, environment: NodeJS.ProcessEnv): Promise<string> {
  if (source.startsWith('env:')) {
    const value = environment[source.slice(4)];
    if (value === undefined || value === '') throw new CliError(`${option} ${name}: the environment variable ${source.slice(4)} is not set.`, EXIT.usage);
    return value;
  }
  if (!source.startsWith('file:')) throw new CliError(`${option} ${name}: give env:VARIABLE or file:PATH, not the value itself.`, EXIT.usage);
  const path = source.slice(5);
  try {
    const bytes = await readFile(path);
    if (bytes.length > LARGEST_SECRET) throw new CliError(`${option} ${name}: ${path} is larger than ${LARGEST_SECRET} bytes.`, EXIT.usage);
    const text = bytes.toString('utf8');
    bytes.fill(0);
    return text.endsWith('\r\n') ? text.slice(0, -2) : text.endsWith('\n') ? text.slice(0, -1) : text;
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${option} ${name}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`, EXIT.usage);
  }
}

/** A property of the connector by its name. Throws a CliError with what was perhaps meant. */
export function knownProperty(option: string, name: string, connector: string, properties: readonly ConfigurationProperty[]): ConfigurationProperty {
  const found = properties.find((property) => property.name === name);
  if (found !== undefined) return found;
  const meant = closestWord(name, properties.map((property) => property.name));
  throw new CliError(`${option} ${name}: ${connector} has no configuration property of this name; ${meant === undefined ? `see \`causeway connectors describe ${connector}\`` : `did you mean ${meant}?`}`, EXIT.usage);
}

export interface GivenProperties {
  readonly set: readonly string[];
  readonly setFrom: readonly string[];
}

/** What `--set` and `--set-from` say, by property. A value of a list that begins with `[` is JSON; else each `--set` adds one. */
export async function givenProperties({ set, setFrom }: GivenProperties, connector: string, properties: readonly ConfigurationProperty[], environment: NodeJS.ProcessEnv): Promise<JsonObject> {
  const values: JsonObject = {};
  for (const given of set) {
    const [name, text] = nameAndValue('--set', given);
    const property = knownProperty('--set', name, connector, properties);
    if (property.confidential) throw new CliError(`--set ${name}: this property is confidential, and what stands on the command line every user of the machine can read. Give it with --set-from ${name}=env:VARIABLE or ${name}=file:PATH, and take another value than that one.`, EXIT.usage);
    const isList = property.type.endsWith('[]') && property.type !== 'byte[]';
    values[name] = isList ? [...listOf(values[name]), ...listItems(name, text)] : text;
  }
  for (const given of setFrom) {
    const [name, source] = nameAndValue('--set-from', given);
    knownProperty('--set-from', name, connector, properties);
    values[name] = await valueFrom('--set-from', name, source, environment);
  }
  return values;
}

function listOf(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function listItems(name: string, text: string): JsonValue[] {
  if (!text.startsWith('[')) return [text];
  try {
    return listOf(parseJson(text));
  } catch (error) {
    throw new CliError(`--set ${name}: what begins with [ has to be a JSON list (${error instanceof Error ? error.message : String(error)}).`, EXIT.usage);
  }
}
