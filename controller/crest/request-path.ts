import { badRequest } from './resource-error.js';

const CONTEXT = 'openidm';

export interface RequestTarget {
  /** Decoded segments without the context path; a trailing slash is dropped. */
  readonly path: readonly string[];
  /** What stands before the path in a Location: `/openidm` or nothing. */
  readonly contextPath: string;
  /** Behind the question mark. */
  readonly search: string;
}

/** Splits a request URL. Both `/openidm/system/…` and `/system/…` are served. */
export function requestTarget(url: string): RequestTarget {
  const target = originForm(url);
  const at = target.indexOf('?');
  const raw = (at < 0 ? target : target.slice(0, at)).split('/');
  // The first piece stands before the leading slash; a trailing slash leaves an empty last one.
  const segments = raw.slice(1, raw.at(-1) === '' ? -1 : undefined).map(decode);
  const hasContext = segments[0] === CONTEXT;
  return {
    path: hasContext ? segments.slice(1) : segments,
    contextPath: hasContext ? `/${CONTEXT}` : '',
    search: at < 0 ? '' : target.slice(at + 1),
  };
}

/** Clients behind a proxy may name the whole URL (RFC 9112 section 3.2.2). */
function originForm(url: string): string {
  return url.replace(/^https?:\/\/[^/?]*/i, '');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest('The path has a bad percent-encoding');
  }
}
