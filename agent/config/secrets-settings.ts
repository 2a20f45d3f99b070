import { resolve } from 'node:path';
import { z } from 'zod';
import { targetPattern } from '../policy/target-pattern.js';
import { isSecretName } from '../secrets/secret-url.js';
import { SECRET_PATTERN } from '../secrets/secret-pattern.js';
import { duration, path, text } from './setting-types.js';

const MOST_COMMANDS = 64;

const variable = () => z.string().regex(/^[A-Za-z_]\w*$/).describe('the name of an environment variable');

const command = (base: string) => z.strictObject({
  argv: z.array(z.string().min(1).max(4096).refine((value) => !value.includes('\0')).describe('text')).min(1).max(64)
    .refine(([program = '']) => program.includes('/'), { message: 'begins with the path of the program (no shell is asked to find it); arguments follow' })
    .transform(([program = '', ...args]) => [resolve(base, program), ...args])
    .describe('a list: the path of a program, then its arguments'),
  timeout: duration().default(10_000),
  environment: z.array(variable()).max(64).describe('a list of environment variables the program gets').default([]),
});

const target = () => z.string().trim().min(1).max(1000).refine((value) => targetPattern(value) !== undefined)
  .describe('a server such as ldap.example, *.example:636, 10.0.0.0/8, or a path');

const rule = z.strictObject({
  secret: z.string().regex(SECRET_PATTERN).describe('SOURCE/NAME such as store/ldap-bind; * stands for any characters of the name'),
  connector: text('the id of a connector, see `causeway connectors list`'),
  targets: z.array(target()).min(1).max(200).describe('a list of the servers (or paths) the secret may be used at'),
  properties: z.array(text('the name of a configuration property')).min(1).max(100).describe('a list of configuration properties; without it, the confidential ones').optional(),
  configuration: z.record(z.string(), z.array(z.union([z.string(), z.number(), z.boolean()])).min(1).max(100).describe('a list of texts, numbers, true or false'))
    .describe('a mapping of configuration properties to lists of the values they may have').optional(),
});

/** Where secrets come from, and which of them a controller may refer to. */
export function secretsSettings(base: string) {
  return z.strictObject({
    refresh: duration().default(60_000),
    directories: z.array(path(base, 'directory of secret files')).max(16).describe('a list of directories').default([]),
    environmentPrefix: variable().default('CAUSEWAY_SECRET_'),
    store: z.strictObject({
      file: path(base, 'file of the encrypted local store').optional(),
      key: z.union([
        z.string().min(1).transform((value) => ({ kind: 'file' as const, path: resolve(base, value) })),
        z.strictObject({ credential: z.string().refine((name) => isSecretName('credential', name)) }).transform(({ credential }) => ({ kind: 'credential' as const, name: credential })),
      ]).describe('the path of the key file, or {credential: NAME}').optional(),
    }).prefault({}),
    commands: z.record(z.string(), command(base)).describe('a mapping of names to commands')
      .refine((commands) => Object.keys(commands).length <= MOST_COMMANDS, { message: `holds more than ${MOST_COMMANDS} commands` })
      .refine((commands) => Object.keys(commands).every((name) => isSecretName('command', name)), { message: 'has a name that cannot be one: letters, digits, dots, underscores, hyphens and @, beginning with a letter, digit or underscore' })
      .default({}),
    allow: z.array(rule).max(1000).describe('a list of rules').default([]),
  });
}

export type SecretsConfig = z.infer<ReturnType<typeof secretsSettings>>;
export type AllowRule = SecretsConfig['allow'][number];
