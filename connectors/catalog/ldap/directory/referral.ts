import { ConnectorError } from '../../../../protocol/model/index.js';
import type { LdapConfig } from '../config.js';
import { parseLdapUrl, type LdapUrl } from './ldap-url.js';
import type { LdapServer } from './servers.js';

/** Referrals that lead to referrals are followed this far. */
export const MAX_HOPS = 8;

export interface Referral extends LdapUrl {
  readonly server: LdapServer;
  readonly text: string;
}

/**
 * The servers a referral names as alternatives. With ssl every connection is LDAPS whatever the URL says, since the
 * principal's password goes there.
 */
export function alternatives(urls: readonly string[], config: LdapConfig, here: LdapServer): Referral[] {
  return urls.flatMap((text) => {
    const url = parseLdapUrl(text);
    if (url === undefined) return [];
    const plainPortOverTls = config.ssl && !url.secure && (url.port === undefined || url.port === 389);
    const port = plainPortOverTls ? 636 : url.port ?? (config.ssl ? 636 : 389);
    return [{ ...url, text, server: url.host === '' ? here : { host: url.host, port } }];
  });
}

export function refused(urls: readonly string[], handling: string): ConnectorError {
  return new ConnectorError('connector', `The server refers to ${urls.join(' or ')}, and referralsHandling is ${handling}. Set it to follow${handling === 'throw' ? ' or ignore' : ''}.`);
}

export function tooManyHops(urls: readonly string[]): ConnectorError {
  return new ConnectorError('connector', `Referrals lead on and on, the last to ${urls.join(' or ')}: gave up after ${MAX_HOPS}.`);
}

export function unusable(urls: readonly string[]): ConnectorError {
  return new ConnectorError('connector', `The server refers to ${urls.join(' or ') || 'nowhere'}, which is no LDAP URL that can be followed.`);
}
