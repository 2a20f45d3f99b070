/**
 * What stands between a script that serves an operation and the host: runs in the sandbox, before the script. `handler` takes one result
 * at a time and hands them on by the handful, or sooner where they come slowly: who waits for results has a time limit for the next
 * one. It answers true, or a promise when the results so far had to be taken first, and false when no more are wanted. Whether a script waits for it or not, nothing is lost, and what failed on the way fails the script.
 */
const HANDLER = String.raw`
const LARGEST = 64, LONGEST_HELD = 100;
const { now } = Date;
let held = [], heldSince = 0, size = 1, wanted = true, told = false, sending = Promise.resolve(true);
async function send(items) {
  try {
    return await call('handler.take', [items]);
  } catch (error) {
    if (items.length === 1 || !(error instanceof RangeError)) throw error;
    const middle = items.length >> 1;
    return await send(items.slice(0, middle)) && await send(items.slice(middle));
  }
}
function flush() {
  const items = held;
  held = [];
  size = Math.min(2 * size, LARGEST);
  sending = sending.then((goOn) => (goOn && items.length > 0 ? send(items) : goOn));
  sending.catch(() => undefined);
  return sending;
}
function handler(given) {
  if (!wanted) {
    if (told) throw icf.error('illegalState', 'No more results are wanted: the handler has said so.');
    told = true;
    return false;
  }
  const packed = pack(given);
  if (held.length === 0) heldSince = now();
  held.push(packed);
  if (held.length < size && now() - heldSince < LONGEST_HELD) return true;
  return flush().then((goOn) => { wanted = goOn; if (!goOn) told = true; return goOn; });
}
const __END__ = async () => { await flush(); };`;

/** `query()`: the filter as Groovy scripts know it, `{operation: 'EQUALS', left: 'mail', right: 'a@example.com', not: false}`. */
const QUERY = String.raw`
const OPERATIONS = {
  equals: 'EQUALS', contains: 'CONTAINS', startsWith: 'STARTSWITH', endsWith: 'ENDSWITH', containsAllValues: 'CONTAINSALLVALUES',
  greaterThan: 'GREATERTHAN', greaterThanOrEqual: 'GREATERTHANOREQUAL', lessThan: 'LESSTHAN', lessThanOrEqual: 'LESSTHANOREQUAL',
};
function asQuery(filter, not) {
  const [[kind, operand]] = Object.entries(filter);
  if (kind === 'not') return asQuery(operand, !not);
  if (kind === 'extendedMatch') throw icf.error('unsupportedOperation', 'query() has no form for the filter operator ' + operand[0] + '; filter has it as it is.');
  if (kind === 'presence') return { operation: 'PRESENCE', left: operand, right: null, not };
  if (kind !== 'and' && kind !== 'or') return { operation: OPERATIONS[kind], left: operand[0], right: operand[1], not };
  return operand.map((one) => asQuery(one, false)).reduce((left, right, index) => ({ operation: kind.toUpperCase(), left, right, not: not && index === operand.length - 1 }));
}
const query = () => (globalThis.filter ? asQuery(globalThis.filter, false) : null);`;

export interface LibraryParts {
  /** Functions every script has, e.g. `propertyBag.get`. */
  readonly common: readonly string[];
  /** Functions of the family that its own library does not stand for. */
  readonly family: readonly string[];
  /** Source of the family's library; '' for none. */
  readonly library: string;
  /** The script hands results to a handler. */
  readonly streams: boolean;
}

export function operationLibrary({ common, family, library, streams }: LibraryParts): string {
  const own = library === '' ? `bind(${JSON.stringify(family)})` : `(${library})(call, icf, bind, pack)`;
  return `(function (call, icf, bind, pack) {
'use strict';
${streams ? HANDLER + QUERY : ''}
return { ...bind(${JSON.stringify(common)}), ...${own}${streams ? ', handler, query, __END__' : ''} };
})`;
}
