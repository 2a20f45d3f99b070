import { describe, expect, it } from 'vitest';
import { readShellCommand } from './shell-words.js';

/** Examples of POSIX.1-2017, Shell Command Language 2.2, and the misprints there are. */
describe('a command as a shell reads it', () => {
  it.each<[string, readonly string[]]>([
    ["curl 'left open\nand so on", ['curl']],
    ['curl "left open', ['curl']],
  ])('ends at a quote that is left open: %j', (text, words) => {
    expect(readShellCommand(text)).toEqual({ words, isOpen: true });
  });

  it.each<[string, readonly string[]]>([
    ['curl \\\n--data \'{\n"a": 1\n}\' \\\n"http://x"\nanswer', ['curl', '--data', '{\n"a": 1\n}', 'http://x']],
    ["--data-raw '{}'\n\"http://lost\"", ['--data-raw', '{}']],
    ['--data "{ "a": "b" }" "x"', ['--data', '{ a: b }', 'x']],
    [String.raw`"a\"b\\c\d" 'e\f' g\ h`, [String.raw`a"b\c\d`, String.raw`e\f`, 'g h']],
    ["'a'\"b\"c", ['abc']],
    ['"" x', ['', 'x']],
    ["--data '{}'\\\n\"http://joined\"", ['--data', '{}http://joined']],
  ])('%j', (text, words) => {
    expect(readShellCommand(text)).toEqual({ words, isOpen: false });
  });
});
