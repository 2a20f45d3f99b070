import type { Document } from 'mongodb';
import { ConnectorError } from '../../../../protocol/model/index.js';
import type { Driver } from '../connection/driver.js';
import { bsonType } from '../values/document-id.js';
import type { ServerTypes } from '../values/server-types.js';
import { ID } from './fields.js';

/** The last document of a page, and how many there were up to it. */
export interface PagePosition {
  readonly id: unknown;
  readonly seen: number;
}

export function writePageCookie(driver: Driver, { id, seen }: PagePosition): string {
  return driver.BSON.EJSON.stringify({ id, seen }, { relaxed: false });
}

export function readPageCookie(driver: Driver, cookie: string): PagePosition {
  try {
    const { id, seen } = driver.BSON.EJSON.parse(cookie, { relaxed: false }) as Record<string, unknown>;
    return { id, seen: Number(seen) };
  } catch (error) {
    throw new ConnectorError('illegalArgument', 'The cookie of paged results is not one of this connector.', { cause: error });
  }
}

/** The order of types, lowest first: www.mongodb.com/docs/manual/reference/bson-type-comparison-order/. Each row is one rank. */
const RANKS: readonly (readonly string[])[] = [
  ['minKey'], ['null'], ['int', 'long', 'double', 'decimal'], ['string', 'symbol'], ['object'], ['array'], ['binData'], ['objectId'], ['bool'], ['date'],
  ['timestamp'], ['regex'], ['maxKey'],
];

const BSON_TYPES: Readonly<Record<string, string>> = {
  MinKey: 'minKey', MaxKey: 'maxKey', Int32: 'int', Long: 'long', Double: 'double', Decimal128: 'decimal', BSONSymbol: 'symbol', Binary: 'binData', ObjectId: 'objectId',
  Timestamp: 'timestamp', BSONRegExp: 'regex',
};

const PLAIN_TYPES: Readonly<Record<string, string>> = { string: 'string', boolean: 'bool', number: 'double', bigint: 'long', undefined: 'null' };

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof Date) return 'date';
  return BSON_TYPES[bsonType(value) ?? ''] ?? PLAIN_TYPES[typeof value] ?? 'object';
}

/** Everything behind an `_id` in the order of all types; `$gt` alone finds those of its own type only. */
export function afterId(id: unknown, types: ServerTypes): Document {
  const rank = RANKS.findIndex((row) => row.includes(typeOf(id)));
  const higher = types.known(RANKS.slice(rank + 1).flat());
  const ofItsType = { [ID]: { $gt: id } };
  return higher.length === 0 ? ofItsType : { $or: [ofItsType, { [ID]: { $type: higher } }] };
}
