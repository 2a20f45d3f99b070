import { setTimeout as delay } from 'node:timers/promises';
import type { Authorization, Order } from 'acme-client';
import { EnrolmentRefused, EnrolmentUnreachable } from '../enrolment-client.js';
import type { AcmeSession } from './acme-session.js';
import { acmeFailure, problemOf } from './acme-failure.js';
import type { ChallengeAnswer, ChallengeResponder } from './challenge-responder.js';

export interface OrderParts {
  readonly session: AcmeSession;
  readonly responder: ChallengeResponder;
  readonly names: readonly string[];
  /** PKCS #10 in PEM. */
  readonly request: string;
  /** Milliseconds the authority may take to look at the challenges, and then to issue. */
  readonly patience: number;
  /** URL of an order that was begun for the same request. */
  readonly begun?: string | undefined;
  /** An order was begun; to be remembered, so that a crash does not cost the certificate. */
  onBegun(url: string): Promise<void>;
}

const FIRST_LOOK_MS = 250;
const LONGEST_LOOK_MS = 5000;

type Challenge = Authorization['challenges'][number];
interface OwnChallenge { readonly challenge: Challenge; readonly answer: ChallengeAnswer }

/** From names and a request to a chain in PEM (RFC 8555 section 7.4), leaf first. */
export async function orderCertificate(parts: OrderParts): Promise<string> {
  const { session, request } = parts;
  let order = await begin(parts);
  if (order.status === 'pending') {
    await prove(parts, order);
    order = await settled(parts, order, ['pending'], 'validation');
  }
  requireValid(session, order);
  if (order.status === 'ready') {
    const ready = order;
    order = await session.ask('certificate', (client) => client.finalizeOrder(ready, request));
  }
  order = await settled(parts, order, ['processing', 'ready'], 'certificate');
  requireValid(session, order);
  const done = order;
  return session.ask('certificate', (client) => client.getCertificate(done));
}

async function begin({ session, names, begun, onBegun }: OrderParts): Promise<Order> {
  if (begun !== undefined) {
    const order = await session.order(begun).catch((error: unknown) => {
      if (error instanceof EnrolmentRefused) return undefined; // forgotten by now
      throw error;
    });
    if (order !== undefined && order.status !== 'invalid') return order;
  }
  const order = await session.ask('order', (client) => client.createOrder({ identifiers: names.map((value) => ({ type: 'dns', value })) }));
  await onBegun(order.url);
  return order;
}

/** Has every name validated that is not yet. The answers are there only meanwhile. */
async function prove(parts: OrderParts, order: Order): Promise<void> {
  const { session, responder } = parts;
  const open = (await authorizations(session, order)).filter(({ status }) => status === 'pending');
  if (open.length === 0) return;
  const own = await Promise.all(open.map((authorization) => challengeOf(parts, authorization)));
  const presented = await responder.present(own.map(({ answer }) => answer), session.stop);
  try {
    for (const { challenge } of own) await session.ask('validation', (client) => client.completeChallenge(challenge));
    await looking(parts, async () => {
      const all = await authorizations(session, order);
      for (const each of all) requireNotRefused(session, each);
      return all.every(({ status }) => status !== 'pending');
    }, 'has not validated the challenges');
  } finally {
    await presented.remove();
  }
}

function authorizations(session: AcmeSession, order: Order): Promise<Authorization[]> {
  return session.ask('validation', (client) => client.getAuthorizations(order));
}

async function challengeOf({ session, responder }: OrderParts, { identifier, challenges }: Authorization): Promise<OwnChallenge> {
  const challenge = challenges.find(({ type }) => type === responder.type);
  if (challenge === undefined) {
    throw new EnrolmentRefused(403, 'no-challenge', `${session.where}: the authority validates ${identifier.value} by ${challenges.map(({ type }) => type).join(', ').slice(0, 200)} only, not by ${responder.type}: change enrolment.acme.challenge.type`);
  }
  const value = await session.ask('validation', (client) => client.getChallengeKeyAuthorization(challenge));
  return { challenge, answer: { name: identifier.value, token: challenge.token, value } };
}

function requireNotRefused(session: AcmeSession, { identifier, status, challenges }: Authorization): void {
  if (status === 'pending' || status === 'valid') return;
  const problem = challenges.map(({ error }) => problemOf(403, error, undefined)).find((found) => found !== undefined);
  throw acmeFailure(`${session.where}: ${identifier.value}`, 'validation', problem ?? { status: 403, type: '', detail: `the authorization is ${status}` });
}

function requireValid(session: AcmeSession, { status, error }: Order): void {
  if (status !== 'invalid') return;
  throw acmeFailure(session.where, 'certificate', problemOf(403, error, undefined) ?? { status: 403, type: '', detail: 'the order has become invalid' });
}

/** The order, once it is in none of these states any more. */
async function settled(parts: OrderParts, order: Order, passing: readonly Order['status'][], step: 'validation' | 'certificate'): Promise<Order> {
  let now = order;
  await looking(parts, async () => {
    now = await parts.session.order(order.url);
    return !passing.includes(now.status);
  }, step === 'validation' ? 'has not taken note of the validation' : 'has not issued the certificate');
  return now;
}

/** Looks again and again, as seldom as the server asks. */
async function looking({ session, patience }: OrderParts, look: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + patience;
  for (let pause = FIRST_LOOK_MS; !await look(); pause = Math.min(LONGEST_LOOK_MS, pause * 2)) {
    const wait = Math.max(pause, session.transport.waitAtLeast ?? 0);
    if (performance.now() + wait > end) throw new EnrolmentUnreachable(`${session.where}: the authority ${what} within ${patience} ms`, { waitAtLeast: session.transport.waitAtLeast });
    await delay(wait, undefined, { signal: session.stop });
  }
}
