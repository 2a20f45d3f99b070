import { ENABLE, NAME, PASSWORD } from '../../../protocol/model/index.js';
import { on } from '../../engines/http/answer-errors.js';
import { defineRestConnector } from '../../engines/rest/index.js';
import { documentedKey } from '../../framework/connector-keys.js';
import { bulk } from './bulk.js';
import { headersOf, saas, versionOf } from './config.js';
import { discoveredClasses } from './discovered-classes.js';
import { builtInClasses } from './schema.js';

/** Any service that speaks SCIM 1.1 (http://www.simplecloud.info) or 2.0 (RFC 7642 to 7644). */
export default defineRestConnector({
  id: 'scim',
  displayName: 'Scim Connector',
  key: documentedKey('scim-connector', 'scim.ScimConnector'),
  ...saas,
  attributeNaming: () => ({ same: [[ENABLE, 'active'], [PASSWORD, 'password']], mapped: [[NAME, 'userName']] }),
  service: {
    ...saas.service,
    headers: headersOf,
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
