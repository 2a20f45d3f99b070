import { isIP } from 'node:net';
import type { MongoConfig } from '../config.js';
import { isSecured, serversOf, uriOf } from './client-settings.js';
import type { ConnectionUri, ServerAddress } from './connection-uri.js';

function isOnThisMachine(server: ServerAddress): boolean {
  if ('path' in server) return true;
  const host = server.host.toLowerCase();
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

const UNVERIFYING = ['tlsinsecure', 'tlsallowinvalidcertificates', 'tlsallowinvalidhostnames'];

function ofAddress(uri: ConnectionUri): string | undefined {
  if (!isSecured(uri)) return 'The connection to MongoDB is not encrypted: add tls=true to connectionURI.';
  return UNVERIFYING.some((option) => uri.options.get(option) === 'true')
    ? 'The server of MongoDB is not verified: leave tlsInsecure, tlsAllowInvalidCertificates and tlsAllowInvalidHostnames out of connectionURI.' : undefined;
}

/** What to warn of: data that others can read or change on their way to another machine, as the configuration wants it. */
export function transportWarning(config: MongoConfig): string | undefined {
  if (serversOf(config).every(isOnThisMachine)) return undefined;
  const uri = uriOf(config);
  if (uri !== undefined) return ofAddress(uri);
  if (!config.sslEnabled) return 'The connection to MongoDB is not encrypted: set sslEnabled to true.';
  return config.sslHostNameValidation ? undefined : 'The server of MongoDB is not verified by its name: set sslHostNameValidation to true.';
}
