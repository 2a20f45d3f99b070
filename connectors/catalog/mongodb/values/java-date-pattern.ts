/** Pieces of a date pattern with the letters of Java's SimpleDateFormat and DateTimeFormatter. */
export type PatternPart = { readonly literal: string } | { readonly letter: PatternLetter; readonly count: number };

const LETTERS = ['y', 'u', 'M', 'd', 'H', 'h', 'm', 's', 'S', 'a', 'E', 'X', 'Z'] as const;
export type PatternLetter = (typeof LETTERS)[number];

function isLetter(character: string): character is PatternLetter {
  return (LETTERS as readonly string[]).includes(character);
}

/** Quoted text from the quote at `at`; two quotes stand for one, and an empty pair is a quote itself. */
function quoted(pattern: string, at: number): { readonly literal: string; readonly next: number } {
  if (pattern[at + 1] === '\'') return { literal: '\'', next: at + 2 };
  let literal = '';
  for (let index = at + 1; index < pattern.length; index++) {
    if (pattern[index] !== '\'') literal += pattern[index] ?? '';
    else if (pattern[index + 1] === '\'') {
      literal += '\'';
      index++;
    } else return { literal, next: index + 1 };
  }
  throw new TypeError('a quote is not closed');
}

/** Throws a TypeError that says what is wrong. Typographic quotes, which the documentation prints, are taken for straight ones. */
export function parsePattern(given: string): readonly PatternPart[] {
  const pattern = given.replace(/[\u2018\u2019]/g, '\'');
  const parts: PatternPart[] = [];
  for (let at = 0; at < pattern.length;) {
    const character = pattern[at] ?? '';
    if (character === '\'') {
      const { literal, next } = quoted(pattern, at);
      parts.push({ literal });
      at = next;
    } else if (/[A-Za-z]/.test(character)) {
      if (!isLetter(character)) throw new TypeError(`the letter ${character} is not supported (supported: ${LETTERS.join(' ')})`);
      let count = 1;
      while (pattern[at + count] === character) count++;
      parts.push({ letter: character, count });
      at += count;
    } else {
      parts.push({ literal: character });
      at++;
    }
  }
  if (!parts.some((part) => 'letter' in part)) throw new TypeError('it has no letter that stands for a part of a date');
  return parts;
}
