/** ICF value types as `nativeType` names them; `Object` takes anything, `Number` any number. */
export type NativeType =
  | 'Object' | 'Boolean' | 'Integer' | 'Long' | 'Double' | 'Float' | 'Number' | 'Map' | 'String' | 'BigDecimal' | 'BigInteger'
  | 'ByteArray' | 'Byte' | 'Character' | 'File' | 'URI' | 'GuardedString' | 'GuardedByteArray' | 'Script' | 'Name' | 'Uid'
  | 'ObjectClass' | 'QualifiedUid';

/** What decides the JSON form of a property. */
export const JSON_TYPES = ['any', 'boolean', 'integer', 'number', 'object', 'string', 'array'] as const;
export type JsonType = (typeof JSON_TYPES)[number];

const NATIVE_TYPES: Readonly<Record<string, NativeType>> = {
  any: 'Object', boolean: 'Boolean', integer: 'Integer', number: 'Number', object: 'Map', string: 'String', array: 'Object',
  JAVA_TYPE_BIGDECIMAL: 'BigDecimal', JAVA_TYPE_BIGINTEGER: 'BigInteger', JAVA_TYPE_PRIMITIVE_BOOLEAN: 'Boolean',
  JAVA_TYPE_BYTE_ARRAY: 'ByteArray', JAVA_TYPE_CHAR: 'Character', JAVA_TYPE_CHARACTER: 'Character', JAVA_TYPE_DATE: 'String',
  JAVA_TYPE_PRIMITIVE_DOUBLE: 'Double', JAVA_TYPE_DOUBLE: 'Double', JAVA_TYPE_FILE: 'File', JAVA_TYPE_PRIMITIVE_FLOAT: 'Float',
  JAVA_TYPE_FLOAT: 'Float', JAVA_TYPE_GUARDEDBYTEARRAY: 'GuardedByteArray', JAVA_TYPE_GUARDEDSTRING: 'GuardedString',
  JAVA_TYPE_INT: 'Integer', JAVA_TYPE_PRIMITIVE_LONG: 'Long', JAVA_TYPE_LONG: 'Long', JAVA_TYPE_NAME: 'Name',
  JAVA_TYPE_OBJECTCLASS: 'ObjectClass', JAVA_TYPE_QUALIFIEDUID: 'QualifiedUid', JAVA_TYPE_SCRIPT: 'Script', JAVA_TYPE_UID: 'Uid',
  JAVA_TYPE_URI: 'URI', JAVA_TYPE_BYTE: 'Byte', JAVA_TYPE_PRIMITIVE_BYTE: 'Byte',
  // In the guides, though the original knows them not.
  JAVA_TYPE_INTEGER: 'Integer', JAVA_TYPE_OBJECT: 'Object', JAVA_TYPE_STRING: 'String', JAVA_TYPE_BOOLEAN: 'Boolean', JAVA_TYPE_MAP: 'Map',
};

/** Undefined for a name nobody knows. Names compare without regard to case. */
export function nativeTypeOf(name: string): NativeType | undefined {
  return NATIVE_TYPES[name] ?? NATIVE_TYPES[name.toUpperCase()] ?? NATIVE_TYPES[name.toLowerCase()];
}

/** ICF class names, as schemas and configuration properties carry them, to `nativeType` names. */
const NAME_OF_CLASS: Readonly<Record<string, string>> = {
  Object: 'any', Boolean: 'boolean', boolean: 'JAVA_TYPE_PRIMITIVE_BOOLEAN', Integer: 'integer', int: 'JAVA_TYPE_INT', Map: 'object',
  String: 'string', BigDecimal: 'JAVA_TYPE_BIGDECIMAL', BigInteger: 'JAVA_TYPE_BIGINTEGER', 'byte[]': 'JAVA_TYPE_BYTE_ARRAY',
  ByteArray: 'JAVA_TYPE_BYTE_ARRAY', char: 'JAVA_TYPE_CHAR', Character: 'JAVA_TYPE_CHARACTER', double: 'JAVA_TYPE_PRIMITIVE_DOUBLE',
  Double: 'JAVA_TYPE_DOUBLE', File: 'JAVA_TYPE_FILE', float: 'JAVA_TYPE_PRIMITIVE_FLOAT', Float: 'JAVA_TYPE_FLOAT',
  GuardedByteArray: 'JAVA_TYPE_GUARDEDBYTEARRAY', GuardedString: 'JAVA_TYPE_GUARDEDSTRING', long: 'JAVA_TYPE_PRIMITIVE_LONG',
  Long: 'JAVA_TYPE_LONG', Name: 'JAVA_TYPE_NAME', ObjectClass: 'JAVA_TYPE_OBJECTCLASS', QualifiedUid: 'JAVA_TYPE_QUALIFIEDUID',
  Script: 'JAVA_TYPE_SCRIPT', Uid: 'JAVA_TYPE_UID', URI: 'JAVA_TYPE_URI', byte: 'JAVA_TYPE_PRIMITIVE_BYTE', Byte: 'JAVA_TYPE_BYTE',
};

export function nativeTypeName(icfClass: string): string {
  return NAME_OF_CLASS[icfClass] ?? 'any';
}

/** The JSON type for an ICF class: whole 32-bit numbers are integers, other numbers `number`. */
export function jsonTypeOfClass(icfClass: string): JsonType {
  if (icfClass === 'Integer' || icfClass === 'int') return 'integer';
  if (/^(long|double|float|byte)$/i.test(icfClass) || icfClass.startsWith('Big')) return 'number';
  if (icfClass.toLowerCase() === 'boolean') return 'boolean';
  return icfClass === 'Map' ? 'object' : 'string';
}
