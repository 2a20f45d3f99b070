import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dnKey, escapeDnValue, formatDn, isWithin, MAX_DN_LENGTH, parseDn, rebase, sameDn, tryParseDn, type Dn } from '../../../connectors/catalog/ldap/dn.js';

const attribute = fc.constantFrom('cn', 'uid', 'ou', 'dc', 'x-Thing', '2.5.4.3', '1.3.6.1.4.1.1466.0');
const value = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(' ', ',', '+', '"', '\\', '<', '>', ';', '#', '=', '\0', '\n', 'a', 'é', '😀'), maxLength: 8 }),
);
const dns: fc.Arbitrary<Dn> = fc.array(fc.array(fc.record({ attribute, value }), { minLength: 1, maxLength: 3 }), { maxLength: 5 });

describe('parsing a DN', () => {
  it.each([
    ['no type', '=x,dc=example'], ['no equals sign', 'uid'], ['nothing between commas', 'uid=a,,dc=b'], ['trailing comma', 'uid=a,'],
    ['lone backslash', 'uid=a\\'], ['open quote', 'uid="a'], ['quote inside', 'uid=a"b'], ['odd hexadecimal', 'uid=#0'], ['text after hexadecimal', 'uid=#0401xyz'],
    ['type with a space', 'u id=a'], ['text after a quoted value', 'uid="a"b'], ['type with a parenthesis', 'u)(x=a'],
  ])('refuses %s', (_, text) => {
    expect(() => parseDn(text)).toThrow(expect.objectContaining({ kind: 'invalidAttributeValue' }));
    expect(tryParseDn(text)).toBeUndefined();
  });

  it('refuses text beyond the limit without echoing all of it', () => {
    const text = `uid=${'a'.repeat(MAX_DN_LENGTH)}`;
    expect(() => parseDn(text)).toThrow(/^.{0,500}$/s);
  });

  it('never throws anything but a ConnectorError', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('u', 'id=', '=', ',', '+', ';', '"', '\\', '#', ' ', '0', 'aF', '<', 'é') , maxLength: 30 }), (text) => {
      try {
        parseDn(text);
      } catch (error) {
        expect(error).toMatchObject({ name: 'ConnectorError', kind: 'invalidAttributeValue' });
      }
    }));
  });

  // Section 4 of RFC 4514.
  it.each<[string, Dn]>([
    ['', []],
    ['UID=jsmith,DC=example,DC=net', [[{ attribute: 'UID', value: 'jsmith' }], [{ attribute: 'DC', value: 'example' }], [{ attribute: 'DC', value: 'net' }]]],
    ['OU=Sales+CN=J.  Smith,DC=example', [[{ attribute: 'OU', value: 'Sales' }, { attribute: 'CN', value: 'J.  Smith' }], [{ attribute: 'DC', value: 'example' }]]],
    ['CN=James \\"Jim\\" Smith\\, III,DC=net', [[{ attribute: 'CN', value: 'James "Jim" Smith, III' }], [{ attribute: 'DC', value: 'net' }]]],
    ['CN=Before\\0dAfter,DC=example', [[{ attribute: 'CN', value: 'Before\rAfter' }], [{ attribute: 'DC', value: 'example' }]]],
    ['1.3.6.1.4.1.1466.0=#04024869', [[{ attribute: '1.3.6.1.4.1.1466.0', value: 'Hi' }]]],
    ['CN=Lu\\C4\\8Di\\C4\\87', [[{ attribute: 'CN', value: 'Lučić' }]]],
  ])('reads the RFC example %s', (text, expected) => {
    expect(parseDn(text)).toEqual(expected);
  });

  it('reads the older forms servers and people still write', () => {
    const expected = parseDn('cn=Smith\\, John,dc=example,dc=com');
    expect(parseDn(' cn = "Smith, John" ; dc=example , dc = com ')).toEqual(expected);
    expect(parseDn('OID.2.5.4.3=a')).toEqual(parseDn('2.5.4.3=a'));
  });

  it('keeps escaped spaces at the ends and drops plain ones', () => {
    expect(parseDn('cn=\\ a \\ ,dc=x')[0]).toEqual([{ attribute: 'cn', value: ' a  ' }]);
    expect(parseDn('cn=  a  ,dc=x')[0]).toEqual([{ attribute: 'cn', value: 'a' }]);
  });

  it('keeps values that are no text as bytes', () => {
    expect(formatDn(parseDn('cn=\\ff\\00'))).toBe('cn=#0402ff00');
    expect(formatDn(parseDn('cn=#030101'))).toBe('cn=#030101');
  });
});

describe('writing a DN', () => {
  it('round-trips every DN', () => {
    fc.assert(fc.property(dns, (dn) => { expect(parseDn(formatDn(dn))).toEqual(dn); }));
  });

  it('never lets a value break out of its RDN', () => {
    fc.assert(fc.property(value, (text) => {
      const dn = parseDn(`cn=${escapeDnValue(text)},ou=people,dc=example`);
      expect(dn).toHaveLength(3);
      expect(dn[0]).toEqual([{ attribute: 'cn', value: text }]);
    }));
  });

  it.each([
    ['a,b', 'a\\,b'], ['#a', '\\#a'], [' a ', '\\ a\\ '], [' ', '\\ '], ['  ', '\\ \\ '], ['\\ ', '\\\\\\ '], ['a=b', 'a=b'], ['a\0b', 'a\\00b'], ['x<y>;"+', 'x\\<y\\>\\;\\"\\+'],
  ])('escapes %j', (text, expected) => {
    expect(escapeDnValue(text)).toBe(expected);
  });
});

describe('comparing DNs', () => {
  it.each([
    ['uid=a,dc=example,dc=com', 'uid=b,dc=example,dc=com'], ['uid=a,dc=example', 'cn=a,dc=example'], ['uid=a\\,dc=example', 'uid=a,dc=example'], ['uid=a+cn=b', 'uid=a,cn=b'],
  ])('tells %s from %s', (left, right) => {
    expect(sameDn(left, right)).toBe(false);
  });

  it.each([
    ['UID=A,DC=Example', 'uid=a, dc=example'], ['cn=a+uid=b,dc=x', 'uid=B+CN=a,dc=X'], ['cn=John  Smith', 'cn=john smith'], ['userid=a,domainComponent=x', 'uid=a,dc=x'],
    ['2.5.4.3=a', 'cn=a'], ['cn=\\4a', 'cn=J'], ['cn="a,b"', 'cn=a\\,b'], ['not a dn', 'NOT A DN'],
  ])('takes %s and %s for the same', (left, right) => {
    expect(sameDn(left, right)).toBe(true);
  });

  it('does not depend on case, order of AVAs or spacing', () => {
    fc.assert(fc.property(dns, (dn) => {
      const other = formatDn(dn.map((rdn) => [...rdn].reverse().map((ava) => ({ ...ava, attribute: ava.attribute.toUpperCase() })))).replaceAll(/(?<!\\),/g, ' , ');
      expect(dnKey(other)).toBe(dnKey(dn));
    }));
  });

  it('sees what lies within a base and what does not', () => {
    expect(isWithin('uid=a,ou=people,dc=example', 'OU=People,dc=example')).toBe(true);
    expect(isWithin('ou=people,dc=example', 'ou=people,dc=example')).toBe(true);
    expect(isWithin('uid=a,dc=x', '')).toBe(true);
    expect(isWithin('uid=a,ou=people2,dc=example', 'ou=people,dc=example')).toBe(false);
    expect(isWithin('dc=example', 'ou=people,dc=example')).toBe(false);
    expect(isWithin('uid=x\\,ou=people,dc=example', 'ou=people,dc=example')).toBe(false);
    expect(isWithin('rubbish', 'dc=example')).toBe(false);
  });

  it('moves a DN from one base to another', () => {
    const moved = rebase(parseDn('uid=a,ou=x,dc=example'), parseDn('OU=x,dc=example'), parseDn('ou=y,dc=example'));
    expect(moved && formatDn(moved)).toBe('uid=a,ou=y,dc=example');
    expect(rebase(parseDn('uid=a,dc=example'), parseDn('ou=x,dc=example'), [])).toBeUndefined();
  });
});
