import { BerWriter } from 'ldapts';
import { filterText, searchFilter, splitFilter } from '../../../connectors/catalog/ldap/filter.js';
import { escapeFilterValue } from '../../../connectors/catalog/ldap/filter-value.js';
import { BerCursor } from '../../../connectors/framework/ber.js';
import { parseFilter, writeFilter, type FilterNode } from '../../../connectors/catalog/ldap/directory/filter-encoding.js';
import { ConnectorError, type Filter } from '../../../protocol/model/index.js';
import { ldapConfig } from '../../connectors/ldap/ldap-config.js';
import { ByteSource } from '../engine/byte-source.js';
import { bytesOf, check, refusable, text, type FuzzTarget } from '../engine/target.js';
import { filterFrom } from './built-filter.js';

const CONFIG = ldapConfig({ baseContexts: ['dc=example,dc=com'] });

/** What a filter is made of, without its values: what an injected value would change. */
function shapeOf(node: FilterNode): string {
  if (node.kind === 'and' || node.kind === 'or') return `${node.kind}(${node.operands.map(shapeOf).join()})`;
  if (node.kind === 'not') return `not(${shapeOf(node.operand)})`;
  return `leaf ${'attribute' in node ? node.attribute ?? '' : ''}`;
}

function leavesOf(filter: Filter): number {
  if (filter.kind === 'and' || filter.kind === 'or') return filter.operands.reduce((sum, operand) => sum + leavesOf(operand), 0);
  if (filter.kind === 'not') return leavesOf(filter.operand);
  if (filter.kind === 'presence' || filter.kind === 'extendedMatch') return 1;
  const values = Math.max(1, filter.attribute.values?.length ?? 1);
  return filter.kind === 'greaterThan' || filter.kind === 'lessThan' ? 2 : values;
}

function countLeaves(node: FilterNode): number {
  if (node.kind === 'and' || node.kind === 'or') return node.operands.reduce((sum, operand) => sum + countLeaves(operand), 0);
  return node.kind === 'not' ? countLeaves(node.operand) : 1;
}

/** Every element lies within its parent, so nothing can be smuggled behind it. */
function walk(cursor: BerCursor): void {
  while (!cursor.done) {
    const tag = cursor.tag ?? 0;
    if ((tag & 0x20) !== 0) walk(cursor.within(tag));
    else cursor.skip();
  }
}

function encoded(node: FilterNode): Buffer {
  const writer = new BerWriter();
  writeFilter(writer, node);
  return writer.buffer;
}

/** Filter texts are refused or read; a filter of ours says what it is to say and nothing else, whatever its values are. */
export const target: FuzzTarget = {
  name: 'ldap-filters',
  seeds: () => [
    '(cn=a)', '(&(objectClass=person)(|(cn=a*b*c)(!(sn=\\28\\29\\2a\\5c\\00))))', '(cn:dn:2.4.6.8.10:=Dino)', '(:caseExactMatch:=x)', '(member>=a)(cn<=b)', '(cn~=x)', 'cn=*', '(o=)', '( & (a=b) )',
  ].map(bytesOf),
  bounds: { bytes: 2048 },
  words: ['(', ')', '*', '\\2a', '\\00', ':=', ':dn:', '>=', '<=', '~=', '&', '|', '!', '(objectClass=*)', ')(uid=*)'],
  run(input) {
    const raw = refusable(() => parseFilter(text(input)), ConnectorError);
    if (raw !== undefined) walk(new BerCursor(encoded(raw)));
    const value = parseFilter(`(cn=${escapeFilterValue(text(input))})`);
    check(value.kind === 'equality' && value.value.equals(Buffer.from(text(input))), 'an escaped value means something else');
    const octets = parseFilter(`(cn=${escapeFilterValue(input)})`);
    check(octets.kind === 'equality' && octets.value.equals(input), 'escaped bytes mean something else');
    const filter = filterFrom(new ByteSource(input));
    const written = filterText(filter, CONFIG);
    splitFilter(filter, CONFIG);
    if (written === undefined) return;
    const node = refusable(() => parseFilter(written), ConnectorError);
    if (node === undefined) return;
    check(countLeaves(node) <= leavesOf(filter), 'the LDAP filter asks for more than the ICF filter');
    walk(new BerCursor(encoded(node)));
    const whole = parseFilter(searchFilter('__ACCOUNT__', written, CONFIG));
    check(whole.kind === 'and' && whole.operands[0] !== undefined && shapeOf(whole.operands[0]) === shapeOf(node), 'the filter is another one inside the search');
  },
};
