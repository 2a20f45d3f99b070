import { ConnectorError } from '../../../../protocol/model/index.js';
import type { LdapConfig } from '../config.js';
import { LdapResultError, resultError } from '../errors.js';
import { saslBind } from './request.js';
import { unlessCancelled } from './unless-cancelled.js';
import type { DoneResponse, LdapWire } from './wire.js';

/** What a bind needs of a connection. */
type BindWire = Pick<LdapWire, 'request' | 'url'>;

const MECHANISM = 'GSSAPI';
const SASL_BIND_IN_PROGRESS = 14;
/** A negotiation has a handful of steps. */
const MAX_STEPS = 20;
/** Security layers of RFC 4752 section 3.1. */
const NO_LAYER = 1;

/** A security context of the package `kerberos` (https://www.npmjs.com/package/kerberos); tokens are base64. */
export interface KerberosClient {
  readonly contextComplete: boolean;
  step(challenge: string): Promise<string | null>;
  unwrap(challenge: string): Promise<string>;
  wrap(challenge: string): Promise<string>;
}

export interface KerberosModule {
  initializeClient(service: string, options: { readonly principal?: string }): Promise<KerberosClient>;
}

/**
 * The package is native, and fetches or compiles its code when it is installed: so it is no dependency, and whoever binds with
 * Kerberos installs it beside the agent. `name` is a variable so that neither compiler nor bundler looks for it.
 */
export async function loadKerberos(name = 'kerberos'): Promise<KerberosModule> {
  try {
    const loaded = await import(name) as KerberosModule & { readonly default?: KerberosModule };
    return loaded.default ?? loaded;
  } catch (error) {
    throw new ConnectorError('configuration', `authType SASL-GSSAPI needs the npm package ${name} (version 7) beside the agent, ${reason(error)}. `
      + `Install it in the agent's directory (npm install ${name}@7), or use simple over TLS, or EXTERNAL with a client certificate.`, { cause: error });
  }
}

function reason(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return 'which is not installed';
  return `which cannot be loaded here: ${error instanceof Error ? error.message : String(error)}`;
}

/** As the Kerberos library of the system writes a service: its own realm is the one that the host is in by krb5.conf. */
export function serviceName(host: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? `ldap/${host}` : `ldap@${host}`;
}

/** The client, with every step limited by the signal: any may be waiting for a KDC. */
function limited(client: KerberosClient, signal: AbortSignal): KerberosClient {
  return {
    get contextComplete() { return client.contextComplete; },
    step: (challenge) => unlessCancelled(client.step(challenge), signal),
    unwrap: (challenge) => unlessCancelled(client.unwrap(challenge), signal),
    wrap: (challenge) => unlessCancelled(client.wrap(challenge), signal),
  };
}

function failed(wire: BindWire, what: string, error?: unknown): ConnectorError {
  const why = error instanceof Error ? `: ${error.message}` : '';
  return new ConnectorError('connectorSecurity', `The Kerberos bind to ${wire.url} failed: ${what}${why}. Check the ticket or keytab of the agent (KRB5CCNAME, KRB5_CLIENT_KTNAME), and that host is the name in the server's service principal ldap/<host>.`, { cause: error });
}

async function send(wire: BindWire, token: string, signal: AbortSignal): Promise<DoneResponse> {
  return await wire.request(saslBind(MECHANISM, Buffer.from(token, 'base64')), [], signal);
}

/** The challenge in the server's answer; undefined when the bind is done. Rejects for a refusal. */
function challengeIn({ result, saslCredentials }: DoneResponse, wire: BindWire): string | undefined {
  const challenge = Buffer.from(saslCredentials ?? []).toString('base64');
  if (result.code === SASL_BIND_IN_PROGRESS) return challenge;
  if (result.code === 0) return undefined;
  throw resultError(new LdapResultError(result.code, result.matchedDn, result.diagnostic), { operation: 'GSSAPI bind', dn: 'the Kerberos ticket', server: wire.url });
}

/** Agrees on no security layer: TLS is the protection. RFC 4752 section 3.1. */
async function chooseLayer(client: KerberosClient, challenge: string, wire: BindWire): Promise<string> {
  const offer = Buffer.from(await client.unwrap(challenge), 'base64');
  if (offer.length !== 4) throw failed(wire, 'the server offers no security layers');
  if (((offer[0] ?? 0) & NO_LAYER) === 0) {
    throw new ConnectorError('connectorSecurity', `The server ${wire.url} wants Kerberos connections signed or sealed. Set ssl or startTLS, which take the place of that.`);
  }
  return await client.wrap(Buffer.from([NO_LAYER, 0, 0, 0]).toString('base64'));
}

async function negotiate(client: KerberosClient, wire: BindWire, signal: AbortSignal): Promise<void> {
  let answer = await client.step('') ?? '';
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const isComplete = client.contextComplete;
    const challenge = challengeIn(await send(wire, answer, signal), wire);
    if (challenge === undefined) {
      // Mutual authentication: a server that says yes before it has proven itself is not believed.
      if (client.contextComplete) return;
      throw failed(wire, 'the server ended the negotiation before it had proven who it is');
    }
    answer = isComplete && challenge !== '' ? await chooseLayer(client, challenge, wire) : await client.step(challenge) ?? '';
  }
  throw failed(wire, 'the negotiation does not come to an end');
}

/**
 * Binds with a Kerberos ticket (RFC 4752), as the principal of the configuration or the default one of the credential cache or
 * client keytab that the agent's process has. There is no JAAS here, so gssapiLoginContext chooses nothing.
 */
export async function gssapiBind(wire: BindWire, config: LdapConfig, signal: AbortSignal, load: () => Promise<KerberosModule> = loadKerberos): Promise<void> {
  const kerberos = await load();
  const host = new URL(wire.url).hostname;
  const principal = config.principal?.trim() ?? '';
  try {
    const client = await unlessCancelled(kerberos.initializeClient(serviceName(host), principal === '' ? {} : { principal }), signal);
    await negotiate(limited(client, signal), wire, signal);
  } catch (error) {
    throw error instanceof ConnectorError ? error : failed(wire, 'no ticket could be had', error);
  }
}
