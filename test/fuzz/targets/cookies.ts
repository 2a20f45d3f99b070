import { readCookie as readCsv, writeCookie as writeCsv } from '../../../connectors/catalog/csv/cookie.js';
import { readCookie as readLdap, writeCookie as writeLdap } from '../../../connectors/catalog/ldap/page-cookie.js';
import { PagingCookies } from '../../../connectors/framework/facade/paging-cookie.js';
import { ConnectorError } from '../../../protocol/model/index.js';
import { bytesOf, check, refusable, text, type FuzzTarget } from '../engine/target.js';

const COOKIES = new PagingCookies('digest of a configuration');
const OTHER = new PagingCookies('digest of another configuration');
const FILE = { device: 1n, inode: 2n, size: 3, modified: 4n, changed: 5n };
const KEY = Buffer.alloc(32, 7);
const STATE = { offset: 10, line: 2, seen: 1, total: -1, trail: 'digest' };

const OURS = [COOKIES.seal('q', { kind: 'native', cookie: 'next' }), COOKIES.seal('q', { kind: 'counted', count: 7, anchor: 'abc' }), COOKIES.seal('q', { kind: 'bookmark', count: 7, digest: 'abc', cookie: undefined })];
const CSV = writeCsv(STATE, FILE, 'q', KEY);
const isOurs = new Set(OURS);

/** No cookie but those that were sealed for this query is accepted; every other one is refused as what it is. */
export const target: FuzzTarget = {
  name: 'cookies',
  seeds: () => [...OURS, CSV, OTHER.seal('q', { kind: 'counted', count: 7, anchor: 'abc' }), COOKIES.seal('r', { kind: 'counted', count: 7, anchor: 'abc' }), writeLdap({ base: 1, taken: 500, ticket: 't' }), '[0,0]'].map(bytesOf),
  words: ['A', '_', '-', '.', '=', '[', ']', 'null', '1e400', '-1'],
  run(input) {
    const cookie = text(input);
    const position = refusable(() => COOKIES.open('q', cookie), ConnectorError);
    check(position === undefined || isOurs.has(cookie), 'a cookie was accepted that was not sealed');
    check(refusable(() => COOKIES.open('another query', cookie), ConnectorError) === undefined, 'a cookie was accepted for another query');
    const state = refusable(() => readCsv(cookie, 'people.csv', FILE, 'q', KEY), ConnectorError);
    // What another agent made is believed only when the file bears it out.
    check(state?.isOurs !== true || JSON.stringify(state) === JSON.stringify({ ...STATE, isOurs: true }), 'a CSV cookie was accepted that was not made');
    check(state === undefined || [state.offset, state.line, state.seen].every((count) => Number.isSafeInteger(count) && count >= 0), 'a place that is none');
    check(refusable(() => readCsv(cookie, 'people.csv', FILE, 'other', KEY), ConnectorError) === undefined, 'a CSV cookie was accepted for another query');
    const place = refusable(() => readLdap(cookie), ConnectorError);
    if (place === undefined) return;
    check(Number.isSafeInteger(place.base) && place.base >= 0 && Number.isSafeInteger(place.taken) && place.taken >= 0, 'a place that is none');
    check(writeLdap(readLdap(writeLdap(place))) === writeLdap(place), 'another place after it was written and read');
  },
};
