import type { Routes } from '../../targets/rest/routes.js';
import { bad, type FakeGraph } from './fake.js';
import { selectedOf, type Fields } from './odata.js';

interface Plan { readonly servicePlanId: string; readonly servicePlanName: string; readonly provisioningStatus: string; readonly appliesTo: 'User' | 'Company' }
interface Sku { readonly id: string; readonly skuId: string; readonly skuPartNumber: string; readonly servicePlans: readonly Plan[]; readonly [name: string]: unknown }
interface Assigned { readonly skuId: string; readonly disabledPlans: readonly string[] }

const plan = (servicePlanId: string, servicePlanName: string, appliesTo: Plan['appliesTo'] = 'User'): Plan => ({ servicePlanId, servicePlanName, provisioningStatus: 'Success', appliesTo });
const sku = (skuId: string, skuPartNumber: string, servicePlans: readonly Plan[]): Sku => ({
  id: `0f1b8b3c-0000-4000-8000-00000000000a_${skuId}`, skuId, skuPartNumber, servicePlans, capabilityStatus: 'Enabled', appliesTo: 'User', consumedUnits: 1, prepaidUnits: { enabled: 25, suspended: 0, warning: 0, lockedOut: 0 },
});

/** Names and ids of the documentation's sample. */
export const DESKLESS = sku('4b585984-651b-448a-9e53-3b10f069cf7f', 'DESKLESSPACK', [
  plan('a82fbf69-b4d7-49f4-83a6-915b2cf354f4', 'VIVAENGAGE_CORE'), plan('b76fb638-6ba6-402a-b9f9-83d28acb3d86', 'VIVA_LEARNING_SEEDED'), plan('db4d623d-b514-490b-b7ef-8885eee514de', 'Nucleus', 'Company'),
  plan('199a5c09-e0ca-4e37-8f7c-b05d533e1ea2', 'MICROSOFTBOOKINGS'),
]);
export const PREMIUM = sku('f245ecc8-75af-4f8e-b61f-27d8114de5f3', 'O365_BUSINESS_PREMIUM', [plan('31cf2cfc-6b0d-4adc-a336-88b724ed8122', 'RMS_S_BASIC', 'Company'), plan('041fe683-03e4-45b6-b1af-c0cdc516daee', 'POWER_VIRTUAL_AGENTS_O365_P2')]);

const assignedOf = (user: Fields): readonly Assigned[] => (user['assignedLicenses'] ?? []) as readonly Assigned[];

/** https://learn.microsoft.com/en-us/graph/api/user-assignlicense and user-list-licensedetails */
export function licenceRoutes(graph: FakeGraph): Routes {
  const skus = [DESKLESS, PREMIUM];
  return {
    'GET /subscribedSkus': () => ({ body: { value: skus } }),
    'GET /users/{id}/licenseDetails': ({ params }) => ({ body: { value: assignedOf(graph.find('users', params['id']!).fields).map((assigned) => details(skus.find(({ skuId }) => skuId === assigned.skuId)!, assigned)) } }),
    'POST /users/{id}/assignLicense': ({ params, body }) => {
      const { addLicenses, removeLicenses } = body as { addLicenses: readonly Assigned[]; removeLicenses: readonly string[] };
      const user = graph.find('users', params['id']!).fields;
      if (typeof user['usageLocation'] !== 'string') bad('License assignment cannot be done for user with invalid usage location.');
      for (const { skuId, disabledPlans } of addLicenses) {
        const known = skus.find((each) => each.skuId === skuId) ?? bad(`License ${skuId} does not correspond to a valid company License.`);
        if (disabledPlans.some((id) => !known.servicePlans.some(({ servicePlanId, appliesTo }) => servicePlanId === id && appliesTo === 'User'))) bad('Disabled service plans do not belong to the license.');
      }
      const held = assignedOf(user);
      if (removeLicenses.some((id) => !held.some(({ skuId }) => skuId === id))) bad('User does not have a corresponding license.');
      const changed = new Set([...removeLicenses, ...addLicenses.map(({ skuId }) => skuId)]);
      const assignedLicenses = [...held.filter(({ skuId }) => !changed.has(skuId)), ...addLicenses];
      const states = (user['licenseAssignmentStates'] ?? []) as readonly Fields[];
      graph.change('users', String(user['id']), { assignedLicenses, licenseAssignmentStates: [...states.filter(({ assignedByGroup }) => assignedByGroup !== null), ...assignedLicenses.map(({ skuId, disabledPlans }) => ({ skuId, disabledPlans, assignedByGroup: null, state: 'Active' }))] });
      return { body: selectedOf(graph.find('users', params['id']!).fields, 'userPrincipalName,assignedLicenses') };
    },
  };
}

function details({ id, skuId, skuPartNumber, servicePlans }: Sku, { disabledPlans }: Assigned): Fields {
  return { id: `c8no${id.slice(0, 8)}`, skuId, skuPartNumber, servicePlans: servicePlans.map((each) => ({ ...each, provisioningStatus: disabledPlans.includes(each.servicePlanId) ? 'Disabled' : each.appliesTo === 'Company' ? 'PendingActivation' : 'Success' })) };
}
