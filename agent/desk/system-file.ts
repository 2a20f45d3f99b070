import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { getKey, isObject, setKey, type JsonObject, type JsonValue } from '../../protocol/crest/json.js';
import { compileObjectType, type ObjectType } from '../../protocol/provisioner/object-type.js';
import { LARGEST_PROVISIONER_FILE, controllerValues, parseProvisionerFile, systemNameOf } from '../../protocol/provisioner/provisioner-file.js';
import { propertySource, substituteProperties } from '../../protocol/provisioner/property-references.js';
import { provisionerSource, schemaProblems, type ProvisionerSource } from '../../protocol/provisioner/provisioner-source.js';
import { CliError, EXIT } from '../cli/exit-codes.js';

/** A `provisioner.openicf-*.json` that can be used here. */
export interface SystemFile {
  readonly name: string;
  readonly source: ProvisionerSource;
  readonly types: ReadonlyMap<string, ObjectType>;
}

/**
 * Reads a provisioner file as IDM has it. `replaced`: properties whose values are given elsewhere, so that what stands in the file
 * need not be readable. Throws a CliError that says what is wrong and what to do.
 */
export async function readSystemFile(path: string, replaced: JsonObject, environment: NodeJS.ProcessEnv): Promise<SystemFile> {
  const raw = withReplaced(await jsonOf(path), replaced);
  const encrypted = controllerValues(getKey(raw, 'configurationProperties') ?? null, 'configurationProperties').filter(({ kind }) => kind === 'encrypted').map((value) => value.path);
  const [first] = encrypted;
  if (first !== undefined) {
    const name = first.split('.')[1] ?? first;
    throw new CliError(`${path}: ${encrypted.join(', ')} ${encrypted.length === 1 ? 'is' : 'are'} encrypted ($crypto) with a key that only the IDM has which wrote the file. Give the value with --set-from ${name}=env:VARIABLE or ${name}=file:PATH; the file stays as it is.`, EXIT.usage);
  }
  try {
    const resolved = substituteProperties(raw, propertySource(new Map(), environment), 'the environment under this name or, with dots, in capitals with underscores (idm.host as IDM_HOST), or give the property with --set or --set-from');
    const parsed = provisionerSource.safeParse(withName(resolved, path));
    if (!parsed.success) throw new CliError(`${path}: ${schemaProblems(parsed.error)}`, EXIT.usage);
    const types = new Map(Object.entries(parsed.data.objectTypes).map(([name, type]) => [name, compileObjectType(name, type)]));
    return { name: parsed.data.name, source: parsed.data, types };
  } catch (error) {
    if (error instanceof TypeError) throw new CliError(`${path}: ${error.message}`, EXIT.usage);
    throw error;
  }
}

async function jsonOf(path: string): Promise<JsonObject> {
  try {
    if ((await stat(path)).size > LARGEST_PROVISIONER_FILE) throw new CliError(`${path} is larger than ${LARGEST_PROVISIONER_FILE} bytes.`, EXIT.usage);
    return parseProvisionerFile(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof CliError) throw error;
    if (error instanceof TypeError) throw new CliError(`${path} ${error.message}; --system takes a provisioner.openicf-NAME.json as IDM has it.`, EXIT.usage);
    throw new CliError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`, EXIT.usage);
  }
}

function withReplaced(file: JsonObject, replaced: JsonObject): JsonObject {
  const present = getKey(file, 'configurationProperties');
  const properties: JsonObject = isObject(present) ? { ...present } : {};
  for (const [name, value] of Object.entries(replaced)) setKey(properties, name, value);
  return { ...file, configurationProperties: properties };
}

/** IDM takes the name from the file's name where the file has none. */
function withName(value: JsonValue, path: string): JsonValue {
  if (!isObject(value) || value['name'] !== undefined) return value;
  return { ...value, name: systemNameOf(path) ?? basename(path, '.json') };
}
