import { resolve } from 'node:path';
import { z } from 'zod';
import type { ProxySettings } from '../transport/proxy-tunnel.js';
import { duration, httpUrl, path, port, secret, text } from './setting-types.js';

const MOST_NAMES = 20;
const LONGEST_DNS_NAME = 253;
/** RFC 1123 labels; no wildcards: an agent is one machine. */
const DNS_NAME = /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
/** What an agent's name, and a common name, can hold. */
const LONGEST_AGENT_NAME = 63;
const CONTACT = /^mailto:[^\s@,;]+@[^\s@,;]+$/;

/** Kinds of keys a certificate can be asked for with. */
export const KEY_TYPES = ['ecdsa-p256', 'ecdsa-p384', 'rsa-2048', 'rsa-3072', 'rsa-4096'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

const name = () => z.string().max(LONGEST_DNS_NAME).regex(DNS_NAME).transform((value) => value.toLowerCase()).describe('a DNS name such as site1.agents.example, without wildcard');

const variable = () => z.string().regex(/^[A-Za-z_]\w*$/).describe('the name of an environment variable');

/** One mapping for both kinds: `port` and `address` are of http-01, the others of dns-01. */
const challenge = (base: string) => z.strictObject({
  type: z.enum(['http-01', 'dns-01']).describe('http-01 or dns-01').default('http-01'),
  port: port().default(80),
  address: text('address to bind to').default('0.0.0.0'),
  command: z.array(z.string().min(1).max(4096).refine((value) => !value.includes('\0')).describe('text')).min(1).max(64)
    .refine(([program = '']) => program.includes('/'), { message: 'begins with the path of the program (no shell is asked to find it); arguments follow' })
    .transform(([program = '', ...args]): readonly string[] => [resolve(base, program), ...args])
    .describe('a list: the path of a program, then its arguments').optional(),
  environment: z.array(variable()).max(64).describe('a list of environment variables the program gets').default([]),
  timeout: duration().default(60_000),
  propagation: duration({ zero: true }).default(0),
}).refine(({ type, command }) => (type === 'dns-01') === (command !== undefined), { message: 'dns-01 needs command, and only dns-01 has one' });

/** A certificate authority that speaks ACME (RFC 8555), instead of a controller that enrols. `proxy` is built where that of controllers is. */
export function acmeSettings<Proxy extends z.ZodType>(base: string, proxy: Proxy) {
  return z.strictObject({
    directory: httpUrl().refine(({ protocol }) => protocol === 'https:', { message: 'must begin with https://' }),
    names: z.array(name()).min(1).max(MOST_NAMES).describe(`a list of at most ${MOST_NAMES} DNS names`)
      .refine(([first = '']) => first.length <= LONGEST_AGENT_NAME, { message: `begins with the name controllers know this agent by, at most ${LONGEST_AGENT_NAME} characters` })
      .refine((names) => new Set(names).size === names.length, { message: 'holds a name twice' }),
    contact: z.array(z.string().regex(CONTACT).describe('mailto:NAME@HOST')).max(5).describe('a list of addresses mailto:NAME@HOST').default([]),
    agreeToTerms: z.boolean().describe('true or false: agree to the terms of service of the authority').default(false),
    externalAccount: z.strictObject({ kid: text('the key identifier the authority gave out'), hmacKey: secret(base) }).optional(),
    ca: path(base, 'PEM file of the authorities to trust at the ACME server').optional(),
    proxy: proxy.optional(),
    timeout: duration().default(30_000),
    validationTimeout: duration().default(300_000),
    challenge: challenge(base).prefault({}),
    keyType: z.enum(KEY_TYPES).describe(KEY_TYPES.join(', ')).default('ecdsa-p256'),
  });
}

/** Durations in milliseconds, paths absolute, the secret as a reference. */
export type AcmeConfig = z.infer<ReturnType<typeof acmeSettings<z.ZodType<ProxySettings>>>>;
export type AcmeChallengeConfig = AcmeConfig['challenge'];
