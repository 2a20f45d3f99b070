import type { EnrolmentConfig } from '../../config/enrolment-config.js';
import type { ControllerConfig } from '../../config/controller-config.js';
import { lifetimeOf } from '../../config/lifetime.js';
import type { JsonObject } from '../../crest/json.js';
import type { CrestAnswer, CrestRequest } from '../../crest/request.js';
import { badRequest, notFound, notSupported } from '../../crest/resource-error.js';
import type { CertificateRegister } from '../../enrolment/certificate-register.js';
import type { IdentityAudit } from '../../enrolment/enrolment-audit.js';
import { issueToken } from '../../enrolment/issue-token.js';
import { iso } from './agent-documents.js';

export interface TokenRequestParts {
  readonly config: Pick<ControllerConfig, 'gateway'> & { readonly enrolment?: EnrolmentConfig | undefined };
  readonly register: CertificateRegister;
  readonly audit: IdentityAudit;
  readonly now: () => number;
}

const KNOWN: ReadonlySet<string> = new Set(['agent', 'group', 'life', 'url', 'others']);

/** Open tokens, without their secrets, the newest first. */
export function tokenDocuments({ register, now }: Pick<TokenRequestParts, 'register' | 'now'>): readonly (JsonObject & { readonly _id: string })[] {
  return [...register.state.tokens.values()].filter(({ usedFor, isVoid, expires }) => usedFor === undefined && !isVoid && expires > now())
    .sort((left, right) => right.at - left.at)
    .map(({ id, agent, group, at, expires, others }) => ({ _id: id, agent, group: group ?? null, created: iso(at), expires: iso(expires), others }));
}

/** `create` answers with the token itself, this once; `delete` withdraws one that was not used. */
export async function changeTokens(parts: TokenRequestParts, request: Extract<CrestRequest, { kind: 'create' | 'delete' }>, from: string | undefined): Promise<CrestAnswer> {
  if (request.kind === 'create') return create(parts, request.content, from);
  const [id, ...rest] = request.path;
  if (id === undefined || rest.length > 0) throw notSupported('Tokens are withdrawn one by one: DELETE fleet/tokens/ID');
  const agent = await parts.register.voidToken(id);
  if (agent === undefined) throw notFound(`There is no open token ${id}`);
  parts.audit.record('token-voided', { agent, token: id, from });
  return { kind: 'resource', resource: { id, content: { agent } } };
}

async function create({ config: { enrolment, gateway }, register, audit }: TokenRequestParts, content: JsonObject, from: string | undefined): Promise<CrestAnswer> {
  if (enrolment === undefined) throw badRequest('This controller gives no certificates: its configuration has no section "enrolment".');
  const { agent, group, url, others } = texts(content);
  if (agent === undefined) throw badRequest('agent is missing: the name of the agent the token is for');
  if (others !== undefined && others !== 'kept' && others !== 'replaced') throw badRequest('others must be kept or replaced');
  try {
    const { token, expires } = await issueToken({ enrolment, gateway }, register, { agent, group, life: lifeOf(content['life']), url, others });
    audit.record('token-created', { agent, group, token: token.id, from });
    const answer = { agent, group: group ?? null, expires, url: token.url, token: token.text() };
    return { kind: 'resource', resource: { id: token.id, content: answer }, createdAt: ['fleet', 'tokens', token.id] };
  } catch (error) {
    throw error instanceof Error && error.constructor === Error ? badRequest(error.message) : error;
  }
}

function texts(content: JsonObject): Readonly<Record<string, string | undefined>> {
  const unknown = Object.keys(content).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) throw badRequest(`A token has no ${unknown}: expected ${[...KNOWN].join(', ')}`);
  return Object.fromEntries(Object.entries(content).flatMap(([key, value]) => {
    if (key === 'life' || value === null || value === '') return [];
    if (typeof value !== 'string') throw badRequest(`${key} must be a text`);
    return [[key, value]];
  }));
}

function lifeOf(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const life = typeof value === 'string' ? lifetimeOf(value) : undefined;
  if (life === undefined || life <= 0) throw badRequest('life must be a duration such as 30m, 12h or 7d');
  return life;
}
