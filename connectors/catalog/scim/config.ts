import {
  BASIC_PROPERTIES, boxedInteger, clientCertificateFile, clientCertificateProperties, connectionTimeoutSeconds, credentialProperties, grantProperties,
  httpProxyProperties, maximumConnections, rateLimitProperties, READ_AND_WRITE_RATES, saasFamily, tlsSwitches, tokenUseProperties,
} from '../../engines/rest/index.js';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { flag, numbered, properties, text, withGroup, type ConfigOf } from '../../framework/properties.js';

const { password, authenticationMethod, ...credentials } = credentialProperties;

const config = properties({
  ...numbered(1, withGroup(BASIC_PROPERTIES, properties({
    SCIMEndpoint: text({ required: true, help: 'Address below which Users and Groups are, e.g. https://example.com/scim/v2.' }),
    SCIMVersion: boxedInteger({ default: 1, required: true, help: 'Version of the protocol: 1 (meaning 1.1) or 2.' }),
    authenticationMethod,
    user: text({ help: 'BASIC: user name.' }),
    password, ...credentials, ...grantProperties, ...tlsSwitches,
    disableHttpCompression: flag({ default: false, required: true, help: 'Has the service send its answers without compression.' }),
    ...clientCertificateProperties, ...maximumConnections, ...httpProxyProperties, ...connectionTimeoutSeconds(30), ...tokenUseProperties,
    readRateLimit: rateLimitProperties.readRateLimit,
    acceptHeader: text({ help: 'Accept header. Left empty: application/json. Some services want application/scim+json.' }),
    contentTypeHeader: text({ help: 'Content-Type header of what is sent. Left empty: application/json. Some services want application/scim+json.' }),
    writeRateLimit: rateLimitProperties.writeRateLimit,
    usePathForPatchV2: flag({ default: false, help: 'SCIM 2: whether each add and replace of a PATCH names its path, as some services want. Removals always do.' }),
    readSchema: flag({ default: false, help: 'Whether object classes and attributes are read from the service, extensions included; otherwise they are those of the standard.' }),
  }))),
  ...clientCertificateFile,
  ...withGroup(OWN_PROPERTIES, { bulk: flag({ default: false, help: 'Whether writes that come at the same time, such as those of a reconciliation with several threads, go in one bulk request, where the service says that it has them.' }) }),
});
export type ScimConfig = ConfigOf<typeof config>;
export type Version = 1 | 2;

export function versionOf({ SCIMVersion }: Pick<ScimConfig, 'SCIMVersion'>): Version {
  return SCIMVersion === 2 ? 2 : 1;
}

const isBlank = (given: string | null): boolean => given === null || given.trim() === '';

export function headersOf({ acceptHeader, contentTypeHeader }: ScimConfig): ReadonlyMap<string, string> {
  return new Map([['accept', acceptHeader], ['content-type', contentTypeHeader]].filter((header): header is [string, string] => !isBlank(header[1] ?? null)).map(([name, value]) => [name, value.trim()]));
}

const HEADER_VALUE = /^[\t\x20-\x7E]*$/;

export const saas = saasFamily(config, {
  address: 'SCIMEndpoint', login: 'user', rates: READ_AND_WRITE_RATES,
  complaints: ({ SCIMVersion, authenticationMethod: method, grantType, acceptHeader, contentTypeHeader }) => [
    ...(SCIMVersion === 1 || SCIMVersion === 2 ? [] : [`SCIMVersion is ${SCIMVersion}: it has to be 1 (for SCIM 1.1) or 2.`]),
    ...((isBlank(method) || method.trim() === 'OAUTH') && isBlank(grantType) ? ['authenticationMethod is OAUTH: set grantType, to client_credentials or refresh_token.'] : []),
    ...Object.entries({ acceptHeader, contentTypeHeader }).filter(([, value]) => value !== null && !HEADER_VALUE.test(value)).map(([name]) => `${name} has characters no header can hold.`),
  ],
});
