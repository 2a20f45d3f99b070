import { describe, expect, it } from 'vitest';
import { choice, guarded, numbered, properties, text, textList, uri, withGroup, withOrder } from '../../../../connectors/framework/index.js';
import { GuardedString, IcfArray, IcfUri } from '../../../../protocol/model/index.js';

const help = 'A text.';

describe('a property of type URI', () => {
  const address = uri({ help });

  it.each([['no address', 'string'], [new IcfUri('//'), 'IcfUri'], [7, 'number'], [new GuardedString('https://x.example'), 'GuardedString']])('refuses %s', (value, what) => {
    expect(() => address.read(value)).toThrow(`expected a URI, got ${what}`);
  });

  it('reads a URI as text, and null as not given', () => {
    expect(address.type).toBe('URI');
    expect(address.read(new IcfUri('https://service.example.com/api'))).toBe('https://service.example.com/api');
    expect(address.read(null)).toBeNull();
  });
});

describe('a property of type Boolean', () => {
  it('is true, false or not chosen, and nothing else', () => {
    const readOnly = choice({ help });
    expect(() => readOnly.read('true')).toThrow('expected true or false, got string');
    expect([readOnly.type, readOnly.default, readOnly.read(null), readOnly.read(false)]).toEqual(['Boolean', null, null, false]);
  });
});

describe('a list of strings', () => {
  it('reads null as an empty list, whether null or an empty list is its default', () => {
    expect([textList({ help }).default, textList({ help, default: null }).default]).toEqual([[], null]);
    expect([textList({ help }).read(null), textList({ help, default: null }).read(null)]).toEqual([[], []]);
    expect(textList({ help, default: null }).read(new IcfArray('String', ['a']))).toEqual(['a']);
  });
});

describe('a block of properties', () => {
  const block = properties({ user: text({ help, required: true }), secret: guarded({ help, order: 40, group: 'Other' }) });

  it('gets an order, numbers or a heading, and is otherwise the same', () => {
    const facts = (table: typeof block) => Object.entries(table).map(([name, { order, group, required, confidential }]) => [name, order, group, required, confidential]);
    expect(facts(block)).toEqual([['user', -1, 'Configuration properties', true, false], ['secret', 40, 'Other', false, true]]);
    expect(facts(withOrder(0, block))).toEqual([['user', 0, 'Configuration properties', true, false], ['secret', 0, 'Other', false, true]]);
    expect(facts(numbered(3, block))).toEqual([['user', 3, 'Configuration properties', true, false], ['secret', 4, 'Other', false, true]]);
    expect(facts(withGroup('Login', block))).toEqual([['user', -1, 'Login', true, false], ['secret', 40, 'Login', false, true]]);
    expect(withGroup('Login', block).user.read('x')).toBe('x');
  });
});
