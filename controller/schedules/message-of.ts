import { storable } from '../reconciliation/message-of.js';

/** Why something failed, as the history can keep it. */
export function messageOf(error: unknown): string {
  return storable(error instanceof Error ? error.message : String(error));
}
