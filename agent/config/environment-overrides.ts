import { parse } from 'yaml';
import type { z } from 'zod';
import { ConfigError, pathText } from './config-problems.js';
import { keysOf, schemaAt, unwrap } from './schema-walk.js';

const PREFIX = 'CAUSEWAY_';
const SEPARATOR = '__';

export interface Override {
  readonly variable: string;
  readonly path: readonly PropertyKey[];
}

/**
 * Settings from the environment: `CAUSEWAY_` and the path, its keys in capitals with words split by `_`, levels by `__`,
 * list entries by number from 0. `CAUSEWAY_CONTROLLERS__0__CONNECTION_TTL=5m` sets `controllers[0].connectionTtl`. Values
 * are YAML, so lists and mappings work. Variables without `__` are none of ours. Changes `settings`; returns what it set.
 */
export function applyEnvironment(settings: Record<string, unknown>, schema: z.ZodType, environment: NodeJS.ProcessEnv): Override[] {
  const overrides: Override[] = [];
  for (const [variable, value] of Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value === undefined || !variable.startsWith(PREFIX) || !variable.includes(SEPARATOR)) continue;
    const path = toPath(variable.slice(PREFIX.length), schema);
    set(settings, path, readValue(value, schemaAt(schema, path)), variable);
    overrides.push({ variable, path });
  }
  return overrides;
}

/** Keys are compared with the schema's, so that `HOST_ID` finds `hostId`; unknown ones become camelCase and fail validation. */
function toPath(name: string, schema: z.ZodType): PropertyKey[] {
  const path: PropertyKey[] = [];
  for (const segment of name.split(SEPARATOR)) {
    const parent = schemaAt(schema, path);
    const known = parent === undefined ? undefined : keysOf(parent)?.find((key) => key.toLowerCase() === segment.replaceAll('_', '').toLowerCase());
    if (known !== undefined) path.push(known);
    else if (/^\d{1,3}$/.test(segment)) path.push(Number(segment));
    else path.push(segment.toLowerCase().replaceAll(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase()));
  }
  return path;
}

/** Text settings take the value as it is: a password like `0123` or `no` must not become a number or false. */
function readValue(value: string, setting: z.ZodType | undefined): unknown {
  if (setting !== undefined && unwrap(setting).def.type === 'string') return value;
  try {
    const parsed: unknown = parse(value);
    return typeof parsed === 'string' || (parsed === null && value !== 'null') ? value : parsed;
  } catch {
    return value;
  }
}

function set(settings: Record<string, unknown>, path: readonly PropertyKey[], value: unknown, variable: string): void {
  let holder = settings as Record<PropertyKey, unknown>;
  path.forEach((key, index) => {
    if (Array.isArray(holder) && typeof key !== 'number') throw new ConfigError([`${variable}: ${pathText(path.slice(0, index))} is a list; its entries are named by number, from 0`]);
    if (index === path.length - 1) {
      holder[key] = value;
      return;
    }
    const next = Object.hasOwn(holder, key) ? holder[key] : undefined;
    if (next === null || typeof next !== 'object') holder[key] = typeof path[index + 1] === 'number' ? [] : {};
    holder = holder[key] as Record<PropertyKey, unknown>;
  });
}
