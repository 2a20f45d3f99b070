import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import csv from '../../../connectors/catalog/csv/index.js';
import type { CsvConfig } from '../../../connectors/catalog/csv/config.js';
import type { CsvSession } from '../../../connectors/catalog/csv/session.js';
import type { Call, ConnectorLog } from '../../../connectors/framework/spi.js';
import {
  ACCOUNT, Attribute, ConnectorError, GuardedString, NAME, OperationOptions, UID, Uid,
  type ConnectorObject, type Filter, type IcfValue, type SearchResult, type SyncDelta, type SyncToken,
} from '../../../protocol/model/index.js';
import { openContext } from '../../support/open-context.js';

const silent: ConnectorLog = { debug() {}, info() {}, warn() {}, error() {} };

export function call(signal = new AbortController().signal): Call {
  return { signal, log: silent, locale: undefined, operationId: undefined };
}

export const PEOPLE = 'uid,first name,mail,password\nann,Ann,ann@example.com,secret1\nbob,Bob,bob@example.com,secret2\ncid,Cid,,secret3\n';

type Values = Readonly<Record<string, IcfValue | IcfValue[]>>;

export function attributes(values: Values): Attribute[] {
  return Object.entries(values).map(([name, value]) => new Attribute(name, value === null ? null : Array.isArray(value) ? value : [value]));
}

const made: string[] = [];

/** A CSV file in a directory of its own, and a session on it. */
export class Fixture {
  readonly directory: string;
  readonly path: string;
  readonly config: CsvConfig;
  session!: CsvSession;

  private constructor(directory: string, config: Partial<CsvConfig>) {
    this.directory = directory;
    this.path = join(directory, 'people.csv');
    this.config = {
      headerPassword: 'password', spaceReplacementString: '_', csvFile: this.path, newlineString: '\n', headerUid: 'uid',
      quoteCharacter: '"', escapeCharacter: '\\', fieldDelimiter: ',', syncFileRetentionCount: 3, ...config,
    };
  }

  /** `content` null: no file. */
  static async of(content: string | Buffer | null = PEOPLE, config: Partial<CsvConfig> = {}): Promise<Fixture> {
    const fixture = new Fixture(await mkdtemp(join(tmpdir(), 'csv-connector-')), config);
    if (content !== null) await writeFile(fixture.path, content);
    made.push(fixture.directory);
    fixture.session = await fixture.open();
    return fixture;
  }

  async open(config: Partial<CsvConfig> = {}): Promise<CsvSession> {
    const state = join(this.directory, 'state');
    const whole = { ...this.config, ...config };
    csv.validate?.(whole);
    return csv.open(whole, openContext({ async stateDirectory() { await mkdir(state, { recursive: true }); return state; } }));
  }

  text(): Promise<string> {
    return readFile(this.path, 'utf8');
  }

  write(content: string | Buffer): Promise<void> {
    return writeFile(this.path, content);
  }

  /** Names in the directory, without the connector's own state. */
  async names(): Promise<string[]> {
    return (await readdir(this.directory)).filter((name) => name !== 'state').sort();
  }

  create(values: Values, signal?: AbortSignal): Promise<Uid> {
    return operations.create(this.session, { objectClass: ACCOUNT, options: OperationOptions.none, attributes: attributes(values) }, call(signal));
  }

  update(uid: string, values: Values): Promise<Uid> {
    return operations.update(this.session, { objectClass: ACCOUNT, options: OperationOptions.none, uid: new Uid(uid), attributes: attributes(values) }, call());
  }

  delete(uid: string): Promise<void> {
    return operations.delete(this.session, { objectClass: ACCOUNT, options: OperationOptions.none, uid: new Uid(uid) }, call());
  }

  search(options: Readonly<Record<string, IcfValue>> = {}, filter?: Filter, signal?: AbortSignal) {
    return operations.search(this.session, { objectClass: ACCOUNT, options: OperationOptions.of(options), filter }, call(signal));
  }

  async all(options: Readonly<Record<string, IcfValue>> = {}, filter?: Filter): Promise<{ objects: ConnectorObject[]; end: SearchResult | undefined }> {
    return drain(this.search(options, filter)).then(({ items, end }) => ({ objects: items, end }));
  }

  async uids(): Promise<string[]> {
    return (await this.all()).objects.map((object) => object.uid.value);
  }

  async get(uid: string): Promise<ConnectorObject | undefined> {
    return (await this.all({}, byUid(uid))).objects[0];
  }

  sync(token: SyncToken | null, objectClass = ACCOUNT) {
    return operations.sync(this.session, { objectClass, options: OperationOptions.none, token }, call());
  }

  async changes(token: SyncToken | null): Promise<{ deltas: SyncDelta[]; token: SyncToken | undefined }> {
    return drain(this.sync(token)).then(({ items, end }) => ({ deltas: items, token: end }));
  }

  latest(objectClass = ACCOUNT): Promise<SyncToken | null> {
    return operations.latestSyncToken(this.session, objectClass, call());
  }

  authenticate(username: string, password: string, objectClass = ACCOUNT): Promise<Uid> {
    return operations.authenticate(this.session, { objectClass, options: OperationOptions.none, username, password: new GuardedString(password) }, call());
  }
}

/** The operations, all of which the connector has. */
export const operations = csv.operations as Required<typeof csv.operations>;

/** For `afterEach`. */
export async function removeFixtures(): Promise<void> {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true, force: true });
}

export async function drain<T, End>(generator: AsyncGenerator<T, End, void>): Promise<{ items: T[]; end: End }> {
  const items: T[] = [];
  for (;;) {
    const step = await generator.next();
    if (step.done === true) return { items, end: step.value };
    items.push(step.value);
  }
}

export function byUid(uid: string): Filter {
  return { kind: 'equals', attribute: new Uid(uid) };
}

/** Attributes of an object as plain values, without uid and name. */
export function plain(object: ConnectorObject | undefined): Record<string, IcfValue> | undefined {
  return object && Object.fromEntries(object.attributes.filter(({ name }) => name !== UID && name !== NAME).map((attribute) => [attribute.name, attribute.single]));
}

/** The ConnectorError an operation fails with; the system's errors as the facade would translate them. */
export async function failure(work: Promise<unknown> | (() => Promise<unknown>)): Promise<ConnectorError> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof ConnectorError) return error;
    const translated = csv.translateError?.(error);
    if (translated !== undefined) return translated;
    throw error;
  }
  throw new Error('It did not fail.');
}
