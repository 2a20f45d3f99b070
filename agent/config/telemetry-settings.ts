import { z } from 'zod';
import { duration, httpUrl, integer, path, secret } from './setting-types.js';

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** Where traces go. `proxy` is built where that of controllers is. */
export function telemetrySettings<Proxy extends z.ZodType>(base: string, proxy: Proxy) {
  return z.strictObject({
    endpoint: httpUrl(),
    protocol: z.enum(['http/protobuf', 'http/json']).describe('http/protobuf or http/json').default('http/protobuf'),
    headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/), secret(base)).describe('a mapping of header names and secrets').default({}),
    sampleRatio: z.number().min(0).max(1).describe('a number from 0 (none) to 1 (all)').default(1),
    resource: z.record(z.string().min(1).max(255), z.string().max(255)).describe('a mapping of resource attributes and texts').default({}),
    timeout: duration().default(10_000),
    interval: duration().default(5_000),
    queueSize: integer(16, 1_000_000).default(4_096),
    tls: z.strictObject({ ca: path(base, 'PEM file of the authorities to trust at the collector') }).optional(),
    proxy: proxy.optional(),
  }).refine(({ endpoint, headers }) => endpoint.protocol === 'https:' || LOOPBACK.test(endpoint.hostname) || Object.keys(headers).length === 0, { path: ['headers'], message: 'would travel in the clear; give an https:// endpoint, or one on loopback' })
    .refine(({ endpoint, proxy: through }) => endpoint.protocol === 'https:' || through === undefined, { path: ['proxy'], message: 'is for https:// endpoints only' });
}
