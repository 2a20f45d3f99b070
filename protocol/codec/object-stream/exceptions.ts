import { ConnectorError, ERROR_KINDS, errorKindOf, type ErrorKind, type Uid } from '../../model/index.js';
import { readUid, writeUid } from './attributes.js';
import type { ObjectHandler, ObjectReader } from './object-reader.js';
import type { ObjectWriter } from './object-writer.js';
import { EXCEPTION_TYPES } from './type-names.js';

/** Causes beyond this many are dropped, in both directions; Java sends four. */
const MAX_CAUSES = 16;
const JAVA_LANG: ReadonlySet<string> = new Set(['IllegalArgumentException', 'RuntimeException', 'Exception', 'Throwable']);
const FRAMEWORK = ERROR_KINDS.connector.javaClass.replace('ConnectorException', '');
const typeNames: ReadonlySet<string> = new Set(EXCEPTION_TYPES);

function javaClassOf(typeName: string): string {
  return (JAVA_LANG.has(typeName) ? 'java.lang.' : FRAMEWORK) + typeName;
}

/** The error for a Java exception; the class is kept as text when it is none of the table's. */
export function errorOf(javaClass: string, message: string, detail: { cause?: unknown; uid?: Uid | undefined } = {}): ConnectorError {
  const known: ErrorKind | undefined = errorKindOf(javaClass);
  return new ConnectorError(known ?? 'connector', message, { ...detail, remoteClass: known === undefined ? javaClass : undefined });
}

export const readException: ObjectHandler<ConnectorError> = (reader, typeName) => {
  let message = '';
  let uid: Uid | null = null;
  while (reader.nextField()) {
    if (reader.fieldName === 'message') message = reader.text();
    else if (reader.fieldName === 'Uid' && typeName === 'PasswordExpiredException') uid = reader.structure('Uid', readUid);
    else reader.skip();
    reader.endField();
  }
  return errorOf(javaClassOf(typeName), message, { uid: uid ?? undefined });
};

/** The type a Java peer can read back; a class without one travels as the nearest that has. */
function typeNameOf(error: ConnectorError): string {
  const { javaClass } = error;
  const simple = javaClass.slice(javaClass.lastIndexOf('.') + 1);
  if (typeNames.has(simple) && javaClassOf(simple) === javaClass) return simple;
  return javaClass.startsWith('java.lang.') ? 'RuntimeException' : 'ConnectorException';
}

export function writeException(writer: ObjectWriter, error: ConnectorError): void {
  const typeName = typeNameOf(error);
  writer.beginObject(typeName);
  writer.textField('message', error.message);
  if (typeName === 'PasswordExpiredException') writer.structureField('Uid', error.uid ?? null, writeUid);
  writer.endObject();
}

/** Class, message and causes as data. The stack trace is neither kept nor sent. */
export const readWrappedException: ObjectHandler<ConnectorError> = (reader) => {
  let javaClass: string = ERROR_KINDS.connector.javaClass;
  let message = '';
  let cause: ConnectorError | null = null;
  while (reader.nextField()) {
    if (reader.fieldName === 'class') javaClass = reader.text();
    else if (reader.fieldName === 'message') message = reader.text();
    else if (reader.fieldName === 'RemoteWrappedException') cause = reader.structure('RemoteWrappedException', readWrappedException);
    else reader.skip();
    reader.endField();
  }
  return errorOf(javaClass, message, cause === null ? {} : { cause });
};

function writeCause(depth: number): (writer: ObjectWriter, error: ConnectorError) => void {
  return (writer, error) => {
    writer.beginObject('RemoteWrappedException');
    writer.textField('class', error.javaClass);
    writer.textField('message', error.message);
    const cause = error.cause instanceof ConnectorError && depth < MAX_CAUSES ? error.cause : null;
    writer.structureField('RemoteWrappedException', cause, writeCause(depth + 1));
    writer.endObject();
  };
}

export const writeWrappedException = writeCause(0);

export const exceptionReaders: readonly (readonly [string, (reader: ObjectReader, typeName: string) => ConnectorError])[] =
  EXCEPTION_TYPES.map((typeName) => [typeName, readException] as const);
