import { ACCOUNT, GROUP, NAME } from '../../../protocol/model/index.js';
import { duoSignature } from '../../engines/rest/authentication/duo-signature.js';
import { on } from '../../engines/http/answer-errors.js';
import { defineRestConnector, type JsonObject, type ObjectList, type RestCall } from '../../engines/rest/index.js';
import { parameterFilters } from '../../engines/rest/filters/parameters.js';
import type { Paging } from '../../engines/rest/paging/paging.js';
import { documentedKey } from '../../framework/connector-keys.js';
import { createAccount, deleteAccount, readAccount, uidOfAccount, updateAccount } from './accounts.js';
import { duoPaging } from './belongings.js';
import { addressOf, complaints, config } from './config.js';
import { asForm, plainText, responseOf } from './requests.js';
import { account, group } from './schema.js';

/** Position of the administrators' pages, which follow those of the users. */
const ADMINISTRATORS = 'administrators ';

function usersThenAdministrators(): Paging {
  return {
    request: (position, size) => (typeof position === 'string' ? { url: `/admin/v1/admins?limit=${size}&offset=${position.slice(ADMINISTRATORS.length)}` } : duoPaging.request(position, size)),
    after: (page) => {
      const next = duoPaging.after(page);
      if (typeof page.position === 'string') return next === undefined ? undefined : `${ADMINISTRATORS}${plainText(next)}`;
      return next ?? `${ADMINISTRATORS}0`;
    },
  };
}

/** Pages of 300 users: https://duo.com/docs/adminapi#retrieve-users */
function accounts(administrators: boolean): ObjectList {
  return { request: 'GET /admin/v1/users', items: 'response', pageSize: 300, paging: administrators ? usersThenAdministrators() : duoPaging };
}

async function readGroup(call: RestCall, uid: string): Promise<JsonObject> {
  return responseOf(await call.send('GET /admin/v2/groups/{uid}', { variables: { uid }, uid }));
}

/** Users, administrators and groups of Duo (https://duo.com/docs/adminapi). */
export default defineRestConnector({
  id: 'duo',
  displayName: 'org.forgerock.openicf.connectors.duo.DuoConnector',
  family: 'SaaS',
  key: documentedKey('duo-connector', 'duo.DuoConnector'),
  properties: config,
  complaints,
  service: {
    address: addressOf,
    authentication: ({ integrationKey, secretKey }) => duoSignature({ integrationKey: integrationKey.trim(), secretKey, scheme: 'sha512' }),
    limits: ({ integrationKey }) => ({ identity: integrationKey }),
    test: async (call) => {
      const { administrators } = call.config;
      for (const path of ['users', 'groups', ...(administrators ? ['admins'] as const : [])] as const) await call.send(`GET /admin/v1/${path}`, { query: { limit: 1, offset: 0 } });
    },
    // The codes are the status and two digits: https://duo.com/docs/adminapi#response-format
    errors: [
      on(400, { at: 'code', is: '40003' }).fail('alreadyExists'),
      on(400, { at: 'code', is: '40002' }).fail('invalidAttributeValue', { advice: 'That is the parameter Duo does not take.' }),
      on(403).fail('permissionDenied', { advice: 'Grant the Admin API application what it needs: resources to read and write, and administrators, unless the property administrators is false.' }),
      on(200, { at: 'stat', is: 'FAIL' }).fail('connector'),
    ],
    messages: ['message_detail'],
  },
  objectClasses: {
    [ACCOUNT]: {
      attributes: account,
      uid: uidOfAccount,
      list: ({ config: { administrators } }) => accounts(administrators),
      // Only of users, and by aliases, too: the facade looks again.
      filters: parameterFilters({ equals: { [NAME]: 'username', email: 'email' } }),
      read: readAccount, create: createAccount, update: updateAccount, delete: deleteAccount,
    },
    [GROUP]: {
      attributes: group,
      uid: 'group_id',
      list: { request: 'GET /admin/v1/groups', items: 'response', pageSize: 100, paging: duoPaging },
      read: 'GET /admin/v2/groups/{uid}', item: 'response',
      create: async (call, { object }) => responseOf(await call.send('POST /admin/v1/groups', { form: asForm(object) })),
      update: async (call, { value: uid }, { object: { status, ...fields } }) => {
        // Whose members pass without a second factor is enabled, and stays so.
        const keeps = status === undefined || (status === 'active' && plainText((await readGroup(call, uid))['status']).toLowerCase() === 'bypass');
        const changes = keeps ? fields : { ...fields, status };
        if (Object.keys(changes).length > 0) await call.send('POST /admin/v1/groups/{uid}', { variables: { uid }, uid, form: asForm(changes) });
        return undefined;
      },
      delete: async (call, { value: uid }) => {
        // Duo says yes to the deletion of a group that is not there.
        await readGroup(call, uid);
        await call.answer('DELETE /admin/v1/groups/{uid}', { variables: { uid }, uid });
      },
    },
  },
});
