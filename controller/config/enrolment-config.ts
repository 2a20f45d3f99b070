import { z } from 'zod';
import { lifetime, path, port, text, url } from './setting-types.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LONGEST_CERTIFICATE = 825 * DAY;

/** Section `enrolment`: agents get their certificates from this controller. */
export const enrolment = (base: string) => z.strictObject({
  port: port().default(8444),
  address: text('an address to listen on').default('0.0.0.0'),
  /** What tokens say agents have to dial. Without it: the first name of the server certificate, and the port. */
  url: url().optional(),
  tls: z.strictObject({
    certificate: path(base, 'the PEM certificate of the enrolment listener, its chain included'),
    key: path(base, 'the PEM private key of the enrolment listener'),
  }).optional(),
  authority: path(base, 'the directory of the authority that signs agents (causeway certs init)'),
  trust: path(base, 'a PEM file of further authorities agents shall trust').optional(),
  certificateLife: lifetime(60_000, LONGEST_CERTIFICATE).default(30 * DAY),
  tokenLife: lifetime(1_000, 7 * DAY).default(HOUR),
  overlap: lifetime(1_000, 7 * DAY).default(10 * 60_000),
});

export type EnrolmentConfig = z.infer<ReturnType<typeof enrolment>>;
