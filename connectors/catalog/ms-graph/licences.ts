import { allListed, attributes, elementsAt, integer, isJsonObject, object, objectsAt, refuse, string, textAt, type Json, type JsonObject } from '../../engines/rest/index.js';
import { requiredText, type Step } from './commands.js';
import { listBelow, type GraphCall, type GraphClass } from './reading.js';

const MINUTE = 60_000;

/** What the tenant has subscribed to (https://learn.microsoft.com/en-us/graph/api/subscribedsku-list), kept for `licenseCacheExpiryTime`. */
export function subscribedSkus(call: GraphCall): Promise<readonly JsonObject[]> {
  return call.cached('subscribedSkus', (call.config.licenseCacheExpiryTime ?? 0) * MINUTE, (signal) => allListed(call, listBelow('/subscribedSkus'), { signal }));
}

export const subscribedSku: GraphClass = {
  attributes: attributes({
    __NAME__: string({ wire: 'skuPartNumber' }),
    skuId: string(), skuPartNumber: string(), capabilityStatus: string(), appliesTo: string(), consumedUnits: integer(),
    prepaidUnits: object({ notes: 'enabled, suspended, warning, lockedOut' }),
    servicePlans: object({ multi: true, notes: 'servicePlanId, servicePlanName, provisioningStatus, appliesTo' }),
  }),
  list: (call) => ({ request: 'GET /subscribedSkus', made: () => subscribedSkus(call) }),
  read: 'list',
};

const text = (object: JsonObject, name: string): string => textAt(object, name) ?? '';
const planUid = (licence: JsonObject, plan: JsonObject): string => `${text(licence, 'skuId')}:${text(plan, 'servicePlanId')}`;

async function servicePlans(call: GraphCall): Promise<readonly JsonObject[]> {
  return (await subscribedSkus(call)).flatMap((sku) => objectsAt(sku, 'servicePlans').map((plan) => ({
    id: planUid(sku, plan), name: `${text(sku, 'skuPartNumber')}:${text(plan, 'servicePlanName')}`,
    subscribedSkuId: sku['id'] ?? null, skuPartNumber: sku['skuPartNumber'] ?? null, ...plan,
  })));
}

/** The service plans of all subscriptions, one by one. */
export const servicePlan: GraphClass = {
  attributes: attributes({
    __NAME__: string({ wire: 'name', notes: 'skuPartNumber:servicePlanName' }),
    appliesTo: string({ notes: 'User or Company' }), subscribedSkuId: string(), skuPartNumber: string(), provisioningStatus: string(), servicePlanId: string(),
  }),
  list: (call) => ({ request: 'GET /subscribedSkus', made: () => servicePlans(call) }),
  read: 'list',
};

const isOfUsers = ({ appliesTo }: JsonObject): boolean => appliesTo === 'User';

/** `skuId:servicePlanId` of the plans of a user's licences that are on; those of the whole company are nobody's choice. */
export function enabledPlans(licences: readonly JsonObject[]): readonly string[] {
  return licences.flatMap((licence) => objectsAt(licence, 'servicePlans')
    .filter((plan) => isOfUsers(plan) && plan['provisioningStatus'] !== 'Disabled').map((plan) => planUid(licence, plan)));
}

export const LICENCE_COMMANDS = ['addLicenses', 'removeLicenses', '__servicePlanIds__'] as const;
type LicenceChanges = Readonly<Partial<Record<typeof LICENCE_COMMANDS[number], readonly Json[]>>>;
interface Assigned { readonly skuId: string; readonly disabledPlans: readonly string[] }

/**
 * The request that changes a user's licences (https://learn.microsoft.com/en-us/graph/api/user-assignlicense), if any does; `uid` undefined:
 * of one about to be created. Throws `invalidAttributeValue` for plans the tenant has not subscribed to.
 */
export async function licenceSteps(call: GraphCall, uid: string | undefined, { addLicenses: add = [], removeLicenses: remove = [], __servicePlanIds__: plans }: LicenceChanges): Promise<readonly Step[]> {
  const removed = new Set(remove.map((value) => requiredText(value, isJsonObject(value) ? 'skuId' : '', 'removeLicenses')));
  const added = new Map(add.map((value) => [requiredText(value, 'skuId', 'addLicenses'), value] as const).map(([skuId, value]): [string, Assigned] => [skuId, { skuId, disabledPlans: disabledIn(value) }]));
  if (plans !== undefined) {
    const skus = await subscribedSkus(call);
    const wanted = assignmentsFor(plans, skus);
    for (const [skuId, assigned] of wanted) added.set(skuId, assigned);
    for (const skuId of uid === undefined ? [] : await ownLicences(call, uid, skus)) if (!added.has(skuId)) removed.add(skuId);
  }
  const both = [...added.keys()].find((skuId) => removed.has(skuId));
  if (both !== undefined) refuse(`The licence ${both} cannot be added and removed at once.`);
  if (added.size === 0 && removed.size === 0) return [];
  const json = { addLicenses: [...added.values()].map(({ skuId, disabledPlans }) => ({ skuId, disabledPlans })), removeLicenses: [...removed] };
  return [async (at, user, signal) => { await at.answer('POST /users/{uid}/assignLicense', { variables: { uid: user.value }, uid: user.value, json, signal }); }];
}

const disabledIn = (licence: Json): readonly string[] => elementsAt(licence, 'disabledPlans').map(String);

/** What to assign so that of each subscription that is named exactly the plans that are named are on. */
function assignmentsFor(plans: readonly Json[], skus: readonly JsonObject[]): ReadonlyMap<string, Assigned> {
  const named = new Set(plans.map((plan) => requiredText(plan, '', '__servicePlanIds__')));
  const known = new Map(skus.map((sku) => [text(sku, 'skuId'), sku] as const));
  for (const uid of named) {
    const [skuId = '', planId] = uid.split(':');
    const plan = objectsAt(known.get(skuId), 'servicePlans').find(({ servicePlanId }) => servicePlanId === planId);
    if (plan === undefined || !isOfUsers(plan)) refuse(`__servicePlanIds__ cannot have '${uid}': no subscription of the tenant has such a plan for users. Each value is skuId:servicePlanId; the object class servicePlan lists them.`);
  }
  const assigned = [...new Set([...named].map((uid) => uid.split(':')[0] ?? ''))].map((skuId): [string, Assigned] => {
    const disabledPlans = objectsAt(known.get(skuId), 'servicePlans').filter(isOfUsers).map((plan) => text(plan, 'servicePlanId')).filter((planId) => !named.has(`${skuId}:${planId}`));
    return [skuId, { skuId, disabledPlans }];
  });
  return new Map(assigned);
}

/** Licences with plans for users that the user has of its own: those that come with a group stay with the group. */
async function ownLicences(call: GraphCall, uid: string, skus: readonly JsonObject[]): Promise<readonly string[]> {
  const user = await call.send('GET /users/{uid}', { variables: { uid }, uid, query: { $select: 'id,licenseAssignmentStates' } });
  const withPlans = new Set(skus.filter((sku) => objectsAt(sku, 'servicePlans').some(isOfUsers)).map((sku) => text(sku, 'skuId')));
  return objectsAt(user, 'licenseAssignmentStates').filter(({ assignedByGroup = null }) => assignedByGroup === null).flatMap((state) => textAt(state, 'skuId') ?? []).filter((skuId) => withPlans.has(skuId));
}
