import type { SessionLog } from '../../protocol/session/contract.js';
import { keepLogLine } from './evidence.js';

export interface RecordedLog extends SessionLog {
  readonly entries: { level: string; fields: Record<string, unknown>; message: string }[];
  at(level: string): string[];
}

/** Keeps what is logged, prints nothing. */
export function recordedLog(): RecordedLog {
  const entries: RecordedLog['entries'] = [];
  const note = (level: string) => (fields: object, message: string) => {
    entries.push({ level, fields: { ...fields }, message });
    keepLogLine(level, fields, message);
  };
  return {
    entries, debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error'),
    at: (level) => entries.filter((entry) => entry.level === level).map(({ message }) => message),
  };
}
