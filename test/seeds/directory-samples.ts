import { objectTypeJson } from '../../protocol/provisioner/schema-configuration.js';
import type { JsonObject } from '../../controller/crest/json.js';
import { startSamba } from '../targets/samba.js';
import type { CurlSample } from './curl-samples.js';
import type { SampledService } from './sampled-service.js';
import { sampleClasses } from './stand-in/sample-classes.js';

/** LDAP_MATCHING_RULE_IN_CHAIN: https://learn.microsoft.com/en-us/windows/win32/adsi/search-filter-syntax */
const IN_CHAIN = 'memberOf:1.2.840.113556.1.4.1941:';
const NATIVE_TYPES: Readonly<Record<string, string>> = { account: '__ACCOUNT__', group: '__GROUP__' };

/** Active Directory, which is Samba here, with an account that the samples change. */
export async function startDirectory(samples: readonly CurlSample[]): Promise<{ readonly service: SampledService; readonly authority: string; stop(): Promise<void> }> {
  const server = await startSamba();
  await server.tool('user', 'create', 'bjensen', 'Passw0rd!one', '--given-name=Barbara', '--surname=Jensen');
  const account = /^objectGUID: (\S+)$/m.exec(await server.tool('user', 'show', 'bjensen', '--attributes=objectGUID'))![1]!;
  return {
    authority: server.ca,
    stop: () => server.stop(),
    service: {
      configurationProperties: {
        host: server.host, port: server.tlsPort, ssl: true, principal: server.adminName, credentials: server.adminPassword, baseContexts: [server.baseDn], uidAttribute: 'objectGUID', passwordAttribute: 'unicodePwd',
        groupMemberAttribute: 'member', accountUserNameAttributes: ['sAMAccountName'], accountObjectClasses: ['top', 'person', 'organizationalPerson', 'user'], groupObjectClasses: ['top', 'group'], referralsHandling: 'ignore',
      },
      replaced: new Map([['DC=example,DC=com', server.baseDn]]), existing: { account }, objectTypes: objectTypesOf(samples), agent: 'in-process', stop: async () => undefined,
    },
  };
}

/** With the attributes the samples give and show, as a provisioner file for Active Directory has them. */
function objectTypesOf(samples: readonly CurlSample[]): JsonObject {
  return Object.fromEntries(sampleClasses(samples).map((info) => {
    const { properties, ...type } = objectTypeJson({ ...info, attributes: info.attributes.filter(({ name }) => name !== '__NAME__') });
    const nativeType = NATIVE_TYPES[info.type] ?? info.type;
    const own = { dn: { type: 'string', nativeName: '__NAME__', nativeType: 'string', required: true } };
    const nested = { nestedMembers: { type: 'array', items: { type: 'string', nativeType: 'string' }, nativeName: IN_CHAIN, nativeType: 'string', flags: ['NOT_CREATABLE', 'NOT_UPDATEABLE', 'NOT_RETURNED_BY_DEFAULT'] } };
    return [info.type, { ...type, id: nativeType, nativeType, properties: { ...properties as JsonObject, ...own, ...info.type === 'account' ? nested : {} } }];
  }));
}
