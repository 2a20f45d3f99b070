import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShellWords, posixQuoted, typed } from '../../../../connectors/engines/shell/shell-words.js';

const run = promisify(execFile);

const word = fc.string({ unit: 'grapheme-composite', maxLength: 60 }).filter((text) => !text.includes('\0'));
const nasty = fc.array(fc.constantFrom("'", '"', '\\', '$', '`', '!', '*', '~', '-', ' ', '\n', '\t', ';', '&', '|', '(', ')', '<', '>', '#', '=', '{', '}', 'ä', '‘', '’', '‚', '‛', 'x'), { maxLength: 12 }).map((parts) => parts.join(''));
const words = fc.array(fc.oneof(word, nasty), { maxLength: 8 });

/** What a POSIX shell makes of the words: each as NUL-ended text. */
async function asShellReads(shell: string, text: string): Promise<readonly string[]> {
  const { stdout } = await run(shell, ['-c', text], { env: { LC_ALL: 'C.UTF-8' } });
  return stdout.split('\0').slice(0, -1);
}

describe('words for a shell', () => {
  it('refuses a command without a program, and NUL characters', () => {
    expect(() => ShellWords.posix()).toThrow(/name of a program/);
    expect(() => ShellWords.posix('')).toThrow(/name of a program/);
    expect(() => ShellWords.posix('id', 'a\0b')).toThrow(/NUL/);
  });

  it.each(['/usr/bin/bash', '/usr/bin/dash'])('come out of %s as they went in', async (shell) => {
    await fc.assert(fc.asyncProperty(words, async (given) => {
      expect(await asShellReads(shell, ShellWords.posix('printf', String.raw`%s\0`, 'first', ...given).text)).toEqual(['first', ...given]);
    }), { numRuns: 60 });
  });

  it('keeps plain words readable', () => {
    expect(ShellWords.posix('/usr/sbin/useradd', '-s', '/bin/bash', 'a@b.example').text).toBe('/usr/sbin/useradd -s /bin/bash a@b.example');
    expect(posixQuoted("it's")).toBe(String.raw`'it'\''s'`);
    expect(posixQuoted('')).toBe("''");
  });

  it('are typed into a terminal only without control characters, and no longer than its line', () => {
    expect(() => typed(ShellWords.posix('echo', 'a\nrm -rf /'))).toThrow(/control character/);
    expect(() => typed(ShellWords.posix('echo', 'a\u0003b'))).toThrow(/control character/);
    expect(() => typed(ShellWords.posix('echo', 'ä'.repeat(2001)))).toThrow(/4000 bytes/);
    expect(typed(ShellWords.posix('echo', 'a b'))).toBe("echo 'a b'");
  });
});
