import { BASIC_PROPERTIES, boxedLong, httpAddress, httpProxyProperties, rateLimitProperties, withoutTrailingSlashes } from '../../engines/rest/index.js';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { flag, guarded, numbered, properties, text, withGroup, type ConfigOf } from '../../framework/properties.js';

export const config = properties({
  ...numbered(1, withGroup(BASIC_PROPERTIES, properties({
    tenant: text({ required: true, help: 'Directory (tenant) id, or a domain name of the tenant.' }),
    clientId: text({ required: true, help: 'Application (client) id of the app registration.' }),
    clientSecret: guarded({ help: 'Value of a client secret of the app registration.' }),
    ...httpProxyProperties,
    performHardDelete: flag({ default: false, help: 'Whether what is deleted is removed from the recycle bin of the directory at once, too.' }),
    ...rateLimitProperties,
    licenseCacheExpiryTime: boxedLong({ help: 'Minutes the subscriptions of the tenant and their service plans are kept for. Left empty: they are read whenever they are needed.' }),
  }))),
  serviceUri: text({ default: 'https://graph.microsoft.com/v1.0', group: OWN_PROPERTIES, displayName: 'Service URI', help: 'Address of Microsoft Graph with its version; national clouds have addresses of their own, e.g. https://graph.microsoft.us/v1.0.' }),
  loginUri: text({ default: 'https://login.microsoftonline.com', group: OWN_PROPERTIES, displayName: 'Login URI', help: 'Address tokens are asked for at; national clouds have addresses of their own, e.g. https://login.microsoftonline.us.' }),
});
export type GraphConfig = ConfigOf<typeof config>;

export const graphAddress = ({ serviceUri }: GraphConfig): URL => httpAddress('serviceUri', serviceUri);

/** https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
export function tokenAddress({ loginUri, tenant }: GraphConfig): URL {
  const address = httpAddress('loginUri', loginUri);
  address.pathname = `${withoutTrailingSlashes(address.pathname)}/${encodeURIComponent(tenant.trim())}/oauth2/v2.0/token`;
  return address;
}

/** All that the app registration was granted at this Graph; national clouds have a scope of their own. */
export const graphScope = (given: GraphConfig): string => `${graphAddress(given).origin}/.default`;

export const complaints = ({ tenant, clientId, clientSecret, licenseCacheExpiryTime }: GraphConfig): readonly string[] => [
  ...(/^[\w.-]+$/.test(tenant.trim()) ? [] : ['tenant has to be the id of the directory or a domain name of it.']),
  ...(clientId.trim() === '' ? ['clientId is empty.'] : []),
  ...(clientSecret === null ? ['clientSecret is missing: tokens are asked for with it.'] : []),
  ...(licenseCacheExpiryTime !== null && licenseCacheExpiryTime < 0 ? [`licenseCacheExpiryTime is ${licenseCacheExpiryTime}: give 0 or more minutes.`] : []),
];
