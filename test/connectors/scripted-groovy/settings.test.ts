import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSettings, type Setting } from '../../../connectors/engines/scripted/config-slurper.js';
import { customConfiguration } from '../../../connectors/engines/scripted/custom-configuration.js';
import { GuardedString } from '../../../protocol/model/index.js';

const plain = (value: Setting): unknown => (value instanceof Map ? Object.fromEntries([...value].map(([name, item]) => [name, plain(item)])) : Array.isArray(value) ? value.map((item: Setting) => plain(item)) : value);
const read = (text: string): unknown => plain(parseSettings(text));
const refusal = (text: string): string => {
  try {
    parseSettings(text);
  } catch (error) {
    return (error as Error).message;
  }
  return 'it was taken';
};

describe('settings as ConfigSlurper writes them', () => {
  it.each<[string, string, unknown]>([
    ['nothing', '  \n ; ', {}],
    ['the sample of the Kerberos connector [scripted-groovy 9]', "kadmin { cmd = '/usr/sbin/kadmin.local'; user='<KADMIN USERNAME>'; default_realm='<REALM>' }", { kadmin: { cmd: '/usr/sbin/kadmin.local', user: '<KADMIN USERNAME>', default_realm: '<REALM>' } }],
    ['new lines in place of ;', 'a = 1\nb = 2', { a: 1, b: 2 }],
    ['blocks within blocks', 'a { b { c = 1 }\n d = 2 }', { a: { b: { c: 1 }, d: 2 } }],
    ['names with dots, which are the same blocks', "a.b.c = 1\na { b { d = 'x' } }\na.b { e = 2 }", { a: { b: { c: 1, d: 'x', e: 2 } } }],
    ['a later value', 'a = 1; a = 2', { a: 2 }],
    ['all kinds of values', "t = true; f = false; n = null; i = -7; l = 12L; d = 2.5; e = 1e3; g = 7G", { t: true, f: false, n: null, i: -7, l: 12, d: 2.5, e: 1000, g: 7 }],
    ['lists and maps', "l = ['a', 2, [true]]\nm = [one: 1, 'two words': [x: 'y']]; none = []; empty = [:]", { l: ['a', 2, [true]], m: { one: 1, 'two words': { x: 'y' } }, none: [], empty: {} }],
    ['lists over several lines', "l = [\n 'a', // first\n 'b',\n]", { l: ['a', 'b'] }],
    ['texts of either quote', `a = "it's"; b = 'say "x"'`, { a: "it's", b: 'say "x"' }],
    ['texts of three quotes', "a = '''one\n'two' '''; b = \"\"\"x\"y\"\"\"", { a: "one\n'two' ", b: 'x"y' }],
    ['escapes', "a = 'tab\\tnew\\nquote\\' back\\\\ \\u00e4'; b = \"\\$5\"", { a: "tab\tnew\nquote' back\\ ä", b: '$5' }],
    ['a $ in single quotes', "a = '$5 ${x}'", { a: '$5 ${x}' }],
    ['comments', "// one\na = 1 // two\n/* b = 2\n */ c = 3", { a: 1, c: 3 }],
    ['quoted names', "'a b' = 1; \"c\" { d = 2 }", { 'a b': 1, c: { d: 2 } }],
  ])('reads %s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('reads JSON where it begins with a brace', () => {
    expect(read(' {"kadmin": {"user": "x", "ports": [1, 2.5], "on": true, "none": null}}')).toEqual({ kadmin: { user: 'x', ports: [1, 2.5], on: true, none: null } });
  });

  it.each<[string, string, RegExp]>([
    ['an expression', 'a = 1\nb = new Date()', /Line 2: .*would have to be computed/],
    ['a value put into a text', 'a = "x${y}"', /Line 1: .*\$/],
    ['settings for each environment', 'a = 1\nenvironments { dev { a = 2 } }', /Line 2: environments/],
    ['a name without a value', 'a', /Line 1: a name has to be followed/],
    ['a block that is not closed', 'a { b = 1\n', /not closed/],
    ['a } too many', 'a = 1\n}', /Line 2: .*without its/],
    ['a text that is not closed', "a = 'b\nc = 1", /Line 1: a text is not closed/],
    ['two settings without separator', 'a = 1 b = 2', /Line 1: after a setting/],
    ['a list that is not closed', 'a = [1, 2', /missing/],
    ['a comment that is not closed', '/* a = 1', /comment/],
    ['JSON that is none', '{"a": }', /JSON/],
    ['blocks nested too deep', 'a {'.repeat(40) + '}'.repeat(40), /nested deeper/],
  ])('refuses %s, with its line', (_, text, message) => {
    expect(refusal(text)).toMatch(message);
  });

  it('never quotes the text, which may be a secret', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('s', 'e', 'c', 'r', 't', ' ', '=', '{', '}', "'", '"', '\\', '$', '[', ']', ':', ',', '\n', ';', '/', '*', '1') , maxLength: 40 }), (text) => {
      const said = refusal(`${text}topsecret=topsecret'topsecret`);
      expect(said.replace('it was taken', '')).not.toContain('topsecret');
    }));
  });

  it('reads back any text and any nesting of it', () => {
    const quoted = (text: string): string => `'${Array.from(text).map((character) => (character === '\\' || character === "'" ? `\\${character}` : character === '\n' ? '\\n' : character)).join('')}'`;
    fc.assert(fc.property(fc.array(fc.tuple(fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/), fc.string({ unit: 'binary' })), { maxLength: 5 }), (entries) => {
      const known = entries.filter(([name]) => !['true', 'false', 'null'].includes(name));
      const text = known.map(([name, value]) => `x { ${name} = ${quoted(value)} }`).join('\n');
      expect(read(text)).toEqual(known.length === 0 ? {} : { x: Object.fromEntries(known) });
    }));
  });
});

describe('the settings of a configuration', () => {
  it('puts blocks of one name together; what is sensitive stays secret [scripted-groovy 8, 10]', () => {
    const both = customConfiguration({
      customConfiguration: "kadmin { user = 'admin'; password = 'no' }", customSensitiveConfiguration: new GuardedString("kadmin { password = 's3cret'; pin = 1234; strict = true }"),
    });
    const kadmin = both.get('kadmin') as Map<string, unknown>;
    expect(kadmin.get('user')).toBe('admin');
    expect(kadmin.get('password')).toBeInstanceOf(GuardedString);
    expect((kadmin.get('password') as GuardedString).reveal()).toBe('s3cret');
    expect((kadmin.get('pin') as GuardedString).reveal()).toBe('1234');
    expect(kadmin.get('strict')).toBe(true);
  });

  it('says which property is wrong, and nothing of its value', () => {
    expect(() => customConfiguration({ customConfiguration: null, customSensitiveConfiguration: new GuardedString('kadmin { password = s3cret }') })).toThrow(/^customSensitiveConfiguration: Line 1: (?!.*s3cret)/);
    expect(() => customConfiguration({ customConfiguration: 'a = b()', customSensitiveConfiguration: null })).toThrow(/^customConfiguration: Line 1/);
  });
});
