import { ResourceError } from '../crest/resource-error.js';

/** The message, with what the connector said. A character that the database cannot store is shown as one that it can. */
export function messageOf(error: unknown): string {
  return storable(wordsOf(error));
}

/** PostgreSQL's texts have no NUL, and what a target says may. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure';
  const detail = error instanceof ResourceError && typeof error.detail === 'object' && error.detail !== null && 'connectorMessage' in error.detail ? error.detail.connectorMessage : undefined;
  return typeof detail === 'string' ? `${error.message}: ${detail}` : error.message;
}
