const SEPARATORS = '()<>@,;:\\"/[]?={}';
const LAST_OF_LATIN_1 = '\u00ff';

/** A token of RFC 9110. */
export function isHeaderName(text: string): boolean {
  return text !== '' && Array.from(text).every((character) => character > ' ' && character <= '~' && !SEPARATORS.includes(character));
}

/** What can be sent as the value of a header. No regular expression: it may be a secret, which those keep. */
export function isHeaderValue(text: string): boolean {
  return Array.from(text).every((character) => (character >= ' ' && character !== '\u007f' && character <= LAST_OF_LATIN_1) || character === '\t');
}
