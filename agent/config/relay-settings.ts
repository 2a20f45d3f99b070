import { z } from 'zod';
import { parseVersionRange } from '../../protocol/model/version-range.js';
import { controllerUrl, duration, integer, port, secret, size, text } from './setting-types.js';

const GIB = 1024 ** 3;

const versionRange = () => z.string().trim().min(1).max(200).refine((value) => {
  try {
    parseVersionRange(value);
    return true;
  } catch {
    return false;
  }
}).describe('a bundle version, or a range such as "[1.4.0.0,2.0.0.0)"');

const choice = z.strictObject({
  bundleName: text('the name of a connector bundle, as the server announces it'),
  connectorName: text('the class of one connector of the bundle').optional(),
  bundleVersion: versionRange().optional(),
});

/** One connector server of the LAN that operations are passed on to. `tls` and `proxy` are built where those of controllers are. */
export function relaySettings<Tls extends z.ZodType, Proxy extends z.ZodType>(base: string, tls: Tls, proxy: Proxy) {
  return z.strictObject({
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/).describe('a name of 1 to 63 letters, digits, dots, hyphens or underscores, starting with a letter or digit'),
    url: controllerUrl().optional(),
    host: z.string().trim().regex(/^[A-Za-z0-9._:-]{1,253}$/).describe('host name or address of the connector server').optional(),
    port: port().optional(),
    useSSL: z.boolean().describe('true or false: connect with TLS').optional(),
    principal: text('the user name at the connector server').default('anonymous'),
    key: secret(base),
    tls: tls.optional(),
    proxy: proxy.optional(),
    sockets: integer(1, 16).default(2),
    connectTimeout: duration().default(10_000),
    connectors: z.array(choice).min(1).describe('a list of connectors, each with bundleName and perhaps connectorName and bundleVersion').optional(),
    maxBufferedBytes: size(65_536, 4 * GIB).default(64 * 1024 ** 2),
  }).refine((value) => (value.url === undefined) !== (value.host === undefined), { message: 'give either url, or host and port' })
    .refine((value) => (value.host === undefined) === (value.port === undefined), { message: 'host and port go together' })
    .refine((value) => value.url === undefined || value.useSSL === undefined, { message: 'useSSL belongs to host and port; a url says it by wss or ws' });
}

interface Address { readonly url?: URL | undefined; readonly host?: string | undefined; readonly port?: number | undefined; readonly useSSL?: boolean | undefined }

/** Where the server listens, as a URL; a Java connector server's path is the default. */
export function relayUrl({ url, host = '', port: number = 0, useSSL = false }: Address): string {
  return url?.href ?? `${useSSL ? 'wss' : 'ws'}://${host.includes(':') ? `[${host}]` : host}:${number}/openicf`;
}
