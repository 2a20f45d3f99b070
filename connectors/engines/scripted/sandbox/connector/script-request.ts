import {
  Attribute, ConnectorError, GuardedString, IcfArray, NAME, Name, OPTION, OperationOptions, PASSWORD, CURRENT_PASSWORD, SortKey, Uid, attributeKey, type IcfValue,
} from '../../../../../protocol/model/index.js';

/** Reads what a script hands to an operation. Throws `illegalArgument`, naming what is wrong. */

const SECRET: ReadonlySet<string> = new Set([PASSWORD, CURRENT_PASSWORD].map(attributeKey));

function refuse(what: string): never {
  throw new ConnectorError('illegalArgument', `${what}.`);
}

export function textArgument(given: IcfValue | undefined, what: string): string {
  return typeof given === 'string' && given.trim() !== '' ? given : refuse(`${what} has to be a text`);
}

/** A uid as text, as icf.uid(uid, revision), or an object with one. */
export function uidArgument(given: IcfValue | undefined): Uid {
  if (given instanceof Uid) return given;
  if (given instanceof Map) {
    const revision = given.get('revision');
    return new Uid(textArgument(given.get('uid'), 'The uid of the object'), typeof revision === 'string' ? revision : undefined);
  }
  return new Uid(textArgument(given, 'The uid'));
}

/** `{mail: ["a", "b"], sn: "x", title: null}`: one value, several, or none; null clears. Passwords may be texts. */
export function attributesArgument(given: IcfValue | undefined): Attribute[] {
  if (!(given instanceof Map)) return refuse('Attributes have to be an object: {name: value, …}');
  return [...given].map(([name, value]) => attribute(textArgument(name, 'The name of an attribute'), value));
}

function attribute(name: string, value: IcfValue): Attribute {
  if (attributeKey(name) === attributeKey(NAME)) return new Name(textArgument(Array.isArray(value) ? value[0] : value, '__NAME__'));
  if (value === null) return new Attribute(name, null);
  const values = Array.isArray(value) ? value : value instanceof Set ? [...value] : [value];
  return new Attribute(name, SECRET.has(attributeKey(name)) ? values.map((one) => (typeof one === 'string' ? new GuardedString(one) : one)) : values);
}

/** `{attributesToGet: ["mail"], sortKeys: ["-sn"], pageSize: 100, …}`; what is no standard option goes to the connector as it is. */
export function optionsArgument(given: IcfValue | undefined): OperationOptions {
  if (given === null || given === undefined) return OperationOptions.none;
  if (!(given instanceof Map)) return refuse('Options have to be an object: {name: value, …}');
  return new OperationOptions(new Map([...given].map(([name, value]) => option(textArgument(name, 'The name of an option'), value))));
}

function option(name: string, value: IcfValue): [string, IcfValue] {
  const key = Object.hasOwn(OPTION, name) ? OPTION[name as keyof typeof OPTION] : name;
  if (key === OPTION.attributesToGet) return [key, new IcfArray('String', texts(value, name))];
  if (key === OPTION.sortKeys) return [key, new IcfArray('SortKey', texts(value, name).map((field) => new SortKey(field.replace(/^[-+]/, ''), !field.startsWith('-'))))];
  if (key === OPTION.runWithPassword && typeof value === 'string') return [key, new GuardedString(value)];
  return [key, value];
}

function texts(given: IcfValue, name: string): string[] {
  return Array.isArray(given) ? given.map((one) => textArgument(one, `Each of ${name}`)) : refuse(`${name} has to be a list of texts`);
}

/** A password: a text, or a secret the script was given. */
export function passwordArgument(given: IcfValue | undefined): GuardedString {
  if (given instanceof GuardedString) return given;
  return typeof given === 'string' ? new GuardedString(given) : refuse('The password has to be a text or a secret');
}
