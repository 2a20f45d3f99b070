import { z } from 'zod';
import { acmeSettings } from './acme-settings.js';
import { duration, text } from './setting-types.js';

/** The way to a certificate: to the enrolment listener of a controller, or to an authority that speaks ACME. `proxy` is built where that of controllers is. */
export function enrolmentSettings<Proxy extends z.ZodType>(base: string, proxy: Proxy) {
  return z.strictObject({
    trustInterval: duration().default(3_600_000),
    timeout: duration().default(30_000),
    serverName: text('the host name the certificate of the enrolment listener must hold').optional(),
    proxy: proxy.optional(),
    acme: acmeSettings(base, proxy).optional(),
  }).prefault({});
}
