import { flag, guarded, numbered, properties, text, withGroup, type PropertyTable } from '../../framework/properties.js';
import { clientCertificateFile, clientCertificateProperties } from './client-certificate.js';
import { boxedInteger, boxedLong, givenInteger } from './number-properties.js';

export const BASIC_PROPERTIES = 'Basic Configuration Properties';

/** Of the client whose connections are kept; the names are the Java connectors'. */
export const tlsSwitches = properties({
  acceptSelfSignedCertificates: flag({ default: false, required: true, help: 'Accepts a server certificate that is signed by itself. For development only.' }),
  disableHostNameVerifier: flag({ default: false, required: true, help: 'Accepts a trusted certificate whatever server it is for. For development only.' }),
});

/** A proxy as most connectors have it; `proxy` of others is below. */
export const httpProxyProperties = properties({
  httpProxyHost: text({ help: 'Host of the HTTP proxy to go through.' }),
  httpProxyPort: boxedInteger({ help: 'Port of the HTTP proxy.' }),
  httpProxyUsername: text({ help: 'User name for the HTTP proxy.' }),
  httpProxyPassword: guarded({ help: 'Password for the HTTP proxy.' }),
});

/** As `httpProxyProperties`, under the shorter names. */
export const proxyProperties = properties({
  proxyHost: text({ help: 'Host of the HTTP proxy to go through.' }),
  proxyPort: boxedInteger({ help: 'Port of the HTTP proxy.' }),
  proxyUsername: text({ help: 'User name for the HTTP proxy.' }),
  proxyPassword: guarded({ help: 'Password for the HTTP proxy.' }),
});

export const maximumConnections = properties({
  maximumConnections: boxedInteger({ default: 10, required: true, help: 'The most connections to the service at a time; further requests wait.' }),
});

/** Seconds, with the connector's own default. */
export function connectionTimeoutSeconds(seconds: number) {
  return properties({ connectionTimeout: givenInteger({ default: seconds, help: 'Seconds to wait for a connection to be made.' }) });
}

/** Milliseconds, with the connector's own default. */
export function connectionTimeoutMilliseconds(milliseconds: number) {
  return properties({ connectionTimeout: boxedInteger({ default: milliseconds, help: 'Milliseconds to wait for a connection to be made.' }) });
}

export const rateLimitProperties = properties({
  readRateLimit: text({ help: 'Most reading requests in a time, e.g. 30/sec or 100/min.' }),
  writeRateLimit: text({ help: 'Most writing requests in a time, e.g. 30/sec or 100/min.' }),
});

/** How the connector shows who it is: `authenticationMethod` and what each method needs. */
export const credentialProperties = properties({
  password: guarded({ help: 'BASIC: password of that user.' }),
  authenticationMethod: text({ default: 'OAUTH', required: true, help: 'BASIC (user name and password), OAUTH (client id and secret) or TOKEN (a token that stays the same).' }),
  tokenEndpoint: text({ help: 'OAUTH: address that access tokens are asked for at.' }),
  clientId: text({ help: 'OAUTH: id of this client.' }),
  clientSecret: guarded({ help: 'OAUTH: secret of this client.' }),
  authToken: guarded({ help: 'TOKEN: the token.' }),
});

export const grantProperties = properties({
  refreshToken: guarded({ help: 'OAUTH with the grant refresh_token: the token new access tokens are got with.' }),
  grantType: text({ help: 'OAUTH: client_credentials or refresh_token.' }),
  scope: text({ help: 'OAUTH: scope to ask for.' }),
});

export const tokenUseProperties = properties({
  authorizationTokenPrefix: text({ default: 'Bearer', help: 'Word before the token in the Authorization header.' }),
  useBasicAuthForOauthTokenNeg: flag({ default: true, required: true, help: 'OAUTH: whether client id and secret go to the token endpoint by HTTP Basic (RFC 6749, section 2.3.1), or as fields of the form.' }),
});

/** Stand in sample configurations, where they are null. What the connector needs of them it keeps in memory. */
export const cachedTokenProperties = properties({
  accessToken: guarded({ help: 'Access token. Left empty: the connector gets its own.' }),
  tokenExpiration: boxedLong({ help: 'When the access token expires. Left empty: the connector keeps the time itself.' }),
});

const inOrder = <const P extends PropertyTable>(table: P): P => numbered(1, withGroup(BASIC_PROPERTIES, table));

/** All that is about the connection and none about who shows up; `clientCertificateFile` is ours. */
export const connectionProperties = properties({
  ...tlsSwitches,
  disableHttpCompression: flag({ default: false, required: true, help: 'Has the service send its answers without compression.' }),
  ...clientCertificateProperties, ...maximumConnections, ...httpProxyProperties, ...connectionTimeoutSeconds(30),
});

/**
 * The properties that all connectors of the SaaS family have, in the order of Box, Dropbox, PingOne, Webex, DocuSign and the Adobe Admin
 * Console. SCIM has `SCIMEndpoint` and `user` in place of the first two: it takes the parts. Names, types and defaults are Java's;
 * required is only what each authentication needs, and every token and password is confidential, whatever the documentation says.
 */
export const saasProperties = properties({
  ...inOrder(properties({
    serviceUri: text({ required: true, help: 'Address of the service, e.g. https://api.example.com/v2.' }),
    login: text({ help: 'BASIC: user name.' }),
    ...credentialProperties, ...connectionProperties, ...grantProperties, ...tokenUseProperties,
  })),
  ...clientCertificateFile,
});
