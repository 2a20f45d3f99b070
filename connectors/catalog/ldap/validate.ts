import { ConnectorError } from '../../../protocol/model/index.js';
import type { LdapConfig } from './config.js';
import { failoverServer } from './directory/servers.js';
import { parseFilter } from './directory/filter-encoding.js';
import { parseDn } from './dn.js';

type Check = (config: LdapConfig) => string | undefined;

function oneOf(name: 'authType' | 'referralsHandling' | 'resetSyncToken', allowed: readonly string[]): Check {
  return (config) => (allowed.some((value) => value.toLowerCase() === config[name].trim().toLowerCase()) ? undefined : `${name} is ${JSON.stringify(config[name])}; it has to be ${allowed.join(', ')}.`);
}

function filter(name: 'accountSearchFilter' | 'groupSearchFilter' | 'accountSynchronizationFilter' | 'groupSynchronizationFilter'): Check {
  return (config) => {
    const text = config[name];
    return text === null || text.trim() === '' ? undefined : complaint(name, () => parseFilter(text));
  };
}

function dns(name: 'baseContexts' | 'baseContextsToSynchronize' | 'modifiersNamesToFilterOut'): Check {
  return (config) => config[name].map((dn) => complaint(name, () => parseDn(dn))).find((text) => text !== undefined);
}

function atLeastOne(name: 'blockSize' | 'changeLogBlockSize' | 'connectionTimeout'): Check {
  return (config) => (config[name] >= 1 ? undefined : `${name} is ${config[name]}; it has to be 1 or more.`);
}

function complaint(name: string, read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return `${name}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const CHECKS: readonly Check[] = [
  ({ host }) => (host === null || host.trim() === '' ? 'host is missing: name the LDAP server.' : undefined),
  ({ port }) => (port >= 1 && port <= 65_535 ? undefined : `port is ${port}; it has to be between 1 and 65535.`),
  ({ ssl, startTLS }) => (ssl && startTLS ? 'ssl and startTLS exclude each other: ssl is for the TLS port, startTLS for the plain one.' : undefined),
  ({ authType, ssl, startTLS }) => (authType.toUpperCase() === 'EXTERNAL' && !ssl && !startTLS ? 'authType EXTERNAL needs ssl or startTLS.' : undefined),
  ({ uidAttribute }) => (uidAttribute.trim() === '' ? 'uidAttribute is empty: name an attribute with unique values, or dn.' : undefined),
  ({ hostNameVerification, hostNameVerifierPattern }) => (hostNameVerification && (hostNameVerifierPattern ?? '').trim() === '' ? 'hostNameVerification needs hostNameVerifierPattern.' : undefined),
  ({ passwordHashAlgorithm }) => ((passwordHashAlgorithm ?? '').trim() === '' || passwordHashAlgorithm?.toUpperCase() === 'WIN-AD' ? undefined : `passwordHashAlgorithm is ${JSON.stringify(passwordHashAlgorithm)}; only WIN-AD is supported.`),
  oneOf('authType', ['simple', 'EXTERNAL', 'SASL-GSSAPI']), oneOf('referralsHandling', ['follow', 'ignore', 'throw']), oneOf('resetSyncToken', ['never', 'first', 'last']),
  filter('accountSearchFilter'), filter('groupSearchFilter'), filter('accountSynchronizationFilter'), filter('groupSynchronizationFilter'),
  dns('baseContexts'), dns('baseContextsToSynchronize'), dns('modifiersNamesToFilterOut'),
  atLeastOne('blockSize'), atLeastOne('changeLogBlockSize'), atLeastOne('connectionTimeout'),
  (config) => config.failover.map((url) => complaint('failover', () => failoverServer(url, config))).find((text) => text !== undefined),
];

/** Throws a ConnectorError `configuration` with everything that is wrong, not only the first thing. */
export function validate(config: LdapConfig): void {
  const complaints = CHECKS.map((check) => check(config)).filter((text) => text !== undefined);
  if (complaints.length > 0) throw new ConnectorError('configuration', `The LDAP configuration cannot be used. ${complaints.join(' ')}`);
}
