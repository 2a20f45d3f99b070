import { matchesFilter } from '../../../controller/crest/evaluate-query-filter.js';
import { parseJson, writeJson, type JsonObject, type JsonValue } from '../../../controller/crest/json.js';
import { parsePointer, pointerText, valueAt } from '../../../controller/crest/json-pointer.js';
import { parseQueryFilter } from '../../../controller/crest/parse-query-filter.js';
import { applyPatch, parsePatch } from '../../../controller/crest/patch.js';
import { project } from '../../../controller/crest/projection.js';
import { filterText } from '../../../controller/crest/query-filter.js';
import { QueryFilterError } from '../../../controller/crest/query-filter-tokens.js';
import { QueryParameters } from '../../../controller/crest/query-parameters.js';
import { requestTarget } from '../../../controller/crest/request-path.js';
import { ResourceError } from '../../../controller/crest/resource-error.js';
import { checkApiVersion, checkContentType, extendedValue, readPreconditions } from '../../../controller/crest/headers.js';
import { bytesOf, check, refusable, text, type FuzzTarget } from '../engine/target.js';
import { isPlainJson } from './plain-json.js';

const OBJECT: JsonObject = { _id: '1', mail: 'a@example.com', list: ['a', 1, true, null], nested: { a: { b: [{ c: 'd' }] } }, number: 12n, empty: '' };

function filters(given: string): void {
  // What is wrong is said in the caller's own words; the answer cuts them (ResourceError).
  const filter = refusable(() => parseQueryFilter(given.slice(0, 4000)), QueryFilterError);
  if (filter === undefined) return;
  const verdict = matchesFilter(filter, OBJECT);
  const again = parseQueryFilter(filterText(filter));
  check(filterText(again) === filterText(filter), 'a filter is another one after it was written and read');
  check(matchesFilter(again, OBJECT) === verdict, 'a filter says another thing after it was written and read');
}

function pointers(given: string): void {
  const pointer = refusable(() => parsePointer(given.slice(0, 4000)), SyntaxError);
  if (pointer === undefined) return;
  check(parsePointer(pointerText(pointer)).join('\0') === pointer.join('\0'), 'a pointer is another one after it was written and read');
  valueAt(OBJECT, pointer);
}

function parameters(given: string): void {
  const read = refusable(() => new QueryParameters(given), ResourceError);
  if (read === undefined) return;
  refusable(() => read.refuseUnknown(), ResourceError);
  const fields = refusable(() => read.fields, ResourceError);
  if (fields !== undefined) check(isPlainJson(project(OBJECT, fields)), 'a projection that is no plain JSON');
  for (const name of ['_pageSize', '_pagedResultsOffset'] as const) {
    const number = refusable(() => read.integer(name), ResourceError);
    check(number === undefined || (number >= 0 && number <= 0x7fffffff), 'a page size that is no 32-bit integer');
  }
  refusable(() => read.sortKeys, ResourceError);
  refusable(() => read.countPolicy, ResourceError);
  refusable(() => read.flag('_prettyPrint'), ResourceError);
  refusable(() => read.query, ResourceError);
}

function patches(given: string): void {
  const body = refusable((): JsonValue => parseJson(given), SyntaxError, RangeError);
  if (body === undefined) return;
  const operations = refusable(() => parsePatch(body), ResourceError);
  if (operations === undefined) return;
  const before = writeJson(OBJECT);
  const patched = refusable(() => applyPatch(OBJECT, operations), ResourceError);
  check(writeJson(OBJECT) === before, 'a patch changed what it was applied to');
  if (patched !== undefined) check(isPlainJson(patched), 'a patched object that is no plain JSON');
}

function headers(given: string): void {
  refusable(() => checkApiVersion(given), ResourceError);
  refusable(() => checkContentType(given), ResourceError);
  readPreconditions({ 'if-match': given, 'if-none-match': given });
  extendedValue(given);
  const target = refusable(() => requestTarget(given), ResourceError);
  check(target === undefined || target.path.every((segment) => typeof segment === 'string'), 'a path of something else');
}

/** Query filters, URLs, headers and patches from any caller are refused with the documented errors or understood. */
export const target: FuzzTarget = {
  name: 'crest',
  seeds: () => [
    '_queryFilter=mail+eq+"a"&_fields=_id,mail,/nested/a&_pageSize=10&_sortKeys=-mail,%2Bsn&_pagedResultsOffset=2', 'a eq 1 and (b co "x" or ! (c pr)) and d lt -1.5e3',
    '/a/b~1c/0', '%2Fa/%00', "a sw 'it\\'s'", 'true', '_id ge 9223372036854775807', 'x custom.op "y"',
    '[{"operation":"add","field":"/list/-","value":{"a":[1]}},{"operation":"remove","field":"mail"},{"operation":"increment","field":"number","value":1}]',
    '{"operation":"move","from":"/nested/a","field":"/b"}', '[{"operation":"replace","field":"/__proto__/x","value":1},{"operation":"copy","from":"list","field":"constructor"}]',
    '{"mail":null,"x":{"__proto__":{"y":1}}}', '/openidm/system/ldap/account/uid%3Da%2Cdc%3Db?_fields=*', 'protocol=2.1,resource=1.0', 'application/json; charset="utf-8"', "UTF-8''%e2%82%ac",
    'W/"1"', '_queryFilter=true&_totalPagedResultsPolicy=EXACT&_prettyPrint=true', '_queryId=query-all-ids', '_queryExpression=x&_pagedResultsCookie=abc',
  ].map(bytesOf),
  words: ['__proto__', 'constructor', 'prototype', '%00', '%2F', '/-', '9007199254740993', '1e999', '\\u0000', '((((((((', '!'],
  run(input) {
    const given = text(input);
    filters(given);
    pointers(given);
    parameters(given);
    patches(given);
    headers(given);
  },
};
