import type { SqlDialect, SqlDialectName } from './dialect.js';
import { hana } from './dialects/hana.js';
import { mariadb, mysql } from './dialects/mysql.js';
import { oracle } from './dialects/oracle.js';
import { embedded, postgresql } from './dialects/postgresql.js';
import { sqlserver } from './dialects/sqlserver.js';

export const dialects: Readonly<Record<SqlDialectName, SqlDialect>> = { postgresql, embedded, mysql, mariadb, sqlserver, oracle, hana };
