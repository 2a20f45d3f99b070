import { createConnection, type Socket } from 'node:net';
import { anySignal, ConnectorError } from '../../../../protocol/model/index.js';
import type { LdapConfig } from '../config.js';
import { LdapResultError, resultError } from '../errors.js';
import { extended } from './request.js';
import { serverUrl, type LdapServer } from './servers.js';
import { secure, tlsError, type TlsSettings } from './tls.js';
import { LdapWire, throwIfCancelled } from './wire.js';

const START_TLS = '1.3.6.1.4.1.1466.20037';

/** Fires after `ms` or with `signal`, whichever is first. */
function limit(signal: AbortSignal, ms: number): AbortSignal {
  return anySignal(signal, AbortSignal.timeout(ms));
}

function reach(server: LdapServer, url: string, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: server.host, port: server.port });
    const settle = (action: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      action();
    };
    const onError = (error: Error): void => settle(() => reject(new ConnectorError('connectionFailed', `The LDAP server ${url} cannot be reached: ${error.message}.`, { cause: error })));
    const onAbort = (): void => settle(() => {
      socket.on('error', () => undefined);
      socket.destroy();
      reject(timedOut(url, timeoutMs, signal));
    });
    socket.once('error', onError);
    socket.once('connect', () => settle(() => {
      // Errors between here and the next owner's listener must not bring the process down.
      socket.on('error', () => undefined);
      resolve(socket);
    }));
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function timedOut(url: string, timeoutMs: number, signal: AbortSignal): ConnectorError {
  return new ConnectorError('connectionFailed', `Connecting to ${url} took more than ${timeoutMs} ms (connectionTimeout).`, { cause: signal.reason });
}

/**
 * Connects to one server and secures the connection as configured; does not bind. Rejects with connectionFailed,
 * connectorSecurity (TLS) or what the server answered to StartTLS; there is no falling back to clear text.
 */
export async function dial(server: LdapServer, config: LdapConfig, tls: TlsSettings | undefined, signal: AbortSignal): Promise<LdapWire> {
  throwIfCancelled(signal);
  const url = serverUrl(server, config);
  const within = limit(signal, config.connectionTimeout);
  const socket = await reach(server, url, config.connectionTimeout, within);
  const onAbort = (): void => void socket.destroy();
  within.addEventListener('abort', onAbort, { once: true });
  try {
    if (tls === undefined) return new LdapWire(socket, url);
    if (config.ssl) return new LdapWire(await secure(socket, server.host, tls), url);
    return await startTls(new LdapWire(socket, url), server, tls, within);
  } catch (error) {
    socket.destroy();
    throwIfCancelled(signal);
    if (within.aborted) throw timedOut(url, config.connectionTimeout, within);
    throw error instanceof ConnectorError ? error : tlsError(error, url);
  } finally {
    within.removeEventListener('abort', onAbort);
  }
}

async function startTls(wire: LdapWire, server: LdapServer, tls: TlsSettings, signal: AbortSignal): Promise<LdapWire> {
  try {
    const { result } = await wire.request(extended(START_TLS), [], signal);
    if (result.code !== 0) {
      throw resultError(new LdapResultError(result.code, result.matchedDn, result.diagnostic), {
        operation: 'StartTLS', dn: '', server: wire.url, kinds: { [result.code]: 'connectorSecurity' },
      });
    }
    await wire.replaceSocket((plain) => secure(plain, server.host, tls));
    return wire;
  } catch (error) {
    wire.destroy(new ConnectorError('connectionFailed', `StartTLS with ${wire.url} failed.`, { cause: error }));
    throw error;
  }
}
