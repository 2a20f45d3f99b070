import { z } from 'zod';
import { duration, text } from './setting-types.js';

/** The way to the enrolment listener of a controller, for `agent enroll` and for renewals. `proxy` is built where that of controllers is. */
export function enrolmentSettings<Proxy extends z.ZodType>(proxy: Proxy) {
  return z.strictObject({
    trustInterval: duration().default(3_600_000),
    timeout: duration().default(30_000),
    serverName: text('the host name the certificate of the enrolment listener must hold').optional(),
    proxy: proxy.optional(),
  }).prefault({});
}
