import { EmbeddedDatabase, acquireDatabase, releaseDatabase } from '../../connectors/engines/sql/drivers/embedded-databases.js';
import { secret } from '../support/secret-values.js';
import { embeddedDirectory } from './embedded-directory.js';
import { startFakeTds, type FakeTds, type TdsAnswer, type TdsParameter, type TdsStatement } from './fake-tds.js';

/** Of PostgreSQL's errors those of SQL Server. */
const NUMBERS: Readonly<Record<string, number>> = { 23505: 2627, 23502: 515, 22001: 2628, '22P02': 245, '42P01': 208, '42703': 207 };
const INTEGER = new Set([20, 21, 23]);
const BOOLEAN = 16;

export interface FakeSqlServer {
  readonly tds: FakeTds;
  readonly jdbcUrl: string;
  readonly user: string;
  readonly password: string;
  /** In PostgreSQL's own SQL. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  stop(): Promise<void>;
}

/**
 * The statements the connector writes for SQL Server, put into PostgreSQL's words and carried out by PGlite: what they select and
 * change can be seen, what SQL Server itself would make of them cannot. Every statement stands for itself: transactions are
 * acknowledged only.
 */
export async function startFakeSqlServer(): Promise<FakeSqlServer> {
  const { directory, remove } = await embeddedDirectory();
  const database = await acquireDatabase(directory);
  const user = 'sa';
  const password = secret('password of the database user');
  const tds = await startFakeTds({ user, password });
  tds.answer = (statement) => answerOf(database, statement);
  return {
    tds, user, password,
    jdbcUrl: `jdbc:sqlserver://127.0.0.1:${tds.port};databaseName=hr;encrypt=false`,
    query: (sql) => database.alone(async () => (await database.instance.exec(sql)).at(-1)?.rows ?? []),
    stop: async () => {
      await tds.stop();
      await releaseDatabase(database);
      await remove();
    },
  };
}

async function answerOf(database: EmbeddedDatabase, { text, parameters }: TdsStatement): Promise<TdsAnswer> {
  if (text.includes('serverproperty')) return { columns: [['version', 'text']], rows: [['16.0.4135.4']] };
  const names = Object.keys(parameters);
  const statement = text.includes('sys.columns') ? CATALOG : inPostgresql(text, names);
  try {
    const { rows, fields, affectedRows } = await database.alone(() => database.instance.query<(string | null)[]>(statement, names.map((name) => textOf(parameters[name] ?? null)), database.asText));
    if (fields.length === 0) return { rowCount: affectedRows ?? 0 };
    const kinds = fields.map(({ dataTypeID }) => (INTEGER.has(dataTypeID) ? 'int' as const : dataTypeID === BOOLEAN ? 'bit' as const : 'text' as const));
    return {
      columns: fields.map(({ name }, index) => [name, kinds[index]!]),
      rows: rows.map((row) => row.map((value, index) => (value === null || kinds[index] === 'text' ? value : kinds[index] === 'int' ? Number(value) : value === 't'))),
    };
  } catch (error) {
    const { code = '', message } = error as { readonly code?: string; readonly message: string };
    return { error: { number: NUMBERS[code] ?? 50_000, message } };
  }
}

function textOf(value: TdsParameter): string | null {
  if (value === null) return null;
  return Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : String(value);
}

/** Types by SQL Server's names. */
const CATALOG = `select column_name as name,
  case data_type when 'character varying' then 'nvarchar' when 'integer' then 'int' when 'numeric' then 'decimal' when 'double precision' then 'float' when 'boolean' then 'bit'
    when 'bytea' then 'varbinary' when 'timestamp without time zone' then 'datetime2' when 'time without time zone' then 'time' else data_type end as type,
  case is_nullable when 'YES' then 1 else 0 end as nullable, case when column_default is null then 0 else 1 end as generated, numeric_precision as digits, numeric_scale as scale
  from information_schema.columns where table_name = $1 order by ordinal_position`;

function inPostgresql(text: string, names: readonly string[]): string {
  return text
    .replace(/cast\(cast\((\[\w+\]|@p\d+) as nvarchar\(max\)\) as varbinary\(max\)\)/g, 'convert_to(cast($1 as text), \'UTF8\')')
    .replace(/convert\(varchar\(40\), (\[\w+\]), 121\)/g, 'cast($1 as text)')
    .replace(/as datetime2\)/g, 'as timestamp)')
    .replace(/\[(\w+)\]/g, '"$1"')
    .replace(/@(p\d+)/g, (_, name: string) => `$${names.indexOf(name) + 1}`);
}
