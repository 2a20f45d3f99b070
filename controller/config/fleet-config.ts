import { z } from 'zod';
import { duration, path, text } from './setting-types.js';

const NODE = 'must be a name of letters, digits, - and _, at most 64';
const SUBJECT = 'must be names of letters, digits, - and _, parted by dots, at most 128 characters';
const BUCKET = 'must be a name of letters, digits, - and _, at most 64';
const SERVER = 'must be an address such as tls://nats1.example:4222';

const SERVERS = 'must be a list of addresses such as tls://nats1.example:4222';

const server = () => z.string({ error: SERVER }).refine((value) => {
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  return parsed !== undefined && ['tls:', 'nats:'].includes(parsed.protocol) && parsed.hostname !== '' && parsed.username === '' && parsed.password === '';
}, { error: SERVER });

/** Section `fleet`: other controllers, reached by NATS; without it this one is alone. */
export const fleet = (base: string) => z.strictObject({
  node: z.string({ error: NODE }).regex(/^[A-Za-z0-9_-]{1,64}$/, NODE),
  servers: z.array(server(), { error: SERVERS }).min(1, SERVERS),
  tls: z.strictObject({
    certificate: path(base, 'the PEM certificate NATS knows this controller by'),
    key: path(base, 'its PEM private key'),
    ca: path(base, 'the PEM authorities of the NATS servers'),
  }),
  user: text('the NATS user of this controller').optional(),
  passwordFile: path(base, 'a file with the password of that user').optional(),
  credentialsFile: path(base, 'a NATS credentials file (JWT and seed)').optional(),
  heartbeatInterval: duration().default(3_000).refine((value) => value >= 300 && value <= 60_000, 'must be a duration from 300ms to 1m'),
  subjectPrefix: z.string({ error: SUBJECT }).max(128, SUBJECT).regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, SUBJECT).default('causeway'),
  buckets: z.strictObject({
    controllers: z.string({ error: BUCKET }).regex(/^[A-Za-z0-9_-]{1,64}$/, BUCKET).default('causeway-controllers'),
    agents: z.string({ error: BUCKET }).regex(/^[A-Za-z0-9_-]{1,64}$/, BUCKET).default('causeway-agents'),
  }).prefault({}),
}).refine(({ user, passwordFile }) => (user === undefined) === (passwordFile === undefined), { error: 'user and passwordFile belong together', path: ['user'] });

export type FleetConfig = z.infer<ReturnType<typeof fleet>>;
