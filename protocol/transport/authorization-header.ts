/** What no Base64 text holds (RFC 4648 section 4). */
const NOT_BASE64 = /[^A-Za-z0-9+/=]|^=|=[^=]|={3}/;
/** What no token68 holds (RFC 9110 section 11.2). */
const NOT_TOKEN68 = /[^A-Za-z0-9._~+/=-]|^=|=[^=]/;

/**
 * What an Authorization header says behind the scheme `Basic` or `Bearer`; undefined when it is another scheme or malformed.
 * Only a malformed header is matched by a regular expression: V8 keeps the text of the last match (`RegExp.$_`) until the next
 * one, and would keep the secret with it.
 */
export function authorizationWord(header: string | undefined, scheme: 'basic' | 'bearer'): string | undefined {
  const [name, word, ...more] = (header ?? '').split(' ').filter((part) => part !== '');
  if (word === undefined || more.length > 0 || name?.toLowerCase() !== scheme) return undefined;
  return (scheme === 'basic' ? NOT_BASE64 : NOT_TOKEN68).test(word) ? undefined : word;
}
