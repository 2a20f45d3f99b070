import { ACCOUNT, GROUP } from '../../../protocol/model/index.js';
import { on } from '../../engines/http/answer-errors.js';
import type { HttpRequest } from '../../engines/http/http-client.js';
import { rawToken } from '../../engines/rest/authentication/raw-token.js';
import { defineRestConnector } from '../../engines/rest/index.js';
import { apiAddress, config, partitionOf, shareOf } from './config.js';
import { people } from './people.js';
import { account, application, group, securityRole } from './schema.js';
import { securityRoles } from './security-roles.js';

const MINUTE = 60_000;

/** Every method has a limit of its own: `GET people/{}`. Lists say so themselves. */
function kindOf({ method, url }: HttpRequest): string {
  const path = url.pathname.slice(url.pathname.lastIndexOf('/api/') + '/api/'.length);
  return `${method} ${path.replaceAll(/(?<=\/)(?:\d+|[^/]*-[^/]*)(?=\/|$)/g, '{}')}`;
}

/** TeamDynamix (https://api.teamdynamix.com/TDWebApi): people with what they may use, and what there is to use. */
export default defineRestConnector({
  id: 'teamdynamix',
  displayName: 'TeamDynamix Connector',
  family: 'SaaS',
  key: { bundleName: 'io.causeway.connectors.teamdynamix-connector', bundleVersion: '1.5.20.26', connectorName: 'io.causeway.connectors.teamdynamix.TeamDynamixConnector' },
  properties: config,
  validate: partitionOf,
  service: {
    address: apiAddress,
    /** https://api.teamdynamix.com/TDWebApi/Home/section/Auth#POSTapi/auth/loginadmin */
    authentication: (given, { client, over, clock }) => {
      const endpoint = apiAddress(given);
      endpoint.pathname += '/auth/loginadmin';
      return rawToken({ client, over, clock, endpoint, body: () => ({ BEID: given.beid, WebServicesKey: given.webServicesKey.reveal() }) });
    },
    /** Per method and source address, in windows that begin with the first request: https://help.uillinois.edu/TDWebApi/swagger/guides/rate-limiting */
    limits: (given) => ({ announced: 'eachKind', kindOf, share: shareOf(given), server: { window: MINUTE } }),
    test: async (call) => { await call.answer('GET /applications'); },
    errors: [on(400, { at: 'Message', contains: 'already' }).fail('alreadyExists', { during: 'create' })],
    messages: ['Message'],
  },
  objectClasses: {
    [ACCOUNT]: people,
    [GROUP]: { aliases: ['groups'], attributes: group, uid: 'ID', name: 'Name', list: { request: 'POST /groups/search', kind: 'POST groups/search', json: () => ({}), gives: Object.keys(group).filter((name) => name !== 'PlatformApplications'), whole: {} }, read: 'GET /groups/{uid}' },
    applications: { attributes: application, uid: 'AppID', name: 'Name', list: { request: 'GET /applications', kind: 'GET applications', whole: {} } },
    securityRoles: { aliases: ['security roles'], attributes: securityRole, uid: 'ID', name: 'Name', list: securityRoles, read: 'GET /securityroles/{uid}' },
    accounts: { aliases: ['departments'], attributes: account, uid: 'ID', name: 'Name', list: { request: 'GET /accounts', kind: 'GET accounts', whole: {} }, read: 'GET /accounts/{uid}' },
  },
});
