import { Blob } from 'node:buffer';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { COLUMN_VALUES } from '../column-values.js';
import type { SqlFailure } from '../database-errors.js';
import type { Asked, ThreadData, Told } from './messages.js';
import { wasm } from './wasm.js';

/** PostgreSQL in a thread: one connection, one statement at a time. Whose turn it is, the other side decides. */

const BYTEA = 17;
/** For one connection; with the 128 MiB that PostgreSQL has by default the controller would need that much more memory. */
const PARAMETERS = ['shared_buffers=32MB', 'max_wal_size=256MB', 'max_connections=10', 'TimeZone=UTC'];

async function open({ folder, files: { program, initialiser, data } }: ThreadData): Promise<PGlite> {
  const [pgliteWasmModule, initdbWasmModule] = await Promise.all([wasm.compile(program), wasm.compile(initialiser)]);
  return PGlite.create({
    pgliteWasmModule, initdbWasmModule, fsBundle: new Blob([data as Uint8Array<ArrayBuffer>]),
    dataDir: folder ?? 'memory://',
    startParams: [...PGlite.defaultStartParams, ...PARAMETERS.flatMap((parameter) => ['-c', parameter])],
    parsers: Object.fromEntries(COLUMN_VALUES),
    // Every value comes as text already.
    serializers: { [BYTEA]: (text: string) => text },
  });
}

async function answer(database: PGlite, asked: Asked): Promise<Told> {
  const { id } = asked;
  try {
    if (asked.kind === 'close') {
      await database.close();
      return { kind: 'rows', id, rows: [] };
    }
    if (asked.values !== undefined) return { kind: 'rows', id, rows: (await database.query<object>(asked.sql, [...asked.values])).rows };
    await database.exec(asked.sql);
    return { kind: 'rows', id, rows: [] };
  } catch (error) {
    const failure = failureOf(error);
    return failure === undefined ? { kind: 'broken', id, reason: reasonOf(error) } : { kind: 'refused', id, failure };
  }
}

/** Undefined: it is no answer of the database. */
function failureOf(error: unknown): SqlFailure | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string' || !/^[0-9A-Z]{5}$/.test(error.code)) return undefined;
  const { table, constraint } = error as { readonly table?: unknown; readonly constraint?: unknown };
  return { message: error.message, sqlState: error.code, table: textOrNone(table), constraint: textOrNone(constraint) };
}

const textOrNone = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Of the file system below PGlite, which throws no Errors: numbers of WASI (https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md#-errno-variant). */
const ERRNO: ReadonlyMap<unknown, string> = new Map([[2, 'its files may not be read or written'], [22, 'a file is too large'], [29, 'input or output failed'], [44, 'a file is missing'], [51, 'there is no space left on the disk']]);

function reasonOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  if (typeof error !== 'object' || error === null || !('errno' in error)) return String(error);
  return ERRNO.get(error.errno) ?? `its files cannot be used (errno ${String(error.errno)})`;
}


async function serve(port: MessagePort): Promise<void> {
  const tell = (told: Told): void => { port.postMessage(told); };
  let database: PGlite;
  try {
    database = await open(workerData as ThreadData);
  } catch (error) {
    tell({ kind: 'unusable', reason: reasonOf(error) });
    return;
  }
  port.on('message', (asked: Asked) => {
    void answer(database, asked).then((told) => {
      tell(told);
      if (asked.kind === 'close') port.close();
    });
  });
  tell({ kind: 'ready' });
}

if (parentPort !== null) await serve(parentPort);
