import { resolve } from 'node:path';
import { z } from 'zod';
import { duration, integer, isLoopback, path, text } from './setting-types.js';

const SECRET = 'must be {file: PATH}, {env: NAME} or a text';

/** Read where it is used, each time anew. */
export type HeaderSource = { readonly file: string } | { readonly env: string } | { readonly text: string };

/** A secret of the configuration: text, or where it is. */
export const secretSource = (base: string) => z.union([
  z.string({ error: SECRET }).min(1, SECRET).transform((value): HeaderSource => ({ text: value })),
  z.strictObject({ file: text('the path of a file with the value').transform((value) => resolve(base, value)) }),
  z.strictObject({ env: text('the name of an environment variable') }),
], { error: SECRET });

const endpoint = () => z.string({ error: 'must be an http:// or https:// URL without credentials' }).transform((value, context): URL => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url !== undefined && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '') return url;
  context.addIssue({ code: 'custom', message: 'must be an http:// or https:// URL without credentials' });
  return z.NEVER;
});

const ratio = 'must be a number from 0 (none) to 1 (all)';

/** Where traces go. */
export function telemetry(base: string) {
  return z.strictObject({
    endpoint: endpoint(),
    protocol: z.enum(['http/protobuf', 'http/json'], { error: 'must be http/protobuf or http/json' }).default('http/protobuf'),
    headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'must be the name of a header'), secretSource(base)).default({}),
    sampleRatio: z.number({ error: ratio }).min(0, ratio).max(1, ratio).default(1),
    resource: z.record(z.string().min(1).max(255), z.string({ error: 'must be a text' }).max(255)).default({}),
    timeout: duration().default(10_000),
    interval: duration().default(5_000),
    queueSize: integer(16, 1_000_000).default(4_096),
    tls: z.strictObject({ ca: path(base, 'the PEM authorities to trust at the collector') }).optional(),
    proxy: endpoint().optional(),
  }).refine(({ endpoint: to, headers }) => to.protocol === 'https:' || isLoopback(to.hostname) || Object.keys(headers).length === 0, { path: ['headers'], error: 'would travel in the clear; give an https:// endpoint, or one on loopback' })
    .refine(({ endpoint: to, proxy }) => to.protocol === 'https:' || proxy === undefined, { path: ['proxy'], error: 'is for https:// endpoints only' });
}
