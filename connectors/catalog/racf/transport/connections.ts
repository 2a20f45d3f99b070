import { readFile } from 'node:fs/promises';
import { request as connectThrough } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { ConnectorError } from '../../../../protocol/model/index.js';
import type { OpenContext } from '../../../framework/spi.js';
import { trustedAuthorities } from '../../../framework/trusted-authorities.js';
import type { RacfConfig } from '../config.js';

type Done = (error: Error | null, socket: TLSSocket | null) => void;
/** How undici is told to make a connection. */
export type OpenConnection = (options: unknown, done: (...answer: [Error, null] | [null, TLSSocket]) => void) => void;

/** What OpenSSL calls a certificate that is its own authority. */
const SELF_SIGNED = 'DEPTH_ZERO_SELF_SIGNED_CERT';

async function secureContext(config: RacfConfig, context: OpenContext): Promise<SecureContext> {
  const { clientCertificateFile: path, clientCertPassword } = config;
  const pfx = path === null ? undefined : await readFile(path).catch((error: unknown) => {
    throw new ConnectorError('configuration', `clientCertificateFile ${path} cannot be read. Check the path and the permissions of the user of the agent.`, { cause: error });
  });
  const ca = await trustedAuthorities(context.trustedCertificates);
  try {
    return createSecureContext({ ca, minVersion: 'TLSv1.2', ...(pfx === undefined ? {} : { pfx, passphrase: clientCertPassword?.reveal() ?? '' }) });
  } catch (error) {
    if (path === null) throw error;
    throw new ConnectorError('configuration', `clientCertificateFile ${path} cannot be used. Check that it is a PKCS#12 file, and clientCertPassword.`, { cause: error });
  }
}

/** A tunnel through the proxy (RFC 9110, CONNECT). */
function tunnel(config: RacfConfig, signal: AbortSignal): Promise<Socket> {
  const { httpProxyHost: host, httpProxyPort: port, httpProxyUsername, httpProxyPassword, hostName } = config;
  const authority = `${isIP(hostName) === 6 ? `[${hostName}]` : hostName}:${config.port}`;
  const authorization = httpProxyUsername === null
    ? {}
    : { 'proxy-authorization': `Basic ${Buffer.from(`${httpProxyUsername}:${httpProxyPassword?.reveal() ?? ''}`).toString('base64')}` };
  return new Promise((resolve, reject) => {
    const asked = connectThrough({ host, port, method: 'CONNECT', path: authority, headers: { host: authority, ...authorization }, signal, agent: false });
    asked.once('connect', (answer, socket) => {
      if (answer.statusCode === 200) resolve(socket);
      else {
        socket.destroy();
        const advice = answer.statusCode === 407 ? ' Check httpProxyUsername and httpProxyPassword.' : '';
        reject(new ConnectorError('connectionFailed', `The proxy ${host}:${port} refused a connection to ${authority} with status ${answer.statusCode}.${advice}`, { outcome: 'notApplied' }));
      }
    });
    asked.once('error', (error) => reject(new ConnectorError('connectionFailed', `The proxy ${host}:${port} cannot be reached: ${error.message}. Check httpProxyHost and httpProxyPort.`, { cause: error, outcome: 'notApplied' })));
    asked.end();
  });
}

function isAccepted(socket: TLSSocket, acceptsSelfSigned: boolean): boolean {
  return socket.authorized || (acceptsSelfSigned && (socket.authorizationError as unknown) === SELF_SIGNED);
}

/** TLS, verified; with acceptSelfSignedCertificates one more kind of certificate passes, and no other fault of it. */
function secure(socket: Socket | undefined, config: RacfConfig, context: SecureContext, signal: AbortSignal, done: Done): void {
  const { hostName: host, port, acceptSelfSignedCertificates } = config;
  // The handshake is let through to look at what was wrong; nothing is sent before `isAccepted`.
  const secured = connect({
    ...(socket === undefined ? { host, port } : { socket }), secureContext: context, rejectUnauthorized: false,
    ...(isIP(host) === 0 ? { servername: host } : { host }), ALPNProtocols: ['http/1.1'],
  });
  const giveUp = (): void => { secured.destroy(Object.assign(new Error(`no connection within ${config.connectionTimeout} seconds`), { code: 'UND_ERR_CONNECT_TIMEOUT' })); };
  signal.addEventListener('abort', giveUp, { once: true });
  const failed = (error: Error): void => { signal.removeEventListener('abort', giveUp); done(error, null); };
  secured.once('error', failed);
  secured.once('secureConnect', () => {
    signal.removeEventListener('abort', giveUp);
    secured.removeListener('error', failed);
    if (isAccepted(secured, acceptSelfSignedCertificates)) {
      secured.setNoDelay(true);
      done(null, secured);
      return;
    }
    const code = String(secured.authorizationError);
    secured.destroy();
    done(Object.assign(new Error('the server certificate was refused'), { code: code.includes('CERT') ? code : `CERT_${code}` }), null);
  });
}

/** Opens connections to `hostName`, through the proxy if there is one. */
export async function openingConnections(config: RacfConfig, context: OpenContext): Promise<OpenConnection> {
  const tls = await secureContext(config, context);
  return (_options, done) => {
    const signal = AbortSignal.timeout((config.connectionTimeout) * 1000);
    const answer: Done = (error, socket) => {
      if (socket === null) done(error ?? new Error('no connection'), null);
      else done(null, socket);
    };
    if (config.httpProxyHost === null) secure(undefined, config, tls, signal, answer);
    else tunnel(config, signal).then((socket) => { secure(socket, config, tls, signal, answer); }, (error: unknown) => { answer(error as Error, null); });
  };
}
