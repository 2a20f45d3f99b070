import { isSecretParameter } from '../secret-names.js';

/** `a=1&password=x` (also a query) with values under names of secrets replaced; the rest stays as it is spelled. */
export function scrubbedForm(text: string, hide: (value: string) => string): string {
  return text.split('&').map((part) => {
    const at = part.indexOf('=');
    if (at < 0) return part;
    return isSecretParameter(decoded(part.slice(0, at))) && at + 1 < part.length ? `${part.slice(0, at)}=${hide(decoded(part.slice(at + 1)))}` : part;
  }).join('&');
}

/** A text with the queries of the addresses in it scrubbed: `see https://example.com/x?sig=…`. */
export function scrubbedAddresses(text: string, hide: (value: string) => string): string {
  return text.split(' ').map((word) => {
    const at = word.indexOf('?');
    return at < 0 ? word : `${word.slice(0, at + 1)}${scrubbedForm(word.slice(at + 1), hide)}`;
  }).join(' ');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
