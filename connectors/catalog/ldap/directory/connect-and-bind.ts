import { anySignal, ConnectorError, type GuardedString } from '../../../../protocol/model/index.js';
import type { LdapConfig } from '../config.js';
import { bindAsConfigured, simple } from './bind.js';
import type { BindOutcome } from './contract.js';
import { dial } from './dial.js';
import type { LdapServer } from './servers.js';
import type { TlsSettings } from './tls.js';
import { cancelled, type LdapWire } from './wire.js';

/** How a server is reached and bound to; shared by the lanes of a directory and those a referral leads to. */
export interface Route {
  readonly server: LdapServer;
  readonly config: LdapConfig;
  readonly tls: TlsSettings | undefined;
  /** Whom to bind as; undefined: as the configuration says. */
  readonly user?: { readonly dn: string; readonly password: GuardedString } | undefined;
}

interface Bound { readonly wire: LdapWire; readonly outcome: BindOutcome | undefined }

/** A connection that has been bound. Rejects, and leaves nothing open, when either fails. */
export async function connectAndBind({ server, config, tls, user }: Route, signal: AbortSignal): Promise<Bound> {
  const wire = await dial(server, config, tls, signal);
  const within = anySignal(signal, AbortSignal.timeout(config.connectionTimeout));
  try {
    if (user !== undefined) return { wire, outcome: await simple(wire, user.dn, user.password, config, within) };
    await bindAsConfigured(wire, config, within);
    return { wire, outcome: undefined };
  } catch (error) {
    if (!within.aborted) await wire.close();
    const silent = new ConnectorError('connectionFailed', `The server ${wire.url} did not answer the bind within ${config.connectionTimeout} ms (connectionTimeout).`, { cause: error });
    // Who does not answer a bind will not answer an unbind either.
    wire.destroy(silent);
    if (signal.aborted) throw cancelled(signal);
    throw within.aborted ? silent : error;
  }
}
