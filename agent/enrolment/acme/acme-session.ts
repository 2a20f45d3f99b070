import type { Client, Order } from 'acme-client';
import type { AcmeConfig } from '../../config/acme-settings.js';
import { printable } from '../../session/failure-policy.js';
import { EnrolmentRefused, EnrolmentUnreachable } from '../enrolment-client.js';
import { acmeFailure, type AcmeStep } from './acme-failure.js';
import { AcmeTransport, loadAcme, type AcmeRoute } from './acme-transport.js';

/** Answers to the question for an account that is not there; some servers want a binding for the question already. */
const NO_ACCOUNT: ReadonlySet<string> = new Set(['accountDoesNotExist', 'externalAccountRequired']);

export interface SessionParts {
  readonly route: AcmeRoute;
  /** PKCS #8 in PEM. */
  readonly accountKey: string;
}

/** An account at an ACME server, ready to order. Everything a session throws is an {@link EnrolmentRefused}, an {@link EnrolmentUnreachable}, or the reason of `stop`. */
export class AcmeSession {
  readonly transport: AcmeTransport;
  readonly stop: AbortSignal;
  readonly where: string;
  readonly #config: AcmeConfig;
  #client: Client;

  private constructor(client: Client, transport: AcmeTransport, config: AcmeConfig, stop: AbortSignal) {
    this.#client = client;
    this.transport = transport;
    this.#config = config;
    this.stop = stop;
    this.where = config.directory.href;
  }

  /** Finds the account of the key, or makes one. */
  static async open(config: AcmeConfig, { route, accountKey }: SessionParts, stop: AbortSignal): Promise<AcmeSession> {
    const { Client: AcmeClient } = await loadAcme();
    const known = { directoryUrl: config.directory.href, accountKey };
    const session = new AcmeSession(new AcmeClient(known), new AcmeTransport(route, stop), config, stop);
    if (await session.#find()) return session;
    // Only now: a binding is good once, and its key may have been removed since.
    const { externalAccount: outside } = config;
    if (outside !== undefined) session.#client = new AcmeClient({ ...known, externalAccountBinding: { kid: outside.kid, hmacKey: (await outside.hmacKey.resolve()).reveal() } });
    await session.#register();
    return session;
  }

  /** One exchange with the server; what it refuses becomes an error that says what to do. */
  async ask<T>(step: AcmeStep, work: (client: Client) => Promise<T>): Promise<T> {
    try {
      return await this.transport.run(() => work(this.#client));
    } catch (error) {
      if (this.stop.aborted) throw this.stop.reason;
      if (error instanceof EnrolmentUnreachable || error instanceof EnrolmentRefused) throw error;
      const { problem } = this.transport;
      if (problem !== undefined) throw acmeFailure(this.where, step, problem, { hasExternalAccount: this.#config.externalAccount !== undefined });
      throw new EnrolmentUnreachable(`${this.where}: what answers there is no ACME server: ${printable(error instanceof Error ? error.message : String(error))}`, { cause: error });
    }
  }

  /** An order as it stands now. */
  order(url: string): Promise<Order> {
    return this.ask('order', (client) => client.getOrder({ url } as Order));
  }

  #find(): Promise<boolean> {
    return this.ask('account', async (client) => {
      try {
        await client.createAccount({ onlyReturnExisting: true });
        return true;
      } catch (error) {
        if (NO_ACCOUNT.has(this.transport.problem?.type ?? '')) return false;
        throw error;
      }
    });
  }

  async #register(): Promise<void> {
    const terms = await this.ask('account', (client) => client.getTermsOfServiceUrl()) as string | null | undefined;
    const { agreeToTerms, contact } = this.#config;
    if (typeof terms === 'string' && !agreeToTerms) throw new EnrolmentRefused(403, 'terms', `${this.where}: the authority wants its terms of service agreed to (${printable(terms)}): read them, and set enrolment.acme.agreeToTerms: true`);
    await this.ask('account', (client) => client.createAccount({ ...(agreeToTerms ? { termsOfServiceAgreed: true } : {}), ...(contact.length === 0 ? {} : { contact: [...contact] }) }));
  }
}
