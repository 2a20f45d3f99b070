import { readFile } from 'node:fs/promises';
import { GuardedString, IcfArray, OPTION, OperationOptions, Script, Uid, type IcfValue } from '../../protocol/model/index.js';
import { isObject, parseJson, writeJson, type JsonObject, type JsonValue } from '../../protocol/crest/json.js';
import { naturalIcfValue } from '../../protocol/provisioner/coerce.js';
import { naturalJson } from '../../protocol/provisioner/json-form.js';
import { CliError, EXIT } from '../cli/exit-codes.js';
import { notOffered, withDesk, type DeskIo, type DeskOptions, type DeskSession } from './desk-session.js';
import { valueFrom } from './given-properties.js';
import { nativeNameOf } from './object-classes.js';
import { objectJson } from './object-json.js';
import { schemaJson } from './recording/recorded-schema.js';
import { cell } from './row-table.js';
import { milliseconds } from './timings.js';

export interface ObjectOptions extends DeskOptions {
  readonly class: string;
  readonly uid: string;
  readonly attributes?: string | undefined;
}

export interface LoginOptions extends DeskOptions {
  readonly class: string;
  readonly username: string;
  readonly passwordFrom: string;
}

export interface ScriptOptions extends DeskOptions {
  readonly file: string;
  readonly language: string;
  readonly argument: readonly string[];
  readonly onResource?: boolean | undefined;
}

async function tell({ output, isJson }: DeskSession, json: JsonObject, text: string): Promise<void> {
  await output.write(isJson ? `${writeJson(json, 2)}\n` : `${text}\n`);
  await output.flush();
}

/** `connectors test`: whether the target can be reached and used with this configuration. */
export function test(options: DeskOptions, io: DeskIo): Promise<void> {
  return withDesk(options, io, async (session) => {
    const { desk, target } = session;
    await desk.facade.perform({ kind: 'validate' }, session.call());
    const valid = session.elapsed();
    if (desk.facade.supportedOperations.has('TestApiOp')) await desk.facade.perform({ kind: 'test' }, session.call());
    else session.note('The connector has no test operation: only the configuration was checked.');
    await tell(session, { ok: true, system: target.name, connector: target.connector.id, milliseconds: Math.round(session.elapsed()) }, `${target.name}: ok (configuration ${milliseconds(valid)}, target ${milliseconds(session.elapsed() - valid)})`);
  });
}

/** `connectors validate`: whether the configuration is right, without the target. */
export function validate(options: DeskOptions, io: DeskIo): Promise<void> {
  return withDesk(options, io, async (session) => {
    await session.desk.facade.perform({ kind: 'validate' }, session.call());
    await tell(session, { ok: true, system: session.target.name, connector: session.target.connector.id }, `${session.target.name}: the configuration is valid`);
  });
}

/** `connectors schema`: object classes with their attributes, as the target tells. */
export function schema(options: DeskOptions, io: DeskIo): Promise<void> {
  return withDesk(options, io, async (session) => {
    const refused = notOffered(session, 'SchemaApiOp', 'schema');
    if (refused !== undefined) throw refused;
    const found = await session.desk.facade.perform({ kind: 'schema' }, session.call());
    if (found === null) throw new CliError('The target tells no schema.');
    const lines = found.objectClasses.flatMap(({ type, attributes }) => [type, ...attributes.map(({ name, type: of, flags }) => `  ${name} (${[of, ...flags.map((flag) => flag.toLowerCase().replaceAll('_', ' '))].join(', ')})`)]);
    await tell(session, schemaJson(found), lines.join('\n'));
  });
}

/** `connectors get`: one object by its uid. */
export function get(options: ObjectOptions, io: DeskIo): Promise<void> {
  return withDesk(options, io, async (session) => {
    const refused = notOffered(session, 'GetApiOp', 'get');
    if (refused !== undefined) throw refused;
    const shape = await session.shapeOf(options.class);
    const names = options.attributes?.split(',').map((name) => nativeNameOf(shape, name.trim(), '--attributes'));
    const asked = names === undefined ? OperationOptions.none : OperationOptions.none.with(OPTION.attributesToGet, new IcfArray('String', names));
    const object = await session.desk.facade.perform({ kind: 'get', objectClass: shape.type.objectClass, uid: new Uid(options.uid), options: asked }, session.call());
    if (object === null) throw new CliError(`There is no ${shape.type.name} with the uid ${options.uid}.`);
    const json = objectJson(object, shape);
    const width = Math.max(...Object.keys(json).map((name) => name.length));
    await tell(session, json, Object.entries(json).map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}`).join('\n'));
    session.note(milliseconds(session.elapsed()));
  });
}

/** `connectors authenticate`: whether a password is right. */
export function authenticate(options: LoginOptions, io: DeskIo): Promise<void> {
  return withDesk(options, io, async (session) => {
    const refused = notOffered(session, 'AuthenticationApiOp', 'authenticate');
    if (refused !== undefined) throw refused;
    const shape = await session.shapeOf(options.class);
    const password = new GuardedString(await valueFrom('--password-from', '', options.passwordFrom, io.environment));
    const uid = await session.desk.facade.perform({ kind: 'authenticate', objectClass: shape.type.objectClass, username: options.username, password, options: OperationOptions.none }, session.call());
    await tell(session, { _id: uid?.value ?? null }, `${options.username}: the password is right${uid === null ? '' : `; uid ${uid.value}`}`);
  });
}

/** `connectors script`: runs a script beside the connector, or on the target. */
export function script(options: ScriptOptions, io: DeskIo): Promise<void> {
  return withDesk(options, io, async (session) => {
    const kind = options.onResource === true ? 'scriptOnResource' : 'scriptOnConnector';
    const refused = notOffered(session, options.onResource === true ? 'ScriptOnResourceApiOp' : 'ScriptOnConnectorApiOp', kind);
    if (refused !== undefined) throw refused;
    const text = await readFile(options.file, 'utf8').catch((error: unknown) => {
      throw new CliError(`--file ${options.file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`, EXIT.usage);
    });
    const result = await session.desk.facade.perform({ kind, script: new Script(options.language, text), scriptArguments: new Map(options.argument.map(argumentOf)), options: OperationOptions.none }, session.call());
    await tell(session, { result: naturalJson(result) }, cell(naturalJson(result)));
  });
}

/** A value that is JSON is that; anything else is text. */
function argumentOf(given: string): [string, IcfValue] {
  const at = given.indexOf('=');
  if (at < 1) throw new CliError('--argument needs NAME=VALUE.', EXIT.usage);
  return [given.slice(0, at), naturalIcfValue(argumentValue(given.slice(at + 1)))];
}

function argumentValue(text: string): JsonValue {
  try {
    const value = parseJson(text);
    return isObject(value) || Array.isArray(value) || typeof value !== 'object' ? value : text;
  } catch {
    return text;
  }
}
