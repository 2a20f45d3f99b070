import { readFile } from 'node:fs/promises';

/** The status page by path: file in page/ and content type. Nothing else is ever read for a request. */
const FILES: Readonly<Record<string, readonly [file: string, contentType: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page/status.css': ['status.css', 'text/css; charset=utf-8'],
  ...Object.fromEntries(['main', 'connection', 'element', 'chart', 'sections', 'tables', 'safety', 'words'].map((name) => [`/page/${name}.mjs`, [`${name}.mjs`, 'text/javascript; charset=utf-8']])),
  '/page/icon.svg': ['icon.svg', 'image/svg+xml'],
};

/** Only what comes from the page's own origin runs, shows or is asked; text never becomes markup. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  "require-trusted-types-for 'script'", "trusted-types 'none'",
].join('; ');

export interface PageFile {
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  body(): Promise<Buffer>;
}

const read = new Map<string, Promise<Buffer>>();

/** A file of the status page; undefined for a path that is none. It holds no data: that comes with a token. */
export function pageFile(path: string): PageFile | undefined {
  const found = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
  if (found === undefined) return undefined;
  const [file, contentType] = found;
  return {
    contentType, headers: { 'Content-Security-Policy': CONTENT_SECURITY_POLICY },
    body: () => {
      const known = read.get(file) ?? readFile(new URL(`./page/${file}`, import.meta.url));
      read.set(file, known);
      known.catch(() => read.delete(file));
      return known;
    },
  };
}
