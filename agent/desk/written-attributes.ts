import { readFile } from 'node:fs/promises';
import { Attribute, attributeKey, type UpdateType } from '../../protocol/model/index.js';
import { isObject, parseJson, setKey, type JsonObject, type JsonValue } from '../../protocol/crest/json.js';
import { createAttributes, toAttribute, updateAttributes } from '../../protocol/provisioner/write-object.js';
import type { PropertyType } from '../../protocol/provisioner/object-type.js';
import { CliError, EXIT } from '../cli/exit-codes.js';
import type { DeskIo } from './desk-session.js';
import { nameAndValue, valueFrom } from './given-properties.js';
import { nativeNameOf, type Shape } from './object-classes.js';
import { isConfidential } from './object-json.js';

export interface WrittenOptions {
  readonly value: readonly string[];
  readonly valueFrom: readonly string[];
  readonly clear: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly input?: string | undefined;
}

const LARGEST_INPUT = 16 * 1024 ** 2;

/** The attributes of a create. Throws a CliError or a ResourceError that names the property. */
export async function createdAttributes(shape: Shape, options: WrittenOptions, io: DeskIo): Promise<readonly Attribute[]> {
  if (options.add.length + options.remove.length + options.clear.length > 0) throw new CliError('--add, --remove and --clear are for an update; a create takes --value.', EXIT.usage);
  const content = await contentOf(shape, options, io);
  for (const property of known(shape, content)) if (!property.isCreatable) throw new CliError(`${property.name} cannot be set when an object is created (NOT_CREATABLE).`, EXIT.usage);
  return [...createAttributes(shape.type, ofType(shape, content), undefined), ...others(shape, content)];
}

/** The attributes of an update, all of one kind. Throws a CliError or a ResourceError that names the property. */
export async function changedAttributes(shape: Shape, options: WrittenOptions, io: DeskIo): Promise<{ readonly updateType: UpdateType; readonly attributes: readonly Attribute[] }> {
  const content = await contentOf(shape, options, io);
  for (const name of options.clear) setKey(content, shownName(shape, name, '--clear'), null);
  const kinds = [Object.keys(content).length > 0, options.add.length > 0, options.remove.length > 0].filter(Boolean).length;
  if (kinds !== 1) throw new CliError(kinds === 0 ? 'Say what to change: --value NAME=VALUE, --clear NAME, --add NAME=VALUE, --remove NAME=VALUE or --input FILE.' : 'An update replaces values, adds some or removes some: one of these at a time.', EXIT.usage);
  for (const property of known(shape, content)) if (!property.isUpdateable) throw new CliError(`${property.name} cannot be changed (NOT_UPDATEABLE).`, EXIT.usage);
  if (options.add.length > 0) return { updateType: 'ADD', attributes: valuesOf(shape, '--add', options.add) };
  if (options.remove.length > 0) return { updateType: 'REMOVE', attributes: valuesOf(shape, '--remove', options.remove) };
  return { updateType: 'REPLACE', attributes: [...updateAttributes(shape.type, ofType(shape, content)), ...others(shape, content)] };
}

function valuesOf(shape: Shape, option: string, given: readonly string[]): readonly Attribute[] {
  const content = fromOptions(shape, option, given);
  return known(shape, content).flatMap((property) => toAttribute(property, content[property.name] ?? null) ?? []);
}

function known({ type }: Shape, content: JsonObject): readonly PropertyType[] {
  return Object.keys(content).flatMap((name) => type.properties.get(name) ?? []);
}

/** Of classes that told nothing of their attributes: what is given goes to the connector as it is. */
function others({ type }: Shape, content: JsonObject): readonly Attribute[] {
  return Object.entries(content).filter(([name]) => !type.properties.has(name) && !name.startsWith('_')).map(([name, value]) => new Attribute(name, value === null ? null : (Array.isArray(value) ? value : [value]).map(String)));
}

function ofType({ type }: Shape, content: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(content).filter(([name]) => type.properties.has(name) || name.startsWith('_')));
}

async function contentOf(shape: Shape, options: WrittenOptions, io: DeskIo): Promise<JsonObject> {
  const content = options.input === undefined ? {} : await inputOf(options.input, shape, io);
  for (const [name, value] of Object.entries(fromOptions(shape, '--value', options.value))) setKey(content, name, value);
  for (const given of options.valueFrom) {
    const [name, source] = nameAndValue('--value-from', given);
    setKey(content, shownName(shape, name, '--value-from'), await valueFrom('--value-from', name, source, io.environment));
  }
  return content;
}

function fromOptions(shape: Shape, option: string, given: readonly string[]): JsonObject {
  const content: JsonObject = {};
  for (const pair of given) {
    const [name, value] = nameAndValue(option, pair);
    const shown = shownName(shape, name, option);
    const property = shape.type.properties.get(shown);
    if (isConfidential({ name: property?.nativeName ?? name, values: null }, property)) throw new CliError(`${option} ${name}: this is a secret, and what stands on the command line every user of the machine can read. Give it with --value-from ${name}=env:VARIABLE or ${name}=file:PATH, and take another value than that one.`, EXIT.usage);
    const before = content[shown];
    setKey(content, shown, before === undefined ? (property?.isMultivalued === true ? [value] : value) : [...(Array.isArray(before) ? before : [before]), value]);
  }
  return content;
}

function shownName(shape: Shape, name: string, option: string): string {
  const native = nativeNameOf(shape, name, option);
  return shape.type.byNativeName.get(attributeKey(native))?.name ?? native;
}

async function inputOf(path: string, shape: Shape, io: DeskIo): Promise<JsonObject> {
  const text = path === '-' ? await allOf(io) : await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CliError(`--input ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`, EXIT.usage);
  });
  const value = parsed(text);
  if (!isObject(value)) throw new CliError('--input takes one JSON object.', EXIT.usage);
  for (const name of Object.keys(value)) if (!name.startsWith('_') || shape.type.properties.has(name)) nativeNameOf(shape, name, '--input');
  return value;
}

function parsed(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch {
    // Not the parser's message: it repeats some of the text.
    throw new CliError('--input holds no JSON.', EXIT.usage);
  }
}

async function allOf({ input }: DeskIo): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of input) {
    const piece = Buffer.from(part as Uint8Array | string);
    bytes += piece.length;
    if (bytes > LARGEST_INPUT) throw new CliError(`--input is larger than ${LARGEST_INPUT} bytes.`, EXIT.usage);
    parts.push(piece);
  }
  return Buffer.concat(parts).toString('utf8');
}
