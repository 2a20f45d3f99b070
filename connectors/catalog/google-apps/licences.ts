import { ConnectorError } from '../../../protocol/model/index.js';
import { googleList } from '../../engines/google/directory.js';
import { on } from '../../engines/http/answer-errors.js';
import { compoundUid } from '../../engines/rest/compound-uid.js';
import { requireObject, textAt, type JsonObject, type RestCall, type RestObjectClass } from '../../engines/rest/index.js';
import { parameterFilters } from '../../engines/rest/filters/parameters.js';
import { listsOfEach } from '../../engines/rest/lists-of-each.js';
import { uidVariables } from '../../engines/rest/object-mapping.js';
import { mappedInOrder } from '../../engines/rest/ordered-concurrency.js';
import type { GoogleAppsConfig } from './config.js';
import { licencesIn, type ProductLicence } from './products.js';
import { assignmentUid, licence, licenceAssignment } from './schema.js';

const PRODUCT = 'licensing:/apps/licensing/v1/product/{productId}';
const ASSIGNMENT = `${PRODUCT}/sku/{skuId}/user/{userId}` as const;
/** What Google says of a product or SKU it does not have, or has elsewhere: https://github.com/GAM-team/GAM/issues/865 */
const UNKNOWN_PRODUCT = 'illegalArgument';
export const unknownProducts = ['Invalid ProductId', 'Invalid SkuId'].map((contains) => on(400, { at: 'error.message', contains }).fail(UNKNOWN_PRODUCT, { advice: 'Correct availableLicenses.' }));
const CUSTOMER_KEPT_FOR = 60 * 60_000;

/** The id of the customer, which licences are listed by: that of any of the domain's users. */
function customerOf(call: RestCall<GoogleAppsConfig>): Promise<string> {
  return call.cached('customer', CUSTOMER_KEPT_FOR, async () => textAt(await call.send('GET /admin/directory/v1/users?domain={domain}&maxResults=1'), 'users[0].customerId') ?? call.config.domain);
}

/** Undefined where the user has no such licence, also where Google does not know the product. */
async function assignmentAt(call: RestCall<GoogleAppsConfig>, uid: string): Promise<JsonObject | undefined> {
  try {
    return requireObject(await call.send(`GET ${ASSIGNMENT}`, { variables: uidVariables(assignmentUid, uid), uid }), 'The answer about a licence');
  } catch (error) {
    if (error instanceof ConnectorError && (error.kind === 'unknownUid' || error.kind === UNKNOWN_PRODUCT)) return undefined;
    throw error;
  }
}

const byProduct = parameterFilters({ equals: { productId: 'productId', skuId: 'skuId' } });

/** https://developers.google.com/workspace/admin/licensing/reference/rest/v1/licenseAssignments: listed product by product, or for one SKU. */
export const licenceAssignments: RestObjectClass<GoogleAppsConfig> = {
  aliases: ['licenseAssignment'],
  attributes: licenceAssignment,
  ...assignmentUid,
  filters: byProduct,
  async list(call, { filter }) {
    const { config } = call;
    const { productId, skuId } = filter === undefined ? {} : byProduct.query(filter);
    const ofSku = productId !== undefined && skuId !== undefined;
    const products = productId === undefined ? new Set(licencesIn(config.availableLicenses).map((one) => one.productId)) : [String(productId)];
    const pageSize = ofSku ? config.listProductAndSkuMaxResults : config.listProductMaxResults;
    const list = { ...googleList(`GET ${PRODUCT}${ofSku ? '/sku/{skuId}' : ''}/users`, 'items', pageSize), query: { customerId: await customerOf(call) } };
    return { request: list.request, pageSize, pages: listsOfEach({ request: list.request, made: async () => [...products] }, (product) => ({ ...list, variables: { productId: textAt(product, ''), skuId: String(skuId) } })) };
  },
  read: assignmentAt,
  create: { request: `POST ${PRODUCT}/sku/{skuId}/user`, body: ({ userId }) => ({ userId: userId ?? null }) },
  update: `PATCH ${ASSIGNMENT}`,
  delete: `DELETE ${ASSIGNMENT}`,
};

const licenceUid = compoundUid('{productId}/{skuId}');

/** Product licences, which no request lists: those of the configuration, under the names Google publishes. */
export const licences: RestObjectClass<GoogleAppsConfig> = {
  aliases: ['product license'],
  attributes: licence,
  ...licenceUid,
  list: ({ config: { availableLicenses } }) => ({ request: 'GET /', made: async () => licencesIn(availableLicenses) }),
  read: async ({ config: { availableLicenses } }, uid) => licencesIn(availableLicenses).find((one) => licenceUid.uid(one) === uid),
};

/** Those of the configuration's licences a user has: a request for each. */
export async function licencesOf(call: RestCall<GoogleAppsConfig>, userId: string): Promise<readonly string[]> {
  const has = async ({ productId, skuId }: ProductLicence, signal: AbortSignal): Promise<readonly string[]> => (
    await assignmentAt({ ...call, signal }, `${productId}/sku/${skuId}/user/${userId}`) === undefined ? [] : [`${productId}/${skuId}`]
  );
  const found: string[] = [];
  for await (const chunk of mappedInOrder(licencesIn(call.config.availableLicenses), has, call.signal)) found.push(...chunk.flat());
  return found;
}
