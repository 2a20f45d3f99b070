import type { z } from 'zod';
import { closestWord } from './closest-word.js';
import { descriptionOf, keysOf, schemaAt, unwrap } from './schema-walk.js';
import { isSecretSetting } from './setting-types.js';

/** Everything wrong with a configuration, one line each: where, what is expected, what was found. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** One thing wrong with a configuration. */
export interface ConfigProblem {
  /** As people write it: `controllers[0].url`; empty for the whole. */
  readonly path: string;
  readonly keys: readonly PropertyKey[];
  /** What is expected and what was found. */
  readonly text: string;
}

/** Turns the schema's issues into sentences: what is expected there, what was found, and what was perhaps meant. */
export function configProblems(schema: z.ZodType, input: unknown, issues: readonly z.core.$ZodIssue[]): ConfigProblem[] {
  return issues.flatMap((issue): ConfigProblem[] => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(schema, issue.path, key));
    return [{ path: pathText(issue.path), keys: issue.path, text: problemText(schema, input, issue) }];
  });
}

export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`), '');
}

function unknownKey(schema: z.ZodType, path: readonly PropertyKey[], key: string): ConfigProblem {
  const parent = schemaAt(schema, path);
  const known = parent === undefined ? [] : keysOf(parent) ?? [];
  const meant = closestWord(key, known);
  const hint = meant === undefined ? `known here: ${known.join(', ')}` : `did you mean ${meant}?`;
  return { path: pathText([...path, key]), keys: [...path, key], text: `is no setting; ${hint}` };
}

function problemText(schema: z.ZodType, input: unknown, issue: z.core.$ZodIssue): string {
  const setting = schemaAt(schema, issue.path);
  const value = valueAt(input, issue.path);
  if (issue.code === 'custom' && issue.message !== 'Invalid input') return issue.message;
  const expected = setting === undefined ? issue.message : expectedText(setting);
  return value === undefined ? `is missing: expected ${expected}` : `expected ${expected}, found ${shown(value, setting)}`;
}

function expectedText(setting: z.ZodType): string {
  const description = descriptionOf(setting);
  if (description !== undefined) return description;
  const keys = keysOf(setting);
  return keys === undefined ? 'another value' : `a mapping with the keys ${keys.join(', ')}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value !== null && typeof value === 'object' ? (value as Readonly<Record<PropertyKey, unknown>>)[key] : undefined), input);
}

function shown(value: unknown, setting: z.ZodType | undefined): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value !== 'string') return `${JSON.stringify(value)} (${typeof value})`;
  if (setting !== undefined && isSecretSetting(unwrap(setting))) return value === '' ? 'an empty text' : 'a text';
  const text = withoutCredentials(value);
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** `scheme://user:password@host` with the part before the @ hidden. */
function withoutCredentials(value: string): string {
  const from = value.indexOf('//');
  const at = value.lastIndexOf('@');
  return from < 0 || at < from + 2 ? value : `${value.slice(0, from)}//***@${value.slice(at + 1)}`;
}
