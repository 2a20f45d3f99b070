import { createHash, createHmac } from 'node:crypto';
import type { GuardedString } from '../../../../protocol/model/index.js';
import { basicAuthorization, type HttpAuthentication } from '../../http/http-authentication.js';
import type { HttpRequest } from '../../http/http-client.js';
import { formParameters, normalizedParameters, queryParameters } from './parameter-text.js';

export interface DuoSignatureSettings {
  readonly integrationKey: string;
  readonly secretKey: GuardedString;
  /**
   * `sha1` and `sha512`: over date, method, host, path and parameters, be they in the query or a form. `v5`: HMAC-SHA512 over these, the
   * body and the headers `x-duo-...`; for bodies of JSON. @default sha1
   */
  readonly scheme?: 'sha1' | 'sha512' | 'v5' | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/**
 * Duo's Admin API: https://duo.com/docs/adminapi#authentication; `v5` as in `canonicalize` of Duo's own client,
 * https://github.com/duosecurity/duo_client_python/blob/master/duo_client/client.py. The header `date` is part of it, and Duo's host
 * without a port.
 */
export function duoSignature({ integrationKey, secretKey, scheme = 'sha1', now = Date.now }: DuoSignatureSettings): HttpAuthentication {
  return {
    answered: async () => false,
    headers: async (request) => {
      const date = new Date(now()).toUTCString().replace('GMT', '-0000');
      const text = scheme === 'v5' ? signedByV5(request, date) : lines(request, date, [...queryParameters(request), ...formParameters(request)]);
      const signature = createHmac(scheme === 'sha1' ? 'sha1' : 'sha512', secretKey.reveal()).update(text).digest('hex');
      return new Map([['date', date], ['authorization', basicAuthorization(integrationKey, signature)]]);
    },
  };
}

function lines({ method, url }: HttpRequest, date: string, parameters: Parameters<typeof normalizedParameters>[0]): string {
  return [date, method.toUpperCase(), url.hostname.toLowerCase(), url.pathname, normalizedParameters(parameters)].join('\n');
}

function signedByV5(request: HttpRequest, date: string): string {
  const sha512 = (given: string | Uint8Array): string => createHash('sha512').update(given).digest('hex');
  const own = [...request.headers].filter(([name]) => name.startsWith('x-duo-')).sort(([a], [b]) => (a < b ? -1 : 1));
  return [lines(request, date, queryParameters(request)), sha512(request.body?.bytes ?? ''), sha512(own.flat().join('\0'))].join('\n');
}
