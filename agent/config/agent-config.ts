import { z } from 'zod';
import { auditSettings } from './audit-settings.js';
import { isolationSettings } from './isolation-settings.js';
import { journalSettings } from './journal-settings.js';
import { limitsSettings } from './limits-settings.js';
import { policySettings } from './policy-settings.js';
import { scriptsSettings } from './scripts-settings.js';
import { enrolmentSettings } from './enrolment-settings.js';
import { relaySettings, relayUrl } from './relay-settings.js';
import { secretsSettings } from './secrets-settings.js';
import { telemetrySettings } from './telemetry-settings.js';
import { controllerUrl, duration, httpUrl, integer, listenPort, path, port, secret, size, text, unshown } from './setting-types.js';

/** The whole configuration, one section a function. Paths resolve against `base`. See example.yaml for every key. */

const flag = (what: string) => z.boolean().describe(`true or false: ${what}`);

const tls = (base: string) => z.strictObject({
  ca: path(base, 'PEM file of the authorities to trust').optional(),
  certificate: path(base, "PEM file of this agent's certificate").optional(),
  key: path(base, "PEM file of this agent's private key").optional(),
  pkcs12: path(base, 'PKCS #12 file with certificate and key').optional(),
  passphrase: secret(base).optional(),
  serverName: text('the host name the certificate of the controller must hold').optional(),
  minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).describe('TLSv1.2 or TLSv1.3').optional(),
}).refine((value) => (value.certificate === undefined) === (value.key === undefined), { message: 'certificate and key go together: give both or neither' })
  .refine((value) => value.pkcs12 === undefined || value.certificate === undefined, { message: 'give either pkcs12, or certificate and key' });

const proxy = (base: string) => z.strictObject({
  host: text('host name or address of the HTTP proxy'),
  port: port(),
  principal: text('user name at the proxy').optional(),
  password: secret(base).optional(),
}).refine((value) => (value.principal === undefined) === (value.password === undefined), { message: 'principal and password go together: give both or neither' });

const oauth = (base: string) => z.strictObject({
  tokenEndpoint: httpUrl(),
  clientId: text('the OAuth 2 client id'),
  clientSecret: secret(base),
  scope: text('scopes, separated by blanks').optional(),
  clientAuthentication: z.enum(['basic', 'post']).describe('basic or post').optional(),
  parameters: z.record(z.string(), z.string().describe('text')).describe('a mapping of further form fields').optional(),
  timeout: duration().optional(),
});

const auth = (base: string) => z.strictObject({
  principal: text('the user name at the controller').optional(),
  password: secret(base).optional(),
  oauth: oauth(base).optional(),
}).refine((value) => (value.principal === undefined) === (value.password === undefined), { message: 'principal and password go together: give both or neither' })
  .refine((value) => value.oauth === undefined || value.principal === undefined, { message: 'give either principal and password, or oauth' });

const controller = (base: string) => z.strictObject({
  url: controllerUrl(),
  tls: tls(base).optional(),
  auth: auth(base).optional(),
  enrolled: flag('show the identity of causeway agent enroll').optional(),
  proxy: proxy(base).optional(),
  sockets: integer(1, 16).default(2),
  maxSockets: integer(1, 17).optional(),
  connectionTtl: duration({ zero: true }).default(0),
  connectTimeout: duration().default(30_000),
}).refine((value) => value.maxSockets === undefined || value.maxSockets >= value.sockets, { message: 'maxSockets must not be smaller than sockets' });

const listener = (base: string) => z.strictObject({
  port: listenPort().default(8759),
  address: text('address to bind to').default('0.0.0.0'),
  key: secret(base).optional(),
  keyHash: unshown(z.string().regex(/^[A-Za-z0-9+/]{27}=$/).describe('Base64 of the SHA-1 of the key in UTF-16BE (28 characters), as connectorserver.key holds it')).optional(), // a clear key is a likely mistake
  tls: z.strictObject({
    certificate: path(base, 'PEM file of the server certificate').optional(),
    key: path(base, 'PEM file of its private key').optional(),
    pkcs12: path(base, 'PKCS #12 file with certificate and key').optional(),
    passphrase: secret(base).optional(),
    ca: path(base, 'PEM file of the authorities of client certificates').optional(),
    requireClientCertificate: flag('refuse controllers without a certificate of tls.ca').default(false),
    minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).describe('TLSv1.2 or TLSv1.3').optional(),
  }).refine((value) => value.pkcs12 !== undefined || (value.certificate !== undefined && value.key !== undefined), { message: 'needs certificate and key, or pkcs12' })
    .refine((value) => !value.requireClientCertificate || value.ca !== undefined, { message: 'requireClientCertificate needs ca' }).optional(),
  maxConnections: integer(1, 10_000).default(256),
  maxUnauthenticated: integer(1, 10_000).default(64),
  authenticationTimeout: duration().default(10_000),
}).refine((value) => (value.key === undefined) !== (value.keyHash === undefined), { message: 'give exactly one of key and keyHash' });

const session = z.strictObject({
  handshakeTimeout: duration().default(30_000),
  heartbeatInterval: duration().default(25_000),
  groupCheckInterval: duration().default(60_000),
  groupExpiry: duration().default(300_000),
  resendTimeout: duration().default(60_000),
  maxFrameSize: size(65_536, 1024 ** 3).default(32 * 1024 ** 2),
  maxConcurrentRequests: integer(1, 10_000).default(64),
  maxQueuedRequests: integer(0, 100_000).default(256),
  maxQueueTime: duration().default(30_000),
  backoffBase: duration().default(500),
  backoffCap: duration().default(30_000),
  backoffLong: duration().default(600_000),
  startStagger: duration({ zero: true }).default(250),
});

/** Builds the schema for a configuration file in the directory `base`. */
export function agentConfigSchema(base: string) {
  return z.strictObject({
    agent: z.strictObject({
      name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/).describe('a name of 1 to 63 letters, digits, dots, hyphens or underscores, starting with a letter or digit'),
      hostId: text('an identifier of this machine, unique among agents of the same name').optional(),
      stateDirectory: path(base, 'directory for what must survive a restart').prefault('state'),
      shutdownGrace: duration({ zero: true }).default(30_000),
      coreDumps: flag('write memory, secrets included, into the core dump of a crash').default(false),
    }),
    tls: tls(base).optional(),
    proxy: proxy(base).optional(),
    auth: auth(base).optional(),
    enrolment: enrolmentSettings(base, proxy(base)),
    controllers: z.array(controller(base)).max(16).describe('a list of at most 16 controllers').default([]),
    listeners: z.array(listener(base)).max(16).describe('a list of at most 16 listeners').default([]),
    relays: z.array(relaySettings(base, tls(base), proxy(base))).max(16).describe('a list of at most 16 connector servers').default([]),
    session: session.prefault({}),
    limits: limitsSettings().prefault({}),
    policy: policySettings(base).prefault({}),
    scripts: scriptsSettings(base).prefault({}),
    connectors: z.strictObject({
      enabled: z.array(text('the id of a connector, see `causeway connectors list`')).describe('a list of connector ids').optional(),
      maxFacades: integer(1, 10_000).default(100),
      facadeIdle: duration().default(7_200_000),
      ca: path(base, "PEM file of further authorities to trust at targets, besides the system's").optional(),
    }).prefault({}),
    isolation: isolationSettings().optional(),
    audit: auditSettings(base).prefault({}),
    journal: journalSettings(base).prefault({}),
    health: z.strictObject({
      port: listenPort(),
      address: text('address to bind to').default('127.0.0.1'),
      metrics: z.enum(['token', 'open']).describe('token or open: who may ask for /metrics').default('token'),
    }).optional(),
    secrets: secretsSettings(base).prefault({}),
    telemetry: telemetrySettings(base, proxy(base)).optional(),
    log: z.strictObject({
      level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).describe('trace, debug, info, warn, error or silent').default('info'),
    }).prefault({}),
  }).refine((value) => value.controllers.length + value.listeners.length > 0, { message: 'name at least one entry under controllers (client mode) or listeners (server mode)' })
    .refine((value) => new Set(value.controllers.map(({ url }) => url.href)).size === value.controllers.length, { path: ['controllers'], message: 'two entries have the same url; one entry with more sockets does what you want' })
    .refine(({ relays }) => new Set(relays.map(({ name }) => name)).size === relays.length, { path: ['relays'], message: 'two entries have the same name' })
    .refine(({ relays }) => new Set(relays.map((relay) => relayUrl(relay))).size === relays.length, { path: ['relays'], message: 'two entries lead to the same server; one entry with both selections does what you want' });
}

/** Durations in milliseconds, sizes in bytes, paths absolute, secrets as references. */
export type AgentConfig = z.infer<ReturnType<typeof agentConfigSchema>>;
export type ControllerConfig = AgentConfig['controllers'][number];
export type ListenerConfig = AgentConfig['listeners'][number];
export type RelayConfig = AgentConfig['relays'][number];
