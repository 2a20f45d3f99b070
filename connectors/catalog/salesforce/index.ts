import { ENABLE, NAME, UID } from '../../../protocol/model/index.js';
import { attributes, defineRestConnector, string, textAt, type RestCall, type RestObjectClass } from '../../engines/rest/index.js';
import { oauth2 } from '../../engines/rest/authentication/oauth2.js';
import { documentedKey } from '../../framework/connector-keys.js';
import { complaints, config, grantOf, httpOf, serviceAddress, tokenEndpoint, type SalesforceConfig } from './config.js';
import { errors } from './errors.js';
import { describeObject } from './fields.js';
import { objectClass } from './object-class.js';
import { USER_FIELDS } from './user-fields.js';
import { FEATURE_LICENSES, userClass } from './user.js';

/** API names are case-sensitive in requests, and the documentation has both `User` and `user`. */
const apiName = (type: string): string => (type.toLowerCase() === 'user' ? 'User' : type);

async function classFor(call: RestCall<SalesforceConfig>, type: string): Promise<readonly [string, RestObjectClass<SalesforceConfig>]> {
  const described = await describeObject(call, type);
  return [type, type === 'User' ? userClass(described, call.config.supportedFeatureLicenses) : objectClass(type, described)];
}

/** Feature licenses are flags of users: those of the configuration that the org has. */
const featureLicenses: RestObjectClass<SalesforceConfig> = {
  attributes: attributes({ [NAME]: string({ wire: 'name', readOnly: true, notes: 'name of the license' }) }), uid: 'name',
  list: ({ config: { supportedFeatureLicenses } }) => ({ request: 'GET /sobjects/User/describe', items: 'fields', whole: { keeps: (field) => supportedFeatureLicenses.includes(textAt(field, 'name') ?? '') } }),
  read: async (call, name) => {
    const isOffered = call.config.supportedFeatureLicenses.includes(name) && (await describeObject(call, 'User')).fields.some((field) => field.name === name);
    return isOffered ? { name } : undefined;
  },
};

/** Users and any other object of Salesforce, by its REST API (https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest.htm). */
export default defineRestConnector({
  id: 'salesforce',
  displayName: 'Salesforce Connector',
  family: 'SaaS',
  key: documentedKey('salesforce-connector', 'salesforce.SalesforceConnector'),
  properties: config,
  complaints,
  attributeNaming: ({ supportedFeatureLicenses }) => ({ same: [[ENABLE, 'IsActive'], [FEATURE_LICENSES, ...supportedFeatureLicenses]], mapped: [[UID, 'Id'], [NAME, 'Id']] }),
  service: {
    address: serviceAddress,
    // https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_refresh_token_flow.htm
    authentication: (given, { client, over, clock }) => oauth2({ client, over, clock, endpoint: tokenEndpoint(given), grant: grantOf(given), clientId: given.clientId, clientSecret: given.clientSecret, refreshToken: given.refreshToken }),
    credentialsTo: (given) => ({ loginUrl: tokenEndpoint(given) }),
    http: httpOf,
    timeoutIn: 'milliseconds',
    limits: ({ clientId }) => ({ identity: clientId }),
    // https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_discoveryresource.htm; needs no permission but for the API itself
    test: 'GET /',
    errors,
    messages: ['[0].message'],
  },
  objectClasses: { FeatureLicense: featureLicenses },
  discover: async (call) => Object.fromEntries(await Promise.all([...new Set(call.config.supportedObjectTypes.map(apiName))].map((type) => classFor(call, type)))),
  discovered: { User: { ...userClass({ fields: USER_FIELDS, createable: true, updateable: true, deletable: false }, []), aliases: ['user'] } },
});
