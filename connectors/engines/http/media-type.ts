import type { HttpAnswer } from './http-client.js';

/** `type/subtype` in lower case and the charset, '' each where there is none (RFC 9110, section 8.3). */
export function mediaTypeOf({ headers }: Pick<HttpAnswer, 'headers'>): { readonly type: string; readonly charset: string } {
  const [type = '', ...parameters] = (headers.get('content-type') ?? '').split(';').map((part) => part.trim());
  const charset = parameters.map((parameter) => parameter.split('=')).find(([name = '']) => name.trim().toLowerCase() === 'charset')?.[1] ?? '';
  return { type: type.toLowerCase(), charset: charset.trim().replaceAll('"', '').toLowerCase() };
}

/** JSON by its name: `application/json`, `application/scim+json`, `text/json`, and `application/x-amz-json-1.1`, which AWS calls it. */
export function isJsonType(type: string): boolean {
  return type.endsWith('/json') || type.endsWith('+json') || type.startsWith('application/x-amz-json-');
}

export function isHtmlType(type: string): boolean {
  return type === 'text/html' || type === 'application/xhtml+xml';
}
