import { createHmac, randomBytes } from 'node:crypto';
import type { GuardedString } from '../../../../protocol/model/index.js';
import type { HttpAuthentication } from '../../http/http-authentication.js';
import type { HttpRequest } from '../../http/http-client.js';
import { formParameters, normalizedParameters, percentEncoded, queryParameters, type Parameter } from './parameter-text.js';

export interface OAuth1Settings {
  readonly consumerKey: string;
  readonly consumerSecret: GuardedString;
  readonly token: string;
  readonly tokenSecret: GuardedString;
  readonly method: 'HMAC-SHA1' | 'HMAC-SHA256';
  /** Not signed. @default none */
  readonly realm?: string | undefined;
  /** Whether `oauth_version` is sent, which is optional. @default true */
  readonly sendsVersion?: boolean | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** @default 32 random hexadecimal digits */
  readonly nonce?: (() => string) | undefined;
}

/**
 * RFC 5849, section 3; HMAC-SHA256 as NetSuite has it:
 * https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_1534941088.html
 */
export function oauth1(settings: OAuth1Settings): HttpAuthentication {
  const { consumerKey, consumerSecret, token, tokenSecret, method, realm, sendsVersion = true, now = Date.now, nonce = () => randomBytes(16).toString('hex') } = settings;
  return {
    answered: async () => false,
    headers: async (request) => {
      const protocol: Parameter[] = [
        ['oauth_consumer_key', consumerKey], ['oauth_token', token], ['oauth_signature_method', method], ['oauth_timestamp', String(Math.floor(now() / 1_000))], ['oauth_nonce', nonce()],
        ...(sendsVersion ? [['oauth_version', '1.0'] as const] : []),
      ];
      const key = `${percentEncoded(consumerSecret.reveal())}&${percentEncoded(tokenSecret.reveal())}`;
      const signature = createHmac(method === 'HMAC-SHA1' ? 'sha1' : 'sha256', key).update(signatureBase(request, protocol)).digest('base64');
      const sent: Parameter[] = [...(realm === undefined ? [] : [['realm', realm] as const]), ...protocol, ['oauth_signature', signature]];
      return new Map([['authorization', `OAuth ${sent.map(([name, value]) => `${name}="${percentEncoded(value)}"`).join(', ')}`]]);
    },
  };
}

/** RFC 5849, section 3.4.1. */
export function signatureBase(request: HttpRequest, protocol: readonly Parameter[]): string {
  const { origin, pathname } = request.url;
  const parameters = normalizedParameters([...queryParameters(request), ...formParameters(request), ...protocol]);
  return [request.method.toUpperCase(), `${origin}${pathname}`, parameters].map(percentEncoded).join('&');
}
