import { spellingsOf } from '../secrets/spellings.js';

/**
 * What a connection attempt tells the other ends, in every spelling they might repeat it in: an answer that quotes our own
 * headers must not bring them into the log. `proxy` holds the proxy's credentials.
 */
export function sentCredentials(authorization: string | undefined, proxy: URL | undefined): readonly string[] {
  const [scheme = '', credentials = ''] = (authorization ?? '').split(' ', 2);
  const clear = scheme.toLowerCase() === 'basic' ? Buffer.from(credentials, 'base64').toString('latin1') : credentials;
  const secrets = [scheme.toLowerCase() === 'basic' ? clear.slice(clear.indexOf(':') + 1) : clear, proxy === undefined ? '' : decodeURIComponent(proxy.password)];
  return secrets.filter((secret) => secret !== '').flatMap(spellingsOf);
}
