import { z } from 'zod';
import { lifetime, text, url } from './setting-types.js';
import { secretSource } from './telemetry-config.js';

const flag = (): z.ZodBoolean => z.boolean({ error: 'must be true or false' });
const CLAIM_VALUES = 'must be a list of values of the claim';
const values = () => z.array(text('a value of the roles claim'), { error: CLAIM_VALUES }).default([]);

/** Section `console`: the web console of the REST listener, and its sessions. */
export const consoleSection = (base: string) => z.strictObject({
  enabled: flag().default(true),
  /** What browsers call this controller, when that is not where it listens; redirects of a sign-in come back there. */
  url: url().optional(),
  sessionLife: lifetime(60_000, 30 * 86_400_000).default(120 * 60_000),
  sessionIdle: lifetime(60_000, 30 * 86_400_000).default(30 * 60_000),
  oidc: z.strictObject({
    issuer: url(),
    clientId: text('the id of this client at the issuer'),
    clientSecret: secretSource(base).optional(),
    scopes: z.array(text('a scope')).default(['openid', 'profile']),
    nameClaim: text('the claim of the ID token that names the user').default('sub'),
    rolesClaim: text('the claim of the ID token that roles come from').default('groups'),
    roles: z.strictObject({ 'openidm-admin': values(), 'causeway-operator': values(), 'causeway-auditor': values() }).prefault({}),
  }).refine(({ scopes }) => scopes.includes('openid'), { path: ['scopes'], error: 'must hold openid' }).optional(),
}).refine(({ oidc, url: own }) => oidc === undefined || own !== undefined, { path: ['url'], error: 'is needed for oidc: https://HOST, where browsers come back to' });

export type ConsoleConfig = z.infer<ReturnType<typeof consoleSection>>;
