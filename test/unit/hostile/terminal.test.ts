import { describe, expect, it } from 'vitest';
import { printable } from '../../../agent/cli/terminal/printable.js';

describe('text from outside on a terminal', () => {
  it.each([
    ['an escape sequence that clears the screen', 'CN=\u001b[2J\u001b[1;1Hall is well', 'CN=\\u001b[2J\\u001b[1;1Hall is well'],
    ['a carriage return that overwrites the line', 'refused\rok     ', 'refused\\u000dok     '],
    ['C1 controls, which 8-bit terminals act upon', 'a\u009b31mb', 'a\\u009b31mb'],
    ['an override that turns the reading direction', 'user\u202egpj.exe', 'user\\u202egpj.exe'],
    ['isolates', 'a\u2066b\u2069', 'a\\u2066b\\u2069'],
    ['a bell, a backspace and a delete', '\u0007\b\u007f', '\\u0007\\u0008\\u007f'],
    ['line separators that are none to a log', 'a\u2028b', 'a\\u2028b'],
  ])('%s is written out', (_what, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('leaves people\'s names, tabs and line feeds alone', () => {
    const text = 'Zoë Müller-Šimek\t李小龍\nمحمد 😀\n';
    expect(printable(text)).toBe(text);
  });
});
