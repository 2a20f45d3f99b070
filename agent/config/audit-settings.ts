import { z } from 'zod';
import { FACILITIES } from '../audit/shipping/syslog-message.js';
import { duration, integer, path, port, secret, size, text } from './setting-types.js';

const MIB = 1024 ** 2;
const TIB = 1024 ** 4;

const facilities = Object.keys(FACILITIES) as (keyof typeof FACILITIES)[];

const syslog = (base: string) => z.strictObject({
  host: text('host name or address of the syslog receiver'),
  port: port().optional(),
  protocol: z.enum(['tls', 'tcp', 'udp']).describe('tls, tcp or udp').default('tls'),
  facility: z.enum(facilities).describe(`a syslog facility: ${facilities.join(', ')}`).default('audit'),
  tls: z.strictObject({
    ca: path(base, 'PEM file of the authorities to trust').optional(),
    certificate: path(base, "PEM file of this agent's certificate for the receiver").optional(),
    key: path(base, 'PEM file of its private key').optional(),
    passphrase: secret(base).optional(),
    serverName: text('the host name the certificate of the receiver must hold').optional(),
    minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).describe('TLSv1.2 or TLSv1.3').optional(),
  }).refine((value) => (value.certificate === undefined) === (value.key === undefined), { message: 'certificate and key go together: give both or neither' }).optional(),
}).refine((value) => value.protocol === 'tls' || value.tls === undefined, { message: 'tls belongs to protocol: tls' });

const shipping = (base: string) => z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/).describe('a name of 1 to 63 letters, digits, dots, hyphens or underscores, starting with a letter or digit'),
  content: z.enum(['lines', 'anchors']).describe('lines (every line) or anchors (only lines whose hashes vouch for the others)').default('lines'),
  syslog: syslog(base).optional(),
  file: path(base, 'a second file for the lines').optional(),
}).refine((value) => (value.syslog === undefined) !== (value.file === undefined), { message: 'give either syslog or file' });

/** The audit log: where, how safe, how long, and where it is shipped to. */
export function auditSettings(base: string) {
  return z.strictObject({
    enabled: z.boolean().describe('true or false: keep an audit log').default(true),
    directory: path(base, 'directory for the audit log; default: audit in the state directory').optional(),
    key: secret(base).optional(),
    fsync: z.enum(['always', 'writes', 'interval', 'never']).describe('always, writes, interval or never').default('writes'),
    fsyncInterval: duration().default(1000),
    whenUnwritable: z.enum(['refuse-writes', 'go-on']).describe('refuse-writes or go-on').default('refuse-writes'),
    writeTimeout: duration().default(10_000),
    rotateSize: size(65_536, TIB).default(64 * MIB),
    rotateAge: duration().default(86_400_000),
    keepFiles: integer(2, 1_000_000).optional(),
    keepDays: integer(1, 36_500).optional(),
    keepSize: size(MIB, 1024 * TIB).default(10 * 1024 * MIB),
    anchorInterval: duration({ zero: true }).default(3_600_000),
    shipping: z.array(shipping(base)).max(8).describe('a list of at most 8 places to ship lines to').default([]),
  }).refine(({ shipping: places }) => new Set(places.map(({ name }) => name)).size === places.length, { path: ['shipping'], message: 'two entries have the same name' })
    .refine(({ keepSize, rotateSize }) => keepSize >= 2 * rotateSize, { message: 'keepSize must be at least twice rotateSize' });
}

export type AuditConfig = z.infer<ReturnType<typeof auditSettings>>;
