import { LONGEST_MESSAGE, bounded } from '../model/index.js';
import type { JsonObject, JsonValue } from './json.js';

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed',
  408: 'Request Time-out', 409: 'Conflict', 412: 'Precondition Failed', 413: 'Request Entity Too Large',
  428: 'Precondition Required', 500: 'Internal Server Error', 501: 'Not Implemented', 502: 'Bad Gateway',
  503: 'Service Unavailable', 504: 'Gateway Time-out',
};

const HTML_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** An answer that is an error: HTTP status, text for the caller and optional detail (CREST). */
export class ResourceError extends Error {
  override readonly name = 'ResourceError';
  readonly code: number;
  readonly detail: JsonValue | undefined;

  constructor(code: number, message?: string, options: { readonly detail?: JsonValue | undefined; readonly cause?: unknown } = {}) {
    super(bounded(message ?? reasonOf(code), LONGEST_MESSAGE), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
  }

  /** `{code, reason, message, detail?}`; the message is HTML-escaped, as existing clients expect it. */
  toJson(): JsonObject {
    const body: JsonObject = { code: this.code, reason: reasonOf(this.code), message: escapeHtml(this.message) };
    if (this.detail !== undefined) body['detail'] = this.detail;
    return body;
  }
}

function reasonOf(code: number): string {
  return REASONS[code] ?? 'Resource Exception';
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => HTML_ESCAPES[character] ?? character);
}

export const badRequest = (message: string, detail?: JsonValue): ResourceError => new ResourceError(400, message, { detail });
export const notFound = (message: string): ResourceError => new ResourceError(404, message);
export const notSupported = (message: string): ResourceError => new ResourceError(501, message);
export const preconditionFailed = (message: string): ResourceError => new ResourceError(412, message);
export const unavailable = (message = 'Service Unavailable', detail?: JsonValue): ResourceError => new ResourceError(503, message, { detail });
