import type { AbstractCursor, Collection, Document } from 'mongodb';
import { ConnectorError, type IcfValue } from '../../../../protocol/model/index.js';
import type { CursorSource } from '../../../engines/scripted/cursors.js';
import { abortable } from '../../../framework/abortable.js';
import { documentBatches } from '../connection/document-batches.js';
import { EXACT_VALUES, type Driver } from '../connection/driver.js';
import { bsonDocument, scriptValue } from './script-values.js';

/** Options scripts may give, by the driver's names. */
const OPTIONS = new Set(['sort', 'limit', 'skip', 'projection', 'batchSize', 'upsert', 'arrayFilters', 'hint', 'collation', 'returnDocument', 'ordered', 'maxTimeMS', 'allowDiskUse']);

export interface CollectionCall {
  readonly driver: Driver;
  readonly collection: Collection;
  readonly given: readonly IcfValue[];
  readonly signal: AbortSignal;
}

function refuse(message: string): never {
  throw new ConnectorError('illegalArgument', message, { outcome: 'notApplied' });
}

function options({ driver }: Pick<CollectionCall, 'driver'>, value: IcfValue | undefined): Record<string, unknown> {
  const all = bsonDocument(driver, value);
  const unknown = Object.keys(all).find((name) => !OPTIONS.has(name));
  if (unknown !== undefined) refuse(`The option ${unknown} is not known; there are ${[...OPTIONS].join(', ')}.`);
  return all;
}

function documents(driver: Driver, value: IcfValue | undefined): Document[] {
  return (Array.isArray(value) ? value : []).map((item: IcfValue) => bsonDocument(driver, item));
}

function fieldOf({ given: [field] }: CollectionCall): string {
  return typeof field === 'string' ? field : refuse('distinct needs the name of a field.');
}

const filterOf = ({ driver, given }: CollectionCall): Document => bsonDocument(driver, given[0]);
/** An update by operators, or a list of stages. */
const changeOf = ({ driver, given }: CollectionCall): Document | Document[] => (Array.isArray(given[1]) ? documents(driver, given[1]) : bsonDocument(driver, given[1]));

type Method = (call: CollectionCall) => Promise<unknown>;

/** Methods that change nothing. */
export const READS: Readonly<Record<string, Method>> = {
  findOne: (call) => call.collection.findOne(filterOf(call), { ...options(call, call.given[1]), ...EXACT_VALUES, signal: call.signal }),
  countDocuments: (call) => call.collection.countDocuments(filterOf(call), { ...options(call, call.given[1]), signal: call.signal }),
  distinct: (call) => abortable(call.collection.distinct(fieldOf(call), bsonDocument(call.driver, call.given[1]), EXACT_VALUES), call.signal),
};

export const WRITES: Readonly<Record<string, Method>> = {
  insertOne: (call) => call.collection.insertOne(filterOf(call)),
  insertMany: (call) => call.collection.insertMany(documents(call.driver, call.given[0]), options(call, call.given[1])),
  updateOne: (call) => call.collection.updateOne(filterOf(call), changeOf(call), options(call, call.given[2])),
  updateMany: (call) => call.collection.updateMany(filterOf(call), changeOf(call), options(call, call.given[2])),
  replaceOne: (call) => call.collection.replaceOne(filterOf(call), bsonDocument(call.driver, call.given[1]), options(call, call.given[2])),
  deleteOne: (call) => call.collection.deleteOne(filterOf(call), options(call, call.given[1])),
  deleteMany: (call) => call.collection.deleteMany(filterOf(call), options(call, call.given[1])),
  findOneAndUpdate: (call) => call.collection.findOneAndUpdate(filterOf(call), changeOf(call), options(call, call.given[2])),
  findOneAndDelete: (call) => call.collection.findOneAndDelete(filterOf(call), options(call, call.given[1])),
};

function cursorOf(method: string, call: CollectionCall, signal: AbortSignal): AbstractCursor<Document> {
  const { driver, collection, given } = call;
  if (method === 'find') return collection.find(filterOf(call), { ...options(call, given[1]), ...EXACT_VALUES, signal });
  return collection.aggregate(documents(driver, given[0]), { ...options(call, given[1]), ...EXACT_VALUES, signal });
}

/** Documents of `find` or `aggregate` by the handful; the server's cursor is closed at their end, or when nobody wants more. */
export function documentSource(method: 'find' | 'aggregate', call: CollectionCall): CursorSource {
  const batches = documentBatches((whileOpening) => cursorOf(method, call, whileOpening), call.signal);
  return {
    next: async () => {
      const step = await batches.next();
      return step.done === true ? undefined : step.value.map((document) => scriptValue(call.driver, document));
    },
    close: async () => { await batches.return(); },
  };
}

/** A pipeline that writes where it ends. */
export function writesAtItsEnd(pipeline: IcfValue | undefined): boolean {
  return Array.isArray(pipeline) && pipeline.some((stage) => stage instanceof Map && (stage.has('$out') || stage.has('$merge')));
}
