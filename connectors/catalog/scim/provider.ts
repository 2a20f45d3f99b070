import { valueAt, type Json, type RestCall } from '../../engines/rest/index.js';
import type { MostTogether } from '../../engines/rest/writes-together.js';
import type { Version } from './config.js';

/** What the service says it can do. */
export interface Provider {
  readonly patches: boolean;
  readonly hasVersions: boolean;
  /** What a bulk request takes at most; undefined: there are none. */
  readonly bulk: MostTogether | undefined;
}

/** Not offered, or not to everybody. */
const UNTOLD = [400, 403, 404, 405, 501];
const KEPT_FOR = 10 * 60_000;
const PLACES = { 1: 'GET /ServiceProviderConfigs', 2: 'GET /ServiceProviderConfig' } as const;

/**
 * RFC 7644, section 4; SCIM 1.1 protocol, section 3.7. Where it does not say, PATCH is taken to be there in SCIM 2, and not in 1.1, which
 * leaves it to the service and has PUT instead (http://www.simplecloud.info/specs/draft-scim-api-01.html#edit-resource-with-patch).
 */
export function providerOf(call: RestCall, version: Version): Promise<Provider> {
  return call.cached('service provider configuration', KEPT_FOR, async (signal) => {
    const { json } = await call.answer(PLACES[version], { accept: UNTOLD, signal });
    const told = listedFirst(json);
    return { patches: supported(told, 'patch') ?? version === 2, hasVersions: supported(told, 'etag') ?? false, bulk: supported(told, 'bulk') === true ? { writes: countAt(told, 'maxOperations'), bytes: countAt(told, 'maxPayloadSize') } : undefined };
  });
}

/** Some services answer with a list of one. */
function listedFirst(json: Json): Json | undefined {
  return valueAt(json, 'Resources[0]') ?? json;
}

function supported(told: Json | undefined, feature: string): boolean | undefined {
  const value = valueAt(told, `${feature}.supported`);
  return typeof value === 'boolean' ? value : undefined;
}

/** Where it does not say how much it takes, that is none of our business: it refuses what is too much. */
function countAt(told: Json | undefined, limit: string): number {
  const value = valueAt(told, `bulk.${limit}`);
  return typeof value === 'number' && value > 0 ? value : Infinity;
}
