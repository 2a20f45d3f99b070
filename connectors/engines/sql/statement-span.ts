import type { SpanStart } from '../../../protocol/model/index.js';
import type { SqlDialect, SqlDialectName } from './dialect.js';
import type { SqlText } from './sql-text.js';

/** `db.system.name` of OpenTelemetry's conventions for databases (https://opentelemetry.io/docs/specs/semconv/db/). */
const SYSTEMS: Readonly<Record<SqlDialectName, string>> = {
  postgresql: 'postgresql', embedded: 'postgresql', mysql: 'mysql', mariadb: 'mariadb', sqlserver: 'microsoft.sql_server', oracle: 'oracle.db', hana: 'sap.hana',
};
const OPERATIONS: ReadonlySet<string> = new Set(['BEGIN', 'CALL', 'DECLARE', 'DELETE', 'EXEC', 'EXECUTE', 'INSERT', 'MERGE', 'REPLACE', 'SELECT', 'SET', 'UPDATE', 'WITH']);

/** A statement as traces show it: its first word. Its text may hold values, where a script has written it. */
export function statementSpan({ name }: SqlDialect, { pieces: [first] }: SqlText): SpanStart {
  const word = typeof first === 'string' ? first.trimStart().slice(0, 16).split(/[^a-zA-Z]/, 1)[0]?.toUpperCase() ?? '' : '';
  return { kind: 'client', attributes: { 'db.system.name': SYSTEMS[name], 'db.operation.name': OPERATIONS.has(word) ? word : undefined } };
}
