import { inspect } from 'node:util';
import type { ConnectorLog } from '../../../connectors/framework/index.js';
import type { FromProcess, LogLevel } from '../control-messages.js';

const DEEPEST = 6;
const LONGEST_MESSAGE = 8192;
const LONGEST_FIELDS = 64 * 1024;

export interface ForwardedLogOptions {
  readonly debug: boolean;
  readonly handle?: number | undefined;
  send(line: Extract<FromProcess, { readonly kind: 'log' }>): void;
}

/** A log whose lines the agent writes: there they are rid of secrets, as those of connectors in its own process. */
export function forwardedLog({ debug, handle, send }: ForwardedLogOptions): ConnectorLog {
  const at = (level: LogLevel) => (fields: object, message: string): void => {
    if (level !== 'debug' || debug) send({ kind: 'log', level, handle, fields: fitting(fields), message: message.slice(0, LONGEST_MESSAGE) });
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function fitting(fields: object): object {
  const plain = plainValue(fields, 0) as object;
  return JSON.stringify(plain).length <= LONGEST_FIELDS ? plain : { cut: 'the fields of this line are too long' };
}

/** As JSON takes it, and as a log would print it. */
function plainValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth > DEEPEST) return '…';
  if (value instanceof Error) return { type: value.name, message: value.message, stack: value.stack };
  if (Array.isArray(value)) return value.map((item) => plainValue(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  // Anything of a class says itself what may be seen of it: dates, guarded values.
  if (prototype !== Object.prototype && prototype !== null) return 'toJSON' in value ? value : inspect(value, { depth: 0 });
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainValue(item, depth + 1)]));
}
