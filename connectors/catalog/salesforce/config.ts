import { ConnectorError, GuardedString } from '../../../protocol/model/index.js';
import { BASIC_PROPERTIES, boxedInteger, givenDouble, givenInteger, httpAddress, type HttpConfiguration } from '../../engines/rest/index.js';
import { guarded, long, properties, text, textList, withGroup, type ConfigOf } from '../../framework/properties.js';

const GRANTS = ['refresh_token', 'client_credentials'] as const;
const FEATURE_LICENSES = 'ChatterAnswersUser InteractionUser KnowledgeUser LiveAgentUser MarketingUser OfflineUser SFContentUser SupportUser SiteforceContributorUser SiteforcePublisherUser WorkDotComUserFeature';

export const config = properties(withGroup(BASIC_PROPERTIES, {
  clientId: text({ required: true, help: 'Consumer key of the connected app.' }),
  clientSecret: guarded({ required: true, help: 'Consumer secret of the connected app.' }),
  grantType: text({ default: 'refresh_token', required: true, help: 'refresh_token or client_credentials.' }),
  refreshToken: guarded({ help: 'refresh_token: the token new access tokens are got with.' }),
  loginUrl: text({ default: '', required: true, help: 'Token endpoint: https://login.salesforce.com/services/oauth2/token, https://test.salesforce.com/services/oauth2/token for a sandbox, or the one of your own domain.' }),
  instanceUrl: text({ required: true, help: 'Address of the org, e.g. https://example-com.cs1.my.salesforce.com.' }),
  version: givenDouble({ default: 48, help: 'Version of the REST API.' }),
  connectTimeout: long({ default: 120_000, help: 'Milliseconds to wait for a connection to be made.' }),
  proxyHost: text({ help: 'Host of an HTTP proxy, reached by http; not together with proxyUri.' }),
  proxyPort: boxedInteger({ default: 3_128, help: 'Port of the proxy of proxyHost.' }),
  maximumConnections: givenInteger({ default: 10, help: 'The most connections to Salesforce at a time; further requests wait.' }),
  supportedObjectTypes: textList({ help: 'Salesforce objects to offer as object classes, e.g. User. Their attributes are those their metadata tell of.' }),
  proxyUri: text({ help: 'Proxy with scheme, host and port, e.g. https://myproxy.example.com:8080; not together with proxyHost.' }),
  proxyUsername: text({ help: 'User name for the proxy.' }),
  proxyPassword: guarded({ help: 'Password for the proxy.' }),
  supportedFeatureLicenses: textList({ default: FEATURE_LICENSES.split(' ').map((name) => `UserPermissions${name}`), help: 'Feature licenses that may be given to users through __FeatureLicenses__.' }),
}));
export type SalesforceConfig = ConfigOf<typeof config>;

const isBlank = (given: string | null): given is null => given === null || given.trim() === '';

/** The proxy as the client takes it: proxyHost by http, proxyUri as it says. */
export function httpOf({ proxyHost, proxyPort, proxyUri, proxyUsername, proxyPassword, connectTimeout, maximumConnections }: SalesforceConfig): HttpConfiguration {
  const shared = { proxyUsername, proxyPassword, connectionTimeout: connectTimeout, maximumConnections };
  if (isBlank(proxyUri)) return isBlank(proxyHost) ? shared : { ...shared, proxyHost: proxyHost.trim().replace(/^https?:\/\//i, ''), proxyPort };
  const { protocol, hostname, port } = httpAddress('proxyUri', proxyUri);
  return { ...shared, proxyHost: `${protocol}//${hostname}`, proxyPort: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) };
}

/** `https://login.salesforce.com/services/oauth2/token`; a host alone stands for the endpoint there. */
export function tokenEndpoint({ loginUrl }: Pick<SalesforceConfig, 'loginUrl'>): URL {
  const address = httpAddress('loginUrl', loginUrl.includes('://') ? loginUrl : `https://${loginUrl.trim()}`);
  return address.pathname === '/' ? new URL('/services/oauth2/token', address) : address;
}

export function serviceAddress({ instanceUrl, version }: Pick<SalesforceConfig, 'instanceUrl' | 'version'>): URL {
  return new URL(`/services/data/v${version.toFixed(1)}`, httpAddress('instanceUrl', instanceUrl));
}

export function grantOf({ grantType }: Pick<SalesforceConfig, 'grantType'>): (typeof GRANTS)[number] {
  const grant = GRANTS.find((known) => known === grantType.trim());
  if (grant === undefined) throw new ConnectorError('configuration', `grantType is '${grantType}': it has to be ${GRANTS.join(' or ')}.`);
  return grant;
}

export function complaints(given: SalesforceConfig): readonly string[] {
  const grant = grantOf(given);
  const { clientId, clientSecret, refreshToken, loginUrl, instanceUrl, version, proxyHost, proxyUri, supportedObjectTypes } = given;
  const isEmpty = (secret: GuardedString | null): boolean => secret === null || secret.equals(new GuardedString(''));
  const isMissing = { clientId: isBlank(clientId), clientSecret: isEmpty(clientSecret), loginUrl: isBlank(loginUrl), instanceUrl: isBlank(instanceUrl), refreshToken: grant === 'refresh_token' && isEmpty(refreshToken) };
  const wrongType = supportedObjectTypes.find((type) => !/^\w+$/.test(type));
  return [
    ...Object.entries(isMissing).filter(([, is]) => is).map(([name]) => `grantType is ${grant}: set ${name}.`),
    ...(isBlank(proxyHost) || isBlank(proxyUri) ? [] : ['proxyHost and proxyUri are both set: set one of them.']),
    ...(version >= 1 && version < 1_000 ? [] : [`version is ${version}: give a version of the REST API, such as 48.0.`]),
    ...(wrongType === undefined ? [] : [`supportedObjectTypes names '${wrongType}', which is no API name of a Salesforce object.`]),
  ];
}
