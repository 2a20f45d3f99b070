import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAttributeType, parseContentRule, parseObjectClass } from '../../../connectors/catalog/ldap/schema/definitions.js';
import { DEFAULT_SCHEMA } from '../../../connectors/catalog/ldap/schema/default-schema.js';
import { Subschema } from '../../../connectors/catalog/ldap/schema/subschema.js';

const types = (...texts: string[]) => texts.map((text) => parseAttributeType(text)!);
const classes = (...texts: string[]) => texts.map((text) => parseObjectClass(text)!);

describe('definitions of RFC 4512', () => {
  test('an attribute type with everything', () => {
    expect(parseAttributeType(`( 2.5.4.3 NAME ( 'cn' 'commonName' ) DESC 'RFC4519: common name(s) (it''s \\27quoted\\27)' SUP name EQUALITY caseIgnoreMatch ORDERING caseIgnoreOrderingMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{32768} SINGLE-VALUE NO-USER-MODIFICATION USAGE directoryOperation X-ORIGIN 'RFC 4519' X-SCHEMA-FILE ( 'a' 'b' ) )`)).toEqual({
      oid: '2.5.4.3', names: ['cn', 'commonName'], superior: 'name', equality: 'caseIgnoreMatch', ordering: 'caseIgnoreOrderingMatch', substrings: 'caseIgnoreSubstringsMatch',
      syntax: '1.3.6.1.4.1.1466.115.121.1.15', singleValue: true, noUserModification: true, operational: true,
    });
  });

  test('old and careless spellings', () => {
    expect(parseAttributeType("(1.2.3 NAME'a' SYNTAX '1.3.6.1.4.1.1466.115.121.1.40')")).toMatchObject({ names: ['a'], syntax: '1.3.6.1.4.1.1466.115.121.1.40', operational: false });
    expect(parseObjectClass("( NAME 'x' SUP 'top' MUST (a$b $ c) MAY d )")).toEqual({ oid: '', names: ['x'], superiors: ['top'], kind: 'structural', must: ['a', 'b', 'c'], may: ['d'] });
    expect(parseObjectClass('( 1.2.3 AUXILIARY )')).toMatchObject({ names: ['1.2.3'], kind: 'auxiliary' });
  });

  test('a content rule, as Active Directory has them', () => {
    expect(parseContentRule("( 1.2.840.113556.1.5.9 NAME 'user' AUX ( mailRecipient $ securityPrincipal ) MUST (sAMAccountName $ objectSid) MAY (info $ cn ) NOT x )"))
      .toEqual({ oid: '1.2.840.113556.1.5.9', must: ['sAMAccountName', 'objectSid'], may: ['info', 'cn'] });
    expect(parseContentRule('( 1.2.3 AUX x )')).toEqual({ oid: '1.2.3', must: [], may: [] });
    expect(parseContentRule('none')).toBeUndefined();
  });

  test.each(['', '(', '()', 'cn', '( 1.2.3 NAME \'unclosed )'])('%j is none', (text) => expect(parseAttributeType(text)).toBeUndefined());

  test('no text does anything but parse or not', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom('(', ')', '$', "'", 'NAME', 'SUP', 'SYNTAX', 'SINGLE-VALUE', ' ', 'x', '1.2.3', '\\'), { maxLength: 30 }).map((parts) => parts.join(' ')), (text) => {
      parseAttributeType(text);
      parseObjectClass(text);
      parseContentRule(text);
    }));
  });
});

describe('inheritance', () => {
  const schema = new Subschema(
    types("( 1.1 NAME 'name' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )", "( 1.2 NAME ( 'cn' 'commonName' ) SUP name )", "( 1.3 NAME 'photo' SYNTAX 1.3.6.1.4.1.1466.115.121.1.28 )",
      "( 1.4 NAME 'loop' SUP loop )", "( 1.5 NAME 'number' EQUALITY integerMatch ORDERING integerOrderingMatch )"),
    classes("( 2.1 NAME 'top' ABSTRACT MUST objectClass )", "( 2.2 NAME 'a' SUP top MUST x MAY y )", "( 2.3 NAME 'b' SUP ( a loopy ) MAY x )", "( 2.4 NAME 'loopy' SUP b )"),
  );

  test('of attribute types, by any name and with options', () => {
    expect(schema.inherited(schema.attribute('COMMONNAME')!, 'equality')).toBe('caseIgnoreMatch');
    expect(schema.attribute('1.2')).toBe(schema.attribute('cn;lang-de'));
    expect(schema.inherited(schema.attribute('loop')!, 'syntax')).toBeUndefined();
    expect([schema.isBinary('photo'), schema.isBinary('cn'), schema.isBinary('unknown')]).toEqual([true, false, false]);
  });

  test('of classes, each once, loops and all', () => {
    expect(schema.withSuperiors(['b']).map(({ names }) => names[0])).toEqual(['b', 'a', 'loopy', 'top']);
  });

  test('a sort names a rule only where the attribute has none', () => {
    expect([schema.orderingRuleFor('cn'), schema.orderingRuleFor('number'), schema.orderingRuleFor('photo')]).toEqual(['caseIgnoreOrderingMatch', undefined, undefined]);
  });
});

test('the default schema is whole [ldap 30]', () => {
  for (const { names, must, may } of DEFAULT_SCHEMA.objectClasses) {
    for (const attribute of [...must, ...may]) expect(DEFAULT_SCHEMA.attribute(attribute), `${names[0] ?? ''}: ${attribute}`).toBeDefined();
  }
  expect(DEFAULT_SCHEMA.withSuperiors(['inetOrgPerson']).flatMap(({ must }) => must)).toEqual(expect.arrayContaining(['sn', 'cn', 'objectClass']));
});
