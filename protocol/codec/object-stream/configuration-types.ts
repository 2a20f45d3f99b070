import {
  GuardedByteArray, GuardedString, IcfArray, IcfCharacter, IcfDouble, IcfFile, IcfFloat, IcfUri, Script, type IcfValue,
} from '../../model/index.js';
import { PRIMITIVES, splitTypeName } from './type-names.js';

/** The types a configuration property can have, each with the test for a value of it (protocol section 8.2). */
const CONFIGURATION_TYPES: ReadonlyMap<string, (value: IcfValue) => boolean> = new Map<string, (value: IcfValue) => boolean>([
  ['String', (value) => typeof value === 'string'],
  ['Integer', (value) => typeof value === 'number'],
  ['Long', (value) => typeof value === 'bigint'],
  ['Boolean', (value) => typeof value === 'boolean'],
  ['Double', (value) => value instanceof IcfDouble],
  ['Float', (value) => value instanceof IcfFloat],
  ['Character', (value) => value instanceof IcfCharacter],
  ['URI', (value) => value instanceof IcfUri],
  ['File', (value) => value instanceof IcfFile],
  ['GuardedString', (value) => value instanceof GuardedString],
  ['GuardedByteArray', (value) => value instanceof GuardedByteArray],
  ['Script', (value) => value instanceof Script],
]);

function testFor(base: string): ((value: IcfValue) => boolean) | undefined {
  return CONFIGURATION_TYPES.get(PRIMITIVES.get(base) ?? base);
}

/** Whether a configuration property may have the type; arrays of these types are fine too. */
export function isConfigurationType(typeName: string): boolean {
  return testFor(splitTypeName(typeName).base) !== undefined;
}

/** Whether the value is one of the type, or null, as Java demands when the configuration is used. */
export function isValueOfType(typeName: string, value: IcfValue): boolean {
  if (value === null) return true;
  if (!typeName.endsWith('[]')) return testFor(typeName)?.(value) ?? false;
  const component = typeName.slice(0, -2);
  return value instanceof IcfArray && value.componentType === component && value.items.every((item) => isValueOfType(component, item));
}
