import type { SessionLog } from '../../../../protocol/session/contract.js';
import { keepLogLine } from '../../../support/evidence.js';

const kept = (level: string) => (fields: object, message: string): void => keepLogLine(level, fields, message);
/** Shows nothing; what a search for secrets keeps is searched all the same. */
export const quietLog: SessionLog = { debug: kept('debug'), info: kept('info'), warn: kept('warn'), error: kept('error') };

/** Keeps what was logged, for tests that look at it. */
export function recordingLog(): SessionLog & { readonly lines: { level: string; fields: object; message: string }[] } {
  const lines: { level: string; fields: object; message: string }[] = [];
  const at = (level: string) => (fields: object, message: string): void => {
    lines.push({ level, fields, message });
    keepLogLine(level, fields, message);
  };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
