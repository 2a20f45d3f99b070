import type { HttpRequest } from '../../http/http-client.js';

/** What encodeURIComponent leaves and RFC 3986, section 2.3, does not. */
const RESERVED: ReadonlyMap<string, string> = new Map([['!', '%21'], ['\'', '%27'], ['(', '%28'], [')', '%29'], ['*', '%2A']]);

export type Parameter = readonly [name: string, value: string];

/** RFC 5849, section 3.6. No regular expression: it may be a secret, which those keep. */
export function percentEncoded(text: string): string {
  return Array.from(encodeURIComponent(text), (character) => RESERVED.get(character) ?? character).join('');
}

/** Encoded, in the order of their encoded names and values, as RFC 5849, section 3.4.1.3.2, has it. */
export function normalizedParameters(parameters: Iterable<Parameter>): string {
  const encoded = Array.from(parameters, ([name, value]) => [percentEncoded(name), percentEncoded(value)] as const);
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return encoded.sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1])).map((pair) => pair.join('=')).join('&');
}

/** Those of the query. */
export function queryParameters({ url }: HttpRequest): Parameter[] {
  return [...url.searchParams];
}

/** Those of a body that is a form; none of any other body. */
export function formParameters({ headers, body }: HttpRequest): Parameter[] {
  const type = headers.get('content-type') ?? body?.contentType ?? '';
  if (body === undefined || type.split(';')[0]?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return [];
  return [...new URLSearchParams(new TextDecoder().decode(body.bytes))];
}
