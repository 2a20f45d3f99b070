import { FilterParser } from 'ldapts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Attribute, GuardedString, Uid, type Filter, type IcfValue } from '../../../protocol/model/index.js';
import { classFilter, filterText, nativeQuery, searchFilter, splitFilter } from '../../../connectors/catalog/ldap/filter.js';
import { parseFilter, type FilterNode } from '../../../connectors/catalog/ldap/directory/filter-encoding.js';
import { ldapConfig } from './ldap-config.js';

const config = ldapConfig({ host: 'localhost' });
type Valued = Exclude<Filter, { kind: 'and' | 'or' | 'not' | 'presence' | 'extendedMatch' }>['kind'];
const on = (kind: Valued, name: string, ...values: IcfValue[]): Filter => ({ kind, attribute: new Attribute(name, values) });
const text = (filter: Filter): string | undefined => filterText(filter, config);

describe('filter text', () => {
  test.each<[Filter, string]>([
    [on('equals', 'uid', 'user123'), '(uid=user123)'],
    [on('equals', 'mail', 'a', 'b'), '(&(mail=a)(mail=b))'],
    [on('containsAllValues', 'mail', 'a', 'b'), '(&(mail=a)(mail=b))'],
    [on('startsWith', 'cn', 'a'), '(cn=a*)'],
    [on('endsWith', 'cn', 'a'), '(cn=*a)'],
    [on('contains', 'cn', 'a'), '(cn=*a*)'],
    [on('contains', 'cn', ''), '(cn=*)'],
    [on('greaterThanOrEqual', 'uidNumber', 5), '(uidNumber>=5)'],
    [on('lessThanOrEqual', 'uidNumber', '5'), '(uidNumber<=5)'],
    [on('greaterThan', 'uidNumber', 5), '(&(uidNumber>=5)(!(uidNumber=5)))'],
    [on('lessThan', 'uidNumber', 5), '(&(uidNumber<=5)(!(uidNumber=5)))'],
    [{ kind: 'presence', name: 'manager' }, '(manager=*)'],
    [{ kind: 'presence', name: '__UID__' }, '(objectClass=*)'],
    [{ kind: 'not', operand: on('equals', 'cn', 'x') }, '(!(cn=x))'],
    [{ kind: 'or', operands: [on('equals', 'cn', 'x'), on('equals', 'cn', 'y')] }, '(|(cn=x)(cn=y))'],
    [{ kind: 'and', operands: [on('equals', 'cn', 'x'), { kind: 'not', operand: on('equals', 'cn', 'y') }] }, '(&(cn=x)(!(cn=y)))'],
    [{ kind: 'equals', attribute: new Uid('abc') }, '(entryUUID=abc)'],
    [on('equals', 'active', true), '(active=TRUE)'],
    [on('equals', 'jpegPhoto', Uint8Array.from([0, 0x2a, 0xff])), '(jpegPhoto=\\00\\2a\\ff)'],
    [on('equals', 'cn', 'a*(b)\\c\0'), '(cn=a\\2a\\28b\\29\\5cc\\00)'],
    [on('equals', 'memberOf:1.2.840.113556.1.4.1941:', 'CN=A,DC=x'), '(memberOf:1.2.840.113556.1.4.1941:=CN=A,DC=x)'],
    [{ kind: 'extendedMatch', operator: '1.2.840.113556.1.4.803', attribute: new Attribute('userAccountControl', ['2']) }, '(userAccountControl:1.2.840.113556.1.4.803:=2)'],
    [on('equals', '2.5.4.3;lang-fr', 'x'), '(2.5.4.3;lang-fr=x)'],
  ])('%j is %s', (filter, expected) => expect(text(filter)).toBe(expected));

  test.each<Filter>([
    on('equals', 'ldapGroups', 'cn=a'), on('contains', '__NAME__', 'x'), on('equals', 'a)(b', 'x'), on('equals', 'cn=*', 'x'),
    on('equals', 'userPassword', 'x'), on('equals', 'cn', new GuardedString('x')), on('equals', 'cn'), on('startsWith', 'cn', 'a', 'b'), on('contains', 'member', 'x'), on('equals', 'cn', ''),
    { kind: 'extendedMatch', operator: 'x)(', attribute: new Attribute('cn', ['2']) }, { kind: 'equals', attribute: new Attribute('cn', null) },
  ])('%j is left to the facade', (filter) => {
    expect(text(filter)).toBeUndefined();
    expect(splitFilter(filter, config)).toEqual({ native: undefined, residual: filter });
  });
});

describe('what is native and what is left', () => {
  const native = on('equals', 'cn', 'x');
  const left = on('equals', 'ldapGroups', 'cn=a');
  test('and is split, or and not are not', () => {
    expect(splitFilter({ kind: 'and', operands: [native, left] }, config)).toEqual({ native, residual: left });
    expect(splitFilter({ kind: 'or', operands: [native, left] }, config).native).toBeUndefined();
    expect(splitFilter({ kind: 'not', operand: left }, config).native).toBeUndefined();
  });

  test('a DN is the base of the search beside other conditions, and left over elsewhere', () => {
    const named = on('equals', '__NAME__', 'uid=a,dc=x');
    const both: Filter = { kind: 'and', operands: [native, named] };
    expect(splitFilter(both, config)).toEqual({ native: both, residual: undefined });
    expect(nativeQuery(both, config)).toEqual({ dn: 'uid=a,dc=x', text: '(cn=x)', impossible: false });
    expect(nativeQuery({ kind: 'and', operands: [named, on('equals', 'dn', 'UID=A, DC=X')] }, config).impossible).toBe(false);
    expect(nativeQuery({ kind: 'and', operands: [named, on('equals', 'dn', 'uid=b,dc=x')] }, config).impossible).toBe(true);
    expect(splitFilter({ kind: 'or', operands: [native, named] }, config).native).toBeUndefined();
    const dnAsUid = ldapConfig({ host: 'localhost', uidAttribute: 'dn' });
    expect(nativeQuery({ kind: 'equals', attribute: new Uid('uid=a,dc=x') }, dnAsUid)).toMatchObject({ dn: 'uid=a,dc=x', text: undefined });
  });

  test('what a schema says a server cannot match is left over', () => {
    const abilities = () => ({ equality: true, ordering: false, substrings: false });
    expect(splitFilter(on('startsWith', 'cn', 'x'), config, abilities).native).toBeUndefined();
    expect(splitFilter(on('greaterThan', 'cn', 'x'), config, abilities).native).toBeUndefined();
    expect(splitFilter(native, config, abilities).native).toBe(native);
  });
});

describe('composition', () => {
  const classes = '(&(objectClass=top)(objectClass=person)(objectClass=organizationalPerson)(objectClass=inetOrgPerson))';
  test('the object class filter alone, and after the native filter [ldap 33, 38, 41]', () => {
    expect(searchFilter('__ACCOUNT__', undefined, config)).toBe(classes);
    expect(searchFilter('__ACCOUNT__', '(uid=user123)', config)).toBe(`(&(uid=user123)${classes})`);
    expect(classFilter('__GROUP__', config)).toBe('(&(objectClass=top)(objectClass=groupOfUniqueNames))');
  });

  test('a user filter takes the place of the object class filter [ldap 40]', () => {
    const users = ldapConfig({ host: 'localhost', accountSearchFilter: 'employeeType=active', groupSearchFilter: '(cn=g*)' });
    expect(searchFilter('__ACCOUNT__', '(uid=x)', users)).toBe('(&(uid=x)(employeeType=active))');
    expect(searchFilter('__GROUP__', undefined, users)).toBe('(cn=g*)');
    expect(searchFilter('person', undefined, users)).toBe('(objectClass=person)');
  });

  test('without a class list the name of the object class counts [ldap 42]', () => {
    expect(classFilter('organizationalUnit', config)).toBe('(objectClass=organizationalUnit)');
    expect(classFilter('x)(y=*', config)).toBe('(objectClass=x\\29\\28y=\\2a)');
  });
});

/** Text that tries to break out of its place. */
const hostile = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('*', ')(objectClass=*)', '\\', '\\2a', '(&', '\0', ')', '(|(a=b)'));
const leaf = fc.record({ kind: fc.constantFrom<Valued>('equals', 'containsAllValues', 'startsWith', 'endsWith', 'contains', 'greaterThan', 'lessThanOrEqual'), value: hostile })
  .map(({ kind, value }) => on(kind, 'description', value));
const tree = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof({ maxDepth: 4 }, leaf,
    fc.array(tie('filter'), { minLength: 2, maxLength: 3 }).map((operands): Filter => ({ kind: 'and', operands })),
    fc.array(tie('filter'), { minLength: 2, maxLength: 3 }).map((operands): Filter => ({ kind: 'or', operands })),
    tie('filter').map((operand): Filter => ({ kind: 'not', operand }))),
})).filter;

/** The tree a filter has to become, independent of the text. */
function expected(filter: Filter): FilterNode {
  if (filter.kind === 'and' || filter.kind === 'or') return { kind: filter.kind, operands: filter.operands.map(expected) };
  if (filter.kind === 'not') return { kind: 'not', operand: expected(filter.operand) };
  if (filter.kind === 'presence' || filter.kind === 'extendedMatch') throw new Error('not generated');
  return EXPECTED[filter.kind as keyof typeof EXPECTED](Buffer.from(filter.attribute.values![0] as string, 'utf8'));
}

const attribute = 'description';
const equality = (value: Buffer): FilterNode => ({ kind: 'equality', attribute, value });
function substrings(value: Buffer, parts: Partial<FilterNode & { kind: 'substrings' }>): FilterNode {
  return value.length === 0 ? { kind: 'present', attribute } : { kind: 'substrings', attribute, initial: undefined, any: [], final: undefined, ...parts };
}
const EXPECTED = {
  equals: equality, containsAllValues: equality,
  startsWith: (value: Buffer) => substrings(value, { initial: value }),
  endsWith: (value: Buffer) => substrings(value, { final: value }),
  contains: (value: Buffer) => substrings(value, { any: [value] }),
  greaterThan: (value: Buffer): FilterNode => ({ kind: 'and', operands: [{ kind: 'greaterOrEqual', attribute, value }, { kind: 'not', operand: equality(value) }] }),
  lessThanOrEqual: (value: Buffer): FilterNode => ({ kind: 'lessOrEqual', attribute, value }),
};

describe('properties', () => {
  test('hostile values never change the structure of a filter', () => {
    fc.assert(fc.property(tree, (filter) => {
      const written = text(filter);
      // Equality with nothing is what LDAP cannot say; such a filter stays with the facade as a whole.
      if (written === undefined) return;
      expect(parseFilter(written)).toEqual(expected(filter));
      const classes = parseFilter(searchFilter('__ACCOUNT__', written, config));
      expect(classes).toMatchObject({ kind: 'and', operands: [expected(filter), { kind: 'and' }] });
    }), { numRuns: 500 });
  });

  test('another parser sees the same structure', () => {
    const shape = (filter: { type: number; filters?: unknown[]; filter?: unknown }): unknown => ({
      type: filter.type, inner: (filter.filters ?? (filter.filter === undefined ? [] : [filter.filter])).map((one) => shape(one as { type: number })),
    });
    const ours = (node: FilterNode): unknown => ({
      type: { and: 0xa0, or: 0xa1, not: 0xa2, equality: 0xa3, substrings: 0xa4, greaterOrEqual: 0xa5, lessOrEqual: 0xa6, present: 0x87, approximate: 0xa8, extensible: 0xa9 }[node.kind],
      inner: node.kind === 'and' || node.kind === 'or' ? node.operands.map(ours) : node.kind === 'not' ? [ours(node.operand)] : [],
    });
    fc.assert(fc.property(tree, (filter) => {
      const written = text(filter);
      if (written !== undefined) expect(shape(FilterParser.parseString(written) as unknown as { type: number })).toEqual(ours(parseFilter(written)));
    }), { numRuns: 300 });
  });

  test.each(['', '(', '(a=b', '(a=b))', '(&(a=b)', '(=x)', '(a b=c)', '(a=\\zz)', '(a=b\\)', '()', '(a)', '(!)', '(a:=b)(c=d)', `${'(!'.repeat(200)}(a=b)${')'.repeat(200)}`])('%s is refused', (wrong) => {
    expect(() => parseFilter(wrong)).toThrow(/is not valid/);
  });

  test('arbitrary text never does anything but parse or throw illegalArgument', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('(', ')', '&', '|', '!', '=', '*', '\\', 'a', '2', ':', '>', '<', '~', ' ', 'é'), maxLength: 40 }), (anything) => {
      try {
        parseFilter(anything);
      } catch (error) {
        expect(error).toMatchObject({ kind: 'illegalArgument' });
      }
    }), { numRuns: 2000 });
  });
});
