import { GRAPH } from '../connectors/ms-graph/system.js';
import { DESKLESS, PREMIUM } from '../connectors/ms-graph/fake-licences.js';
import type { CurlCommand } from './curl-commands.js';
import { sampled, type SampledService } from './sampled-service.js';

const asking = (query: string) => (): Partial<CurlCommand> => ({ query });
const updating = (headers: CurlCommand['headers']): CurlCommand['headers'] => ({ ...Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'if-none-match')), 'if-match': '*' });

/** The requests for MS Graph: to a user with a licence's usage location, an application and a service principal that are there. */
export const graphSamples = (): Promise<SampledService> => sampled(GRAPH, (fake) => {
  const user = fake.add('users', { userPrincipalName: 'there@contoso.example', displayName: 'There', mailNickname: 'there', accountEnabled: true, usageLocation: 'US' });
  const application = fake.add('applications', { displayName: 'There', appId: '0b9179f4-f617-4ab8-9c33-18a870c76722' });
  const roles = ['df021288-bdef-4463-88db-98f22de89214'].map((id) => ({ id, value: 'User.Read.All', isEnabled: true, allowedMemberTypes: ['Application'] }));
  const principal = fake.add('servicePrincipals', { displayName: 'There', appId: 'other', appRoles: roles, appRoleAssignmentRequired: false });
  const replaced = new Map([
    ['f96413e8-1366-426e-ab24-4d9380f11e2e', user], ['f619a0ac-0548-4e90-9314-84d967088d2b', application], ['32e18e7a-cb23-4453-b5f4-286bc1a629b8', principal],
    ['f24xxxxx-xxxx-xxxx-xxxx-xxxxxxxxx5f3', PREMIUM.skuId], ['forgedemo.onmicrosoft.com', 'contoso.example'],
    ...['2588c7f0-776e-407e-a1dc-f3a77a28e4fe', 'a4375665-cba5-4208-a4f2-12a0d2fc0e85', '671fa173-ad81-41c3-89bf-af939426eee7', '87f5b3f8-6a8c-4e50-8fd6-0467d5e97e0c'].map((id) => [id, user] as const),
    ...['05b49121-0bf5-479e-8a4e-140212648879', 'b3e4e58e-16fa-4b3d-a7b5-f134b7387e62', 'bf960539-a1d8-4eab-a46e-e9ce0b3f15c8'].map((id) => [id, principal] as const),
  ]);
  return {
    replaced,
    types: { user: '__ACCOUNT__' },
    existing: { user, application, servicePrincipal: principal, servicePlan: `${DESKLESS.skuId}:${DESKLESS.servicePlans[0]!.servicePlanId}` },
    corrected: {
      // A quote that is left open, and a header by which nothing that is there would be changed.
      21999: ({ headers }) => ({ headers: updating(headers), body: JSON.stringify({ __servicePlanIds__: DESKLESS.servicePlans.slice(0, 2).map(({ servicePlanId }) => `${DESKLESS.skuId}:${servicePlanId}`) }) }),
      22311: ({ headers }) => ({ headers: updating(headers) }),
      // Typographic quotes.
      22767: asking(`_queryFilter=${encodeURIComponent(`principalId eq "${user}"`)}`),
    },
    before: {
      22443: () => { replaced.set('{CONTACT-ID}', [...fake.contacts.get(user)!.keys()].at(-1)!); },
      23539: () => { replaced.set('IZG0BfULnkeKThQCEmSIeS7n5ay2n99BiFNwyj97w8Y', [...fake.grants.keys()].at(-1)!); },
      23640: () => { replaced.set('-LP1h4xqUE6P1gRn1el-DCzqXtqJH6NBt0Fr0lT0g2g', [...fake.grants.keys()].at(-1)!); },
    },
    systemActions: [{ scriptId: 'addPassword', actions: [{ systemType: '.*MSGraphAPIConnector', actionSource: 'return;', actionType: 'Groovy' }] }],
  };
});
