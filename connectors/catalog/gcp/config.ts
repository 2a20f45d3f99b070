import { BASIC_PROPERTIES, boxedInteger, givenInteger, httpProxyProperties } from '../../engines/rest/index.js';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { guarded, properties, text, withGroup, type ConfigOf } from '../../framework/properties.js';

/** What users.list takes: https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/list */
const LARGEST_PAGE = 500;

export const config = properties({
  domainName: text({ required: true, help: 'Domain whose users these are, e.g. example.com.' }),
  privateKey: guarded({ required: true, help: 'Private key of the service account: PEM, or the JSON file Google gave out.' }),
  serviceAccount: text({ required: true, help: 'E-mail address of the service account.' }),
  adminUser: text({ required: true, help: 'E-mail address of the administrator the service account acts for.' }),
  maxResults: givenInteger({ default: 50, help: `Users asked for at once, 1 to ${LARGEST_PAGE}.` }),
  ...withGroup(BASIC_PROPERTIES, {
    ...httpProxyProperties,
    connectionTimeout: boxedInteger({ default: 300, help: 'Seconds to wait for a connection to be made.' }),
    maximumConnections: boxedInteger({ default: 10, help: 'The most connections to Google at a time; further requests wait.' }),
  }),
  ...withGroup(OWN_PROPERTIES, {
    serviceAddress: text({ default: 'https://admin.googleapis.com', displayName: 'Service address', help: 'Address of the Admin SDK API.' }),
    tokenEndpoint: text({ default: 'https://oauth2.googleapis.com/token', displayName: 'Token endpoint', help: 'Address that access tokens are asked for at.' }),
  }),
});
export type GcpConfig = ConfigOf<typeof config>;

export const complaints = ({ maxResults }: GcpConfig): readonly string[] => (maxResults < 1 || maxResults > LARGEST_PAGE ? [`maxResults is ${maxResults}: give 1 to ${LARGEST_PAGE}.`] : []);
