import { ENABLE, NAME, PASSWORD } from '../../../protocol/model/index.js';
import { on } from '../../engines/http/answer-errors.js';
import { saasAuthentication } from '../../engines/rest/authentication/saas-authentication.js';
import { defineRestConnector } from '../../engines/rest/define-rest-connector.js';
import { httpAddress } from '../../engines/rest/http-configuration.js';
import { bulk } from './bulk.js';
import { authenticationOf, config, headersOf, limitsOf, validate, versionOf } from './config.js';
import { discoveredClasses } from './discovered-classes.js';
import { builtInClasses } from './schema.js';

/** Any service that speaks SCIM 1.1 (http://www.simplecloud.info) or 2.0 (RFC 7642 to 7644). */
export default defineRestConnector({
  id: 'scim',
  displayName: 'Scim Connector',
  family: 'SaaS',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.scim-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.forgerock.openicf.connectors.scim.ScimConnector',
  },
  properties: config,
  validate,
  attributeNaming: () => ({ same: [[ENABLE, 'active'], [PASSWORD, 'password']], mapped: [[NAME, 'userName']] }),
  service: {
    address: ({ SCIMEndpoint }) => httpAddress('SCIMEndpoint', SCIMEndpoint),
    authentication: (given, { client, over }) => saasAuthentication(authenticationOf(given), client, over),
    credentialsTo: ({ tokenEndpoint }) => ({ tokenEndpoint: tokenEndpoint === null || tokenEndpoint.trim() === '' ? null : httpAddress('tokenEndpoint', tokenEndpoint) }),
    headers: headersOf,
    limits: (given) => ({ identity: given.clientId ?? given.user ?? '', fixed: limitsOf(given) }),
    // Services often show their configuration to everybody; users they do not.
    test: 'GET /Users?startIndex=1&count=1',
    errors: [
      on(400, { at: 'scimType', is: 'uniqueness' }).fail('alreadyExists'),
      on(409, { at: 'scimType', is: 'uniqueness' }).fail('alreadyExists'),
      on(501).fail('unsupportedOperation', { advice: 'The service does not offer this.', outcome: 'notApplied' }),
    ],
    together: bulk,
    messages: ['detail', 'Errors[0].description'],
  },
  // Both versions have the same names; which one it is decides where they stand.
  objectClasses: builtInClasses(2, false),
  discover: async (call) => {
    const { readSchema, usePathForPatchV2 } = call.config;
    const version = versionOf(call.config);
    return readSchema ? discoveredClasses(call, version, usePathForPatchV2) : builtInClasses(version, usePathForPatchV2);
  },
});
