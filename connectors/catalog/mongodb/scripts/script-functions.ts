import { ConnectorError, type IcfValue } from '../../../../protocol/model/index.js';
import { Cursors } from '../../../engines/scripted/cursors.js';
import { PossibleWrites } from '../../../engines/scripted/possible-writes.js';
import type { HostFunction } from '../../../framework/script-runner.js';
import { abortable } from '../../../framework/abortable.js';
import { EXACT_VALUES } from '../connection/driver.js';
import type { DatabaseSession } from '../connection/mongo-session.js';
import { translateError } from '../errors.js';
import { READS, WRITES, documentSource, writesAtItsEnd, type CollectionCall } from './collection-methods.js';
import { bsonDocument, scriptValue } from './script-values.js';

/** Commands that change nothing, by their names. */
const READING = new Set(['ping', 'hello', 'buildinfo', 'connectionstatus', 'usersinfo', 'rolesinfo', 'find', 'count', 'distinct', 'listcollections', 'listdatabases', 'listindexes', 'collstats', 'dbstats']);

/** What ./script-library.ts makes `connection` of. */
export class ScriptFunctions {
  readonly #session: DatabaseSession;
  readonly #cursors = new Cursors();
  readonly #writes = new PossibleWrites();

  constructor(session: DatabaseSession) {
    this.#session = session;
  }

  /** The database may have been changed. */
  get hasWritten(): boolean {
    return this.#writes.any;
  }

  functions(): Map<string, HostFunction> {
    return new Map<string, HostFunction>([
      ['connection.command', (given, signal) => this.#command(given, signal)],
      ['connection.call', (given, signal) => this.#call(given, signal)],
      ['connection.open', (given, signal) => this.#open(given, signal)],
      ...[...this.#cursors.functions('connection')].map(([name, work]): [string, HostFunction] => [name, (given, signal) => translated(() => work(given, signal))]),
    ]);
  }

  close(): Promise<void> {
    return this.#cursors.closeAll();
  }

  #database(name: IcfValue | undefined) {
    return typeof name === 'string' && name !== '' ? this.#session.client.db(name) : this.#session.database;
  }

  /** `[document, database?]` */
  async #command([given, database]: readonly IcfValue[], signal: AbortSignal): Promise<IcfValue> {
    const { driver } = this.#session;
    const command = bsonDocument(driver, given);
    const name = Object.keys(command)[0]?.toLowerCase() ?? '';
    const run = () => translated(() => this.#database(database).command(command, { signal, ...EXACT_VALUES }));
    return scriptValue(driver, READING.has(name) ? await run() : await this.#writes.during(run));
  }

  #collectionCall([collection, database, , ...given]: readonly IcfValue[], signal: AbortSignal): CollectionCall {
    if (typeof collection !== 'string' || collection === '') throw new ConnectorError('illegalArgument', 'connection.collection needs the name of a collection.', { outcome: 'notApplied' });
    return { driver: this.#session.driver, collection: this.#database(database).collection(collection), given, signal };
  }

  /** `[collection, database, method, ...arguments]` */
  async #call(given: readonly IcfValue[], signal: AbortSignal): Promise<IcfValue> {
    const call = this.#collectionCall(given, signal);
    const name = typeof given[2] === 'string' ? given[2] : '';
    const read = Object.hasOwn(READS, name) ? READS[name] : undefined;
    const write = Object.hasOwn(WRITES, name) ? WRITES[name] : undefined;
    if (read !== undefined) return scriptValue(call.driver, await translated(() => read(call)));
    if (write === undefined) throw new ConnectorError('illegalArgument', `A collection has no ${name} here; it has find, aggregate, ${[...Object.keys(READS), ...Object.keys(WRITES)].join(', ')}.`, { outcome: 'notApplied' });
    return scriptValue(call.driver, await this.#writes.during(() => translated(() => abortable(write(call), signal))));
  }

  /** `[collection, database, 'find' | 'aggregate', ...arguments]`: the number of a cursor. */
  async #open(given: readonly IcfValue[], signal: AbortSignal): Promise<number> {
    const call = this.#collectionCall(given, signal);
    if (given[2] === 'aggregate' && writesAtItsEnd(call.given[0])) this.#writes.add();
    return this.#cursors.open(documentSource(given[2] === 'aggregate' ? 'aggregate' : 'find', call));
  }
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateError(error) ?? error;
  }
}
