import { z } from 'zod';
import { isPasswordHash } from '../authentication/password-hash.js';
import { consoleSection } from './console-config.js';
import { enrolment } from './enrolment-config.js';
import { fleet } from './fleet-config.js';
import { metrics } from './metrics-config.js';
import { schedules } from './schedules-config.js';
import { store } from './store-config.js';
import { telemetry } from './telemetry-config.js';
import { webhooks } from './webhook-config.js';
import { duration, integer, isLoopback, lifetime, path, port, size, text, url } from './setting-types.js';

const MEBIBYTE = 1_024 ** 2;

const flag = (): z.ZodBoolean => z.boolean({ error: 'must be true or false' });
const passwordHash = (): z.ZodString => z.string({ error: 'must be a hash as `causeway controller hash-password` prints it' })
  .refine(isPasswordHash, { error: 'must be a hash as `causeway controller hash-password` prints it' });

const serverTls = (base: string) => z.strictObject({
  certificate: path(base, 'the PEM certificate of this server, its chain included'),
  key: path(base, 'the PEM private key of this server'),
});

const oauth = (leastScopes: number) => z.strictObject({
  issuer: text('the issuer of the tokens, as their iss claim has it'),
  jwksUri: url(),
  audience: text('the expected aud claim').optional(),
  requiredScopes: z.array(text('a scope')).min(leastScopes, `must name at least ${leastScopes} scope`).prefault([]),
  principalClaim: text('the claim that names the caller').default('sub'),
});

const clearTextRefused = 'without tls this listens on loopback only; set tls, or allowClearText: true when something in front does TLS';

const rest = (base: string) => z.strictObject({
  port: port().default(8080),
  address: text('an address to listen on').default('127.0.0.1'),
  tls: serverTls(base).optional(),
  allowClearText: flag().default(false),
  users: z.array(z.strictObject({
    name: text('a user name'), passwordHash: passwordHash(), roles: z.array(text('a role')).default(['openidm-admin']),
  })).default([]),
  oauth: oauth(1).optional(),
  maxBodySize: size(1_024, 256 * MEBIBYTE).default(8 * MEBIBYTE),
  requestTimeout: duration().default(300_000),
  stallTimeout: duration().default(120_000),
  maxConnections: integer(1, 100_000).default(1_000),
}).refine(({ tls, address, allowClearText }) => tls !== undefined || allowClearText || isLoopback(address), { error: clearTextRefused });

const gateway = (base: string) => z.strictObject({
  port: port().default(8443),
  address: text('an address to listen on').default('0.0.0.0'),
  tls: serverTls(base).extend({
    ca: path(base, 'the PEM authorities that sign agents').optional(),
    clientCertificates: z.enum(['required', 'optional', 'none'], { error: 'must be required, optional or none' }).default('required'),
    crl: path(base, 'the revocation lists of those authorities, PEM or DER').optional(),
    minVersion: z.enum(['TLSv1.3', 'TLSv1.2'], { error: 'must be TLSv1.3 or TLSv1.2' }).default('TLSv1.3'),
  }).optional(),
  clones: z.enum(['alert', 'refuse'], { error: 'must be alert or refuse' }).default('alert'),
  cloneGrace: duration().default(60_000),
  registerGrace: lifetime(1_000, 30 * 86_400_000).default(3_600_000),
  allowClearText: flag().default(false),
  agents: z.array(z.strictObject({
    name: text('an agent name'), passwordHash: passwordHash().optional(), enabled: flag().default(true), replicas: integer(1, 1_000).default(1),
  })).default([]),
  onlyListedAgents: flag().default(false),
  certificateGroups: z.enum(['enrolled', 'any', 'none'], { error: 'must be enrolled, any or none' }).default('enrolled'),
  oauth: oauth(0).optional(),
  maxFrameSize: size(65_536, 1_024 * MEBIBYTE).default(32 * MEBIBYTE),
  maxConnections: integer(1, 100_000).default(10_000),
  maxUnauthenticated: integer(1, 10_000).default(256),
  authenticationTimeout: duration().default(10_000),
}).refine(({ tls, address, allowClearText }) => tls !== undefined || allowClearText || isLoopback(address), { error: clearTextRefused });

const threshold = z.string({ error: 'must be a share such as 20%' }).regex(/^\d{1,3}%$/, 'must be a share such as 20%');

/** The schema of a configuration file in the folder `base`. */
export function controllerConfigSchema(base: string) {
  return z.strictObject({
    rest: rest(base).prefault({}),
    console: consoleSection(base).prefault({}),
    gateway: gateway(base).optional(),
    enrolment: enrolment(base).optional(),
    metrics: metrics().optional(),
    fleet: fleet(base).optional(),
    systems: z.strictObject({
      configuration: path(base, 'the folder of provisioner files and sync.json').prefault('conf'),
      project: path(base, 'the folder that files of system actions are named from; scripts of mappings are in its folder script').prefault('.'),
      properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
      cryptoKeys: z.record(z.string(), z.strictObject({ file: path(base, 'a file with an AES key in Base64') })).default({}),
      remoteServerAuthorities: path(base, 'the PEM authorities of connector servers that are dialled').optional(),
      remoteServerMinVersion: z.enum(['TLSv1.3', 'TLSv1.2'], { error: 'must be TLSv1.3 or TLSv1.2' }).default('TLSv1.3'),
    }).prefault({}),
    data: path(base, 'the folder for links, tokens and audit').prefault('data'),
    store: store(base).prefault({}),
    reconciliation: z.strictObject({
      maxConcurrentRuns: integer(1, 100).default(10),
      maxDeletions: threshold.default('20%'),
      keptRuns: integer(1, 10_000).default(50),
      patience: duration().default(300_000),
    }).prefault({}),
    schedules: schedules().prefault({}),
    session: z.strictObject({
      heartbeatInterval: duration().optional(), handshakeTimeout: duration().optional(), groupExpiry: duration().optional(), resumeWait: duration().default(15_000),
      maxBufferedSize: size(MEBIBYTE, 4_096 * MEBIBYTE).optional(),
    }).prefault({}),
    webhooks: webhooks(base),
    telemetry: telemetry(base).optional(),
    log: z.strictObject({
      level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], { error: 'must be trace, debug, info, warn, error or silent' }).default('info'),
    }).prefault({}),
    shutdownGrace: duration().default(15_000),
  }).superRefine(({ gateway: agents, enrolment: own }, context) => {
    const problem = (path: string[], message: string): void => { context.addIssue({ code: 'custom', path, message }); };
    const tls = agents?.tls;
    if (tls !== undefined && tls.clientCertificates !== 'none' && tls.ca === undefined && own === undefined) problem(['gateway', 'tls'], 'ca is needed to check client certificates, or enrolment');
    if (own !== undefined && own.tls === undefined && tls === undefined) problem(['enrolment'], 'tls is needed: there is no gateway.tls to take the certificate of');
  });
}

/** Times in milliseconds, sizes in bytes, paths absolute. */
export type ControllerConfig = z.infer<ReturnType<typeof controllerConfigSchema>>;
export type GatewayConfig = NonNullable<ControllerConfig['gateway']>;
