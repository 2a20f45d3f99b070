import { createHash } from 'node:crypto';
import { ConnectorError, allOf, attributeKey, type ErrorKind, type Filter } from '../../../protocol/model/index.js';
import { filteredAttributes, listFilters } from '../../engines/rest/filters/list-filters.js';
import type { NativeFilters } from '../../engines/rest/filters/native-filters.js';

/** Attribute that only filters have: `partition eq "2/4"` is the second of four parts. */
export const PARTITION = 'partition';

/** The part number `part`, from 1, of `of` parts. */
export interface Partition { readonly part: number; readonly of: number }

const MOST_PARTS = 1_000;

/** `2/4`. Throws an error of the kind for anything else. */
export function parsePartition(given: string, kind: ErrorKind = 'illegalArgument'): Partition {
  const [, part, of] = /^\s*(\d{1,4})\s*\/\s*(\d{1,4})\s*$/.exec(given)?.map(Number) ?? [];
  if (part !== undefined && of !== undefined && part >= 1 && part <= of && of <= MOST_PARTS) return { part, of };
  throw new ConnectorError(kind, `'${given.slice(0, 20)}' is no partition: write the number of the part and how many there are, such as 2/4, up to ${MOST_PARTS} parts.`);
}

/** By a hash of the uid: each uid is in one part of so many, whoever asks and when, and the parts are nearly of a size. */
export function isIn({ part, of }: Partition, uid: string): boolean {
  return createHash('sha256').update(uid.toLowerCase()).digest().readUInt32BE(0) % of === part - 1;
}

const operandsOf = (filter: Filter): readonly Filter[] => (filter.kind === 'and' ? filter.operands : [filter]);
const namesPartition = (filter: Filter): boolean => filteredAttributes(filter).some((name) => attributeKey(name) === attributeKey(PARTITION));

function partitionIn(filter: Filter): Partition {
  const value = filter.kind === 'equals' ? filter.attribute.single : undefined;
  if (typeof value === 'string') return parsePartition(value);
  throw new ConnectorError('illegalArgument', `A filter names ${PARTITION} by itself or beside others that all have to hold, as in ${PARTITION} eq "2/4".`);
}

/** Partitions of a filter, and what else it asks for. */
export function partitioned(filter: Filter | undefined): { readonly partitions: readonly Partition[]; readonly rest: Filter | undefined } {
  const operands = filter === undefined ? [] : operandsOf(filter);
  return { partitions: operands.filter(namesPartition).map(partitionIn), rest: allOf(...operands.filter((operand) => !namesPartition(operand))) };
}

/** Filters on partitions, and on what the list gives of each object. Throws `illegalArgument` for a partition in an or, or a not. */
export function partitionFilters(listed: readonly string[]): NativeFilters {
  const others = listFilters(listed);
  return {
    split(filter) {
      const { rest } = partitioned(filter);
      const { native, residual } = rest === undefined ? { native: undefined, residual: undefined } : others.split(rest);
      return { native: allOf(...operandsOf(filter).filter(namesPartition), ...(native === undefined ? [] : [native])), residual };
    },
    query: () => ({}),
  };
}
