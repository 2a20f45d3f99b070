import type { SessionLog } from '../../../../protocol/session/contract.js';

const nothing = (): void => undefined;
export const quietLog: SessionLog = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Keeps what was logged, for tests that look at it. */
export function recordingLog(): SessionLog & { readonly lines: { level: string; fields: object; message: string }[] } {
  const lines: { level: string; fields: object; message: string }[] = [];
  const at = (level: string) => (fields: object, message: string): void => { lines.push({ level, fields, message }); };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
