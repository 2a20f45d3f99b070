import { ConnectorError } from '../../../protocol/model/index.js';

/** Where a paged search goes on: behind this key. `total` -1: not counted. */
export interface PagePosition {
  readonly key: string | undefined;
  readonly seen: number;
  readonly total: number;
}

/** The framework signs it and keeps it to its query. */
export function writePosition({ key, seen, total }: PagePosition): string {
  return Buffer.from(JSON.stringify([key ?? null, seen, total])).toString('base64url');
}

export function readPosition(cookie: string): PagePosition {
  try {
    const [key, seen, total] = JSON.parse(Buffer.from(cookie, 'base64url').toString('utf8')) as unknown[];
    if (typeof key === 'string' && Number.isSafeInteger(seen) && Number.isSafeInteger(total)) return { key, seen: Number(seen), total: Number(total) };
  } catch {
    // Refused below.
  }
  throw new ConnectorError('illegalArgument', 'The page cookie was not made by this connector. Start the search again without a cookie.');
}
