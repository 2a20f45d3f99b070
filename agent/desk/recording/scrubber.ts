import { spellingsOf } from '../../secrets/spellings.js';
import { isSecretName } from '../secret-names.js';
import { scrubbedAddresses, scrubbedForm } from './scrub-form.js';
import { scrubbedJson } from './scrub-json.js';
import { scrubbedXml } from './scrub-xml.js';

/** Stands where a secret stood. Without characters that addresses, forms or JSON would spell otherwise. */
export const SCRUBBED = '**scrubbed**';

/** Shorter ones would tear words apart, and give themselves away by it. */
const SHORTEST = 4;
/** Of what was found by its name alone: `token: page2` is not to take the word out of everything else. */
const SHORTEST_FOUND = 8;

/**
 * Takes secrets out of what is recorded: those it was told of, in every spelling, and what stands under a name that secrets have.
 * A secret that is found by its name is known from then on, wherever else it stands.
 */
export class Scrubber {
  readonly #known = new Map<string, readonly string[]>();
  readonly #fields = new Set<string>();

  /** Clear texts that may be kept nowhere. */
  learn(secrets: readonly string[]): void {
    for (const secret of secrets) {
      // Also line by line: a key is sent and shown in parts.
      for (const text of [secret, ...secret.includes('\n') ? secret.split('\n').filter((line) => line.length >= 16) : []]) {
        if (text.length >= SHORTEST && text !== SCRUBBED && !this.#known.has(text)) this.#known.set(text, allSpellings(text));
      }
    }
  }

  /** Further names of fields, whatever the names say. */
  learnFields(names: readonly string[]): void {
    for (const name of names) this.#fields.add(name.toLowerCase());
  }

  /** What stands in the place of a value that was found by its name. */
  #hide = (value: string): string => {
    if (value.length >= SHORTEST_FOUND) this.learn([value]);
    return SCRUBBED;
  };

  #isSecret = (name: string): boolean => this.#fields.has(name.toLowerCase()) || isSecretName(name);

  /** The text without the secrets that are known by now. */
  text(given: string): string {
    const all = [...this.#known.values()].flat().sort((a, b) => b.length - a.length);
    // No regular expression: V8 keeps the text of the last match.
    return all.reduce((text, spelling) => (text.includes(spelling) ? text.replaceAll(spelling, SCRUBBED) : text), given);
  }

  /** A body of this media type, without secrets under their names either. */
  body(text: string, contentType: string): string {
    const type = contentType.toLowerCase();
    const trimmed = text.trimStart();
    if (type.includes('x-www-form-urlencoded')) return this.text(scrubbedForm(text, this.#hide));
    if (type.includes('xml') || trimmed.startsWith('<')) return this.text(scrubbedXml(text, this.#hide));
    if (type.includes('json') || trimmed.startsWith('{') || trimmed.startsWith('[')) return this.text(scrubbedJson(text, this.#hide, this.#isSecret));
    return this.text(scrubbedAddresses(text, this.#hide));
  }

  /** An address: credentials in it go, and what its parameters hold. */
  address(url: URL): string {
    const query = url.search === '' ? '' : `?${scrubbedForm(url.search.slice(1), this.#hide)}`;
    return this.text(`${url.protocol}//${url.host}${url.pathname}${query}`);
  }
}

function allSpellings(secret: string): readonly string[] {
  const encoded = encodeURIComponent(Buffer.from(secret, 'utf8').toString('utf8'));
  const xml = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
  const wide = Buffer.from(secret, 'utf16le').toString('base64');
  const spellings = [
    ...spellingsOf(secret), encoded.replaceAll('%20', '+'), lowerEscapes(encoded), lowerEscapes(encoded.replaceAll('%20', '+')), xml, wide,
    Buffer.from(secret, 'utf8').toString('hex').toUpperCase(), JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1),
  ];
  return [...new Set(spellings)].filter((spelling) => spelling.length >= SHORTEST);
}

/** `%2F` as `%2f`. */
function lowerEscapes(text: string): string {
  let result = '';
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== '%') {
      result += text[at] ?? '';
      continue;
    }
    result += text.slice(at, at + 3).toLowerCase();
    at += 2;
  }
  return result;
}
