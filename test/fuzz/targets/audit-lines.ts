import { hashOf, parseLine, renderLine, sequenceOf, timeOf, type LineFields } from '../../../agent/audit/audit-line.js';
import { canonicalJson, type Json } from '../../../agent/audit/canonical-json.js';
import { GENESIS, keyedChain, plainChain } from '../../../agent/audit/chain-hash.js';
import { ChainWalk } from '../../../agent/audit/chain-walk.js';
import { fileBeginOf } from '../../../agent/audit/file-begin.js';
import { check, text, type FuzzTarget } from '../engine/target.js';

const KEYED = keyedChain('key of the audit');
const AT = '2026-11-22T06:00:00.000Z';
const LINE_BREAK = 0x0a;

/** Three lines as they are written; the hash of the last. */
function written(chain = plainChain): { readonly lines: readonly Buffer[]; readonly bytes: Buffer } {
  let previous = GENESIS;
  const lines: Buffer[] = [];
  for (const fields of [{ kind: 'operation', uid: 'u1' }, { kind: 'event', detail: { text: 'a "quoted" \u2028 name', list: [1, 'b', null] } }, { kind: 'operation', uid: 'é' }] as LineFields[]) {
    const { line, hash } = renderLine(fields, AT, lines.length + 1, previous, chain);
    lines.push(Buffer.from(line.slice(0, -1), 'latin1'));
    previous = hash;
  }
  return { lines, bytes: Buffer.concat(lines.flatMap((line) => [line, Buffer.of(LINE_BREAK)])) };
}

const OURS = written(KEYED);
const known = new Set(OURS.lines.map((line) => line.toString('latin1')));

function linesIn(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(LINE_BREAK, start);
    lines.push(bytes.subarray(start, end < 0 ? bytes.length : end));
    start = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}

/** What stands in a file, whoever wrote it. */
function readFile(bytes: Buffer): void {
  const walk = new ChainWalk(KEYED, GENESIS, undefined);
  linesIn(bytes).forEach((line, index) => {
    const isGood = walk.take(line) === 'good';
    check(!isGood || known.has(line.toString('latin1')), 'a line passes that was not written');
    check(!isGood || index > 0 || OURS.lines[0]?.equals(line) === true, 'a line passes in another place');
    for (const look of [hashOf, parseLine, sequenceOf, timeOf, fileBeginOf]) look(line);
  });
  new ChainWalk(undefined, GENESIS, undefined).take(bytes);
}

/** What somebody outside says, written as a value. */
function writeLine(given: string): void {
  const fields: LineFields = { kind: 'event', name: given, detail: { [given.slice(0, 40)]: given.slice(0, 200), list: given.split('\n') as Json } };
  const { line, hash } = renderLine(fields, AT, 7, GENESIS, KEYED);
  check(line.indexOf('\n') === line.length - 1 && /^[\x20-\x7e]+\n$/.test(line), 'a line with something else than printable ASCII');
  const stored = Buffer.from(line.slice(0, -1), 'latin1');
  check(hashOf(stored)?.hash === hash && sequenceOf(stored) === 7 && timeOf(stored) === AT, 'a line that cannot be read back');
  check(new ChainWalk(KEYED, GENESIS, undefined).take(stored) === 'good', 'a line that does not fit its own chain');
  const name = parseLine(stored)?.['name'];
  check(typeof name === 'string' && (given.length > 1024 || name === given), 'a value that was changed');
}

/** Without the key nobody makes a line that passes; whatever a line holds, it is one line, and says what it was given. */
export const target: FuzzTarget = {
  name: 'audit-lines',
  seeds: () => [OURS.bytes, written().bytes, Buffer.from('{"kind":"x"}'), Buffer.from('a\r\nb\u0000\ud800')],
  words: ['"hash":"', '"seq":', '{"at":"', '\\u000a', '\n'],
  run(input) {
    readFile(Buffer.from(input));
    writeLine(text(input));
    canonicalJson(text(input));
  },
};
