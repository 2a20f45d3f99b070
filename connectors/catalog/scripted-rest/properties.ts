import { guarded, numbered, properties, text, textList, uri, withGroup, withOrder } from '../../framework/properties.js';
import { scriptEngineProperties, scriptSlots } from '../../engines/scripted/script-properties.js';

const connection = withGroup('Basic Configuration Properties', {
  ...numbered(1, {
    username: text({ help: 'User name for the service.' }),
    password: guarded({ help: 'Password for the service.' }),
  }),
  serviceAddress: uri({ required: true, help: 'URI of the service, e.g. https://service.example.com/api.' }),
  ...withOrder(0, {
    proxyAddress: uri({ help: 'URI of a proxy, e.g. http://proxy.example.com:8080.' }),
    proxyUsername: text({ help: 'User name for the proxy.' }),
    proxyPassword: guarded({ help: 'Password for the proxy.' }),
    defaultAuthMethod: text({ default: 'BASIC', help: 'BASIC, BASIC_PREEMPTIVE, OAUTH or NONE.' }),
    defaultContentType: text({ default: 'application/json', help: 'Content type of requests: a MIME type, or JSON, TEXT, XML, HTML, URLENC or BINARY.' }),
    defaultRequestHeaders: textList({ default: null, help: 'Headers of each request, as name=value.' }),
    OAuthTokenEndpoint: uri({ help: 'OAUTH: URI tokens are asked for at.' }),
    OAuthClientId: text({ help: 'OAUTH: id of this client.' }),
    OAuthClientSecret: guarded({ help: 'OAUTH: secret of this client.' }),
    OAuthRefreshToken: guarded({ help: 'OAUTH: token to get new access tokens with.' }),
    OAuthScope: text({ help: 'OAUTH: scope to ask for.' }),
    OAuthGrantType: text({ default: 'client_credentials', help: 'OAUTH: client_credentials, or a grant the customizer script knows.' }),
    readRateLimit: text({ help: 'Most reading requests in a time, e.g. 30/sec or 100/min.' }),
    writeRateLimit: text({ help: 'Most writing requests in a time, e.g. 30/sec or 100/min.' }),
  }),
});

/** What scripts have as secrets besides what is confidential: a header may be a token. */
export const secrets = ['defaultRequestHeaders'] as const;

/**
 * The properties of the Java connector 1.5.20.26, in the order of 2.0.1 as far as that has them.
 */
export const config = properties({ ...connection, ...scriptEngineProperties(), ...scriptSlots() });
