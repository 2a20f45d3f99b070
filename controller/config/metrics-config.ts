import { z } from 'zod';
import { isLoopback, port, text } from './setting-types.js';

/** Section `metrics`: figures for Prometheus and probes, on a port of their own. */
export const metrics = () => z.strictObject({
  port: port().default(9464),
  address: text('an address to listen on').default('127.0.0.1'),
  /** There is no TLS and no login here. */
  allowClearText: z.boolean({ error: 'must be true or false' }).default(false),
}).refine(({ address, allowClearText }) => allowClearText || isLoopback(address), { error: 'this listens on loopback only, without login; set allowClearText: true when only those who may see the figures reach the port' });

export type MetricsConfig = z.infer<ReturnType<typeof metrics>>;
