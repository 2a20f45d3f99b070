import { resolve } from 'node:path';
import { z } from 'zod';
import { GuardedString } from '../../protocol/model/index.js';
import { isSecretName, looksLikeSecretUrl, type SecretSourceName } from '../secrets/secret-url.js';
import { SecretReference } from './secret-reference.js';

/** The kinds of values a setting can have. Each is described, since the description is what an error message shows. */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(\d{1,12}(?:\.\d{1,3})?) ?(ms|s|m|h|d)$/;
const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
const SIZE = /^(\d{1,9}) ?(B|KiB|MiB|GiB)$/;
const MAX_TIMER_MS = 2_147_483_647; // what a timer takes: about 24 days

/** `30s`, `1500ms`, `2m`; a bare number counts seconds. Read as milliseconds. */
export function duration({ zero = false }: { readonly zero?: boolean } = {}) {
  const expected = `a duration such as 500ms, 30s, 5m or 2h (a bare number is seconds)${zero ? '; 0 switches it off' : ', more than 0'}, at most 24 days`;
  return z.union([z.number(), z.string()]).transform((value, context) => {
    const match = typeof value === 'string' ? DURATION.exec(value) : null;
    const milliseconds = typeof value === 'number' ? value * 1000 : Number(match?.[1] ?? Number.NaN) * (UNIT_MS[match?.[2] ?? ''] ?? Number.NaN);
    if (Number.isFinite(milliseconds) && milliseconds >= (zero ? 0 : 1) && milliseconds <= MAX_TIMER_MS) return milliseconds;
    context.addIssue({ code: 'invalid_value', values: [] });
    return z.NEVER;
  }).describe(expected);
}

/** `64KiB`, `32MiB`; a bare number counts bytes. */
export function size(least: number, most: number) {
  return z.union([z.number(), z.string()]).transform((value, context) => {
    const match = typeof value === 'string' ? SIZE.exec(value) : null;
    const bytes = typeof value === 'number' ? value : Number(match?.[1] ?? Number.NaN) * (UNIT_BYTES[match?.[2] ?? ''] ?? Number.NaN);
    if (Number.isInteger(bytes) && bytes >= least && bytes <= most) return bytes;
    context.addIssue({ code: 'invalid_value', values: [] });
    return z.NEVER;
  }).describe(`a size such as 64KiB or 32MiB (a bare number is bytes), from ${least} to ${most} bytes`);
}

export function integer(least: number, most: number) {
  return z.number().int().min(least).max(most).describe(`a whole number from ${least} to ${most}`);
}

export const port = (): z.ZodType<number, number> => integer(1, 65_535).describe('a TCP port from 1 to 65535');
/** 0: any free port; for tests and port-sharing supervisors. */
export const listenPort = (): z.ZodType<number, number> => integer(0, 65_535).describe('a TCP port from 0 (any free one) to 65535');

export function text(what: string) {
  return z.string().trim().min(1).max(1000).describe(what);
}

/** Relative paths count from the directory of the configuration file. */
export function path(base: string, what: string) {
  return z.string().min(1).max(4096).refine((value) => !value.includes('\0')).transform((value) => resolve(base, value)).describe(`${what} (a path; relative ones count from the configuration file)`);
}

const secretSchemas = new WeakSet<z.ZodType>();

/** Whether a value of this setting must not be shown. */
export function isSecretSetting(schema: z.ZodType): boolean {
  return secretSchemas.has(schema);
}

/** Marks a setting whose value no message may hold. */
export function unshown<Schema extends z.ZodType>(schema: Schema): Schema {
  secretSchemas.add(schema);
  return schema;
}

function secretName(source: SecretSourceName) {
  return z.string().refine((value) => isSecretName(source, value));
}

/** `{file: PATH}`, `{env: NAME}`, `{credential: NAME}`, `{store: NAME}`, `{command: NAME}`, or the secret itself. */
export function secret(base: string) {
  const schema = z.union([
    // References in the form of controllers' configurations are a mistake here, and no password.
    z.string().min(1).refine((value) => !looksLikeSecretUrl(value)).transform((value) => new SecretReference({ kind: 'clear', value: new GuardedString(value) })),
    z.strictObject({ file: z.string().min(1) }).transform(({ file }) => new SecretReference({ kind: 'file', path: resolve(base, file) })),
    z.strictObject({ env: z.string().regex(/^[A-Za-z_]\w*$/) }).transform(({ env }) => new SecretReference({ kind: 'env', name: env })),
    z.strictObject({ credential: secretName('credential') }).transform(({ credential }) => new SecretReference({ kind: 'credential', name: credential })),
    z.strictObject({ store: secretName('store') }).transform(({ store }) => new SecretReference({ kind: 'store', name: store })),
    z.strictObject({ command: secretName('command') }).transform(({ command }) => new SecretReference({ kind: 'command', name: command })),
  ]).describe('{file: PATH}, {env: NAME}, {credential: NAME}, {store: NAME}, {command: NAME}, or the secret itself as text');
  return unshown(schema);
}

function parseUrl(value: string): URL | null {
  return URL.canParse(value.trim()) ? new URL(value.trim()) : null;
}

/** Schemes a Java connector server accepts: ws/http and wss/https. Credentials and fragments have no place in it. */
export function controllerUrl() {
  return z.string().transform((value, context) => {
    const url = parseUrl(value);
    const protocol = url === null ? undefined : { 'ws:': 'ws:', 'http:': 'ws:', 'wss:': 'wss:', 'https:': 'wss:' }[url.protocol];
    if (url === null || protocol === undefined || url.username !== '' || url.password !== '' || url.hash !== '' || url.hostname === '') {
      context.addIssue({ code: 'invalid_value', values: [] });
      return z.NEVER;
    }
    return new URL(`${protocol}${url.href.slice(url.protocol.length)}`);
  }).describe('a URL wss://HOST[:PORT]/PATH or ws://HOST[:PORT]/PATH, without credentials or fragment');
}

export function httpUrl() {
  return z.string().transform((value, context) => {
    const url = parseUrl(value);
    if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '') {
      context.addIssue({ code: 'invalid_value', values: [] });
      return z.NEVER;
    }
    return url;
  }).describe('a URL https://HOST/PATH without credentials');
}
