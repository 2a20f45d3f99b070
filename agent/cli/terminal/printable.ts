/**
 * Control characters but tab and line feed, C1 included, and what turns the direction of text: in a name that comes from
 * a certificate or a server's answer they could rewrite what the terminal shows, or what its user then types.
 */
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The text as a terminal may show it: what it must not act upon is written out, e.g. `\u001b`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
