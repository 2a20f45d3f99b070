import { ConnectorError, type ErrorKind } from '../../../protocol/model/index.js';
import { translateSqlError } from '../../engines/sql/sql-errors.js';

/**
 * HANA's error numbers that mean more to an administration of users than the SQL engine's table says.
 * SAP HANA SQL Reference, "SQL Error Codes"
 * (https://help.sap.com/docs/SAP_HANA_PLATFORM/4fe29514fd584807ac9f2a04f6754767/20a78d3275191014b41bae7c4a46d835.html).
 */
const KINDS: ReadonlyMap<number, { readonly kind: ErrorKind; readonly advice?: string }> = new Map<number, { readonly kind: ErrorKind; readonly advice?: string }>([
  [258, { kind: 'permissionDenied', advice: 'The user of the connector needs USER ADMIN, and ROLE ADMIN or the roles and privileges with the right to grant them.' }],
  [331, { kind: 'alreadyExists' }],
  [332, { kind: 'unknownUid' }],
  [412, { kind: 'invalidPassword', advice: 'The password does not meet the password policy of the database (M_PASSWORD_POLICY).' }],
  [413, { kind: 'invalidPassword' }],
  [417, { kind: 'invalidPassword' }],
]);

function hanaCode(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}

/** The driver's error as a ConnectorError; undefined for what is none of the database. */
export function toConnectorError(error: unknown): ConnectorError | undefined {
  if (error instanceof ConnectorError) return error;
  const code = hanaCode(error);
  const known = code === undefined ? undefined : KINDS.get(code);
  if (known === undefined || !(error instanceof Error)) return translateSqlError(error);
  const words = `SAP HANA answered ${code ?? ''}: ${error.message}${error.message.endsWith('.') ? '' : '.'}`;
  // The database has answered: nothing of the statement was carried out.
  return new ConnectorError(known.kind, known.advice === undefined ? words : `${words} ${known.advice}`, { cause: error, outcome: 'notApplied' });
}
