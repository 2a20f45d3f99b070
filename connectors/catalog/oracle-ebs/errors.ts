import { ConnectorError, type ErrorKind } from '../../../protocol/model/index.js';
import { translateSqlError } from '../../engines/sql/sql-errors.js';

/** What APP_EXCEPTION raises: the message of EBS stands behind it. */
const APPLICATION_ERROR = 'ORA-20001';

/** Messages of Application Object Library, by name or by their English text, where the class of the error tells something. */
const MESSAGES: readonly (readonly [part: string, kind: ErrorKind])[] = [
  ['FND_CHANGE_PASSWORD_FAILED', 'invalidPassword'], ['FND-PASSWORD', 'invalidPassword'], ['password', 'invalidPassword'],
  ['FND_INVALID_USER', 'unknownUid'], ['FND_CREATE_RESP', 'invalidAttributeValue'], ['responsibility', 'invalidAttributeValue'],
  ['INVALID_USER_NAME', 'invalidAttributeValue'], ['already exists', 'alreadyExists'],
];

/** Only the first line: Oracle lists the PL/SQL lines behind it. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function applicationError(error: Error): ConnectorError {
  const text = firstLine(error.message);
  const kind = MESSAGES.find(([part]) => text.toLowerCase().includes(part.toLowerCase()))?.[1] ?? 'connector';
  return new ConnectorError(kind, `Oracle EBS refused it: ${text}`, { cause: error });
}

/** The driver's error as a ConnectorError; undefined for what is none of the database. */
export function toConnectorError(error: unknown): ConnectorError | undefined {
  if (error instanceof ConnectorError) return error;
  if (error instanceof Error && error.message.includes(APPLICATION_ERROR)) return applicationError(error);
  if (error instanceof Error && error.message.includes('ORA-06550')) {
    return new ConnectorError('configuration', `Oracle EBS: FND_USER_PKG of the schema APPS cannot be called: ${firstLine(error.message)}. The database user needs EXECUTE on APPS.FND_USER_PKG.`, { cause: error });
  }
  return translateSqlError(error);
}
