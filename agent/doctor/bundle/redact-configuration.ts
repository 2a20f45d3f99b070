import { SecretReference } from '../../config/secret-reference.js';

const MASK = '***';
/** Settings whose value is a secret, or its hash. */
const HIDDEN: ReadonlySet<string> = new Set(['keyHash']);
/** Programs with arguments, which may hold anything: the program alone is shown. */
const COMMANDS: ReadonlySet<string> = new Set(['argv', 'command']);
/** Mappings whose values go to others unseen. */
const PARAMETERS: ReadonlySet<string> = new Set(['parameters']);

/** The configuration as it applies, defaults included, without secrets and without what they refer to: where one comes from is shown as its kind. */
export function redactedConfiguration(value: unknown, key = ''): unknown {
  if (value instanceof SecretReference) return { [value.source.kind]: MASK };
  if (value instanceof URL) return `${value.origin === 'null' ? `${value.protocol}//${value.host}` : value.origin}${value.pathname}`;
  if (HIDDEN.has(key)) return MASK;
  if (Array.isArray(value)) return COMMANDS.has(key) ? value.map((item: unknown, index) => (index === 0 ? item : MASK)) : value.map((item) => redactedConfiguration(item));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, PARAMETERS.has(key) ? MASK : redactedConfiguration(item, name)]));
}

/** Of a file that is no valid configuration: its keys, and of what kind their values are. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (value === null || typeof value !== 'object') return value === null ? 'nothing' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapeOf(item)]));
}
