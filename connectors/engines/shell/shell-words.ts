import { ConnectorError } from '../../../protocol/model/index.js';

/**
 * A command line all of whose words are quoted. Only this file makes one, so that no text from outside becomes shell syntax:
 * what runs commands takes these words and no strings.
 */
export class ShellWords {
  /** The words as they were given. */
  readonly words: readonly string[];
  /** Quoted. */
  readonly text: string;

  private constructor(words: readonly string[], text: string) {
    this.words = words;
    this.text = text;
  }

  /** For sh, bash, dash, ksh and zsh (POSIX.1-2017, 2.2.2 "Single-Quotes"). */
  static posix(...words: readonly string[]): ShellWords {
    return new ShellWords(words, checked(words).map(posixQuoted).join(' '));
  }

  toString(): string {
    return this.text;
  }
}

/** Words every POSIX shell leaves as they are. `=` and `~` are not among them: they mean something at the beginning of a word. */
const PLAIN = /^[A-Za-z0-9_/.:@%+-][A-Za-z0-9_/.:@%+=,-]*$/;

/** One word for a POSIX shell. */
export function posixQuoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Refuses what a terminal would act on instead of passing it to the program: control characters, and more than a line takes
 * (4096 bytes with Linux, termios(3) "canonical mode"). Commands for an interactive shell have to pass it.
 */
export function typed(command: ShellWords): string {
  const { text } = command;
  if (CONTROL.test(text)) throw new ConnectorError('invalidAttributeValue', `A command for ${command.words[0]} holds a control character (a line break, say), which cannot be typed into a terminal. Correct the value.`, { outcome: 'notApplied' });
  if (Buffer.byteLength(text) > LONGEST_LINE) throw new ConnectorError('invalidAttributeValue', `A command for ${command.words[0]} has more than ${LONGEST_LINE} bytes, which a terminal cuts off. Shorten the values.`, { outcome: 'notApplied' });
  return text;
}

/** What a terminal acts on. */
export const CONTROL = /[\u0000-\u001f\u007f]/;
const LONGEST_LINE = 4000;

function checked(words: readonly string[]): readonly string[] {
  const [command] = words;
  if (command === undefined || command === '') throw new ConnectorError('illegalArgument', 'A command needs the name of a program.', { outcome: 'notApplied' });
  if (words.some((word) => word.includes('\0'))) throw new ConnectorError('invalidAttributeValue', `A value for ${command} holds a NUL character, which no command line can hold.`, { outcome: 'notApplied' });
  return words;
}
