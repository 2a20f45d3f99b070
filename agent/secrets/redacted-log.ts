import type { ConnectorLog } from '../../connectors/framework/index.js';
import { redactText } from '../../connectors/framework/facade/redact.js';

const DEEPEST = 6;

/**
 * The log of a connector that was given secrets in plain text properties, which nothing marks as secret: they are taken out of
 * every message and field. `secrets` reveals them for each line and keeps none.
 */
export function redactedLog(log: ConnectorLog, secrets: () => readonly string[]): ConnectorLog {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string): void => {
    const known = secrets();
    log[level](redactFields(fields, known, 0) as object, redactText(message, known));
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function redactFields(value: unknown, secrets: readonly string[], depth: number): unknown {
  if (typeof value === 'string') return redactText(value, secrets);
  if (value === null || typeof value !== 'object' || depth > DEEPEST) return value;
  if (Array.isArray(value)) return value.map((item) => redactFields(item, secrets, depth + 1));
  if (value instanceof Error) return { type: value.name, message: redactText(value.message, secrets), stack: redactText(value.stack ?? '', secrets) };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value; // prints itself: dates, guarded values
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactFields(item, secrets, depth + 1)]));
}
