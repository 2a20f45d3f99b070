import { authenticationApi } from '../console/session/authentication-api.js';
import { fleetApi } from '../console/fleet/fleet-api.js';
import { infoApi } from '../info-api.js';
import { linkApi } from '../reconciliation/link-api.js';
import { managedApi } from '../managed/requests/managed-api.js';
import { policyApi } from '../managed/requests/policy-api.js';
import { schemaApi } from '../managed/requests/schema-api.js';
import { mappingApi } from '../mappings/mapping-api.js';
import { reconciliationApi } from '../reconciliation/reconciliation-api.js';
import { schedulerApi } from '../schedules/scheduler-api.js';
import { auditApi } from '../store/audit-api.js';
import { synchronisationStateApi } from '../sync/state-api.js';
import { syncApi } from '../sync/sync-api.js';
import { configurationApi } from '../systems/configuration-api.js';
import { systemApi } from '../systems/requests/system-api.js';
import { webhookApi } from '../webhooks/webhook-api.js';
import type { ApiPart } from './api-part.js';
import { openApiRequestsApi } from './openapi-api.js';

/** Every resource of the router. A new one is described in a file beside its handler and named here; a test holds the two together. */
export const API_PARTS: readonly ApiPart[] = [
  systemApi, configurationApi, mappingApi, reconciliationApi, linkApi, syncApi, synchronisationStateApi, schedulerApi, managedApi, policyApi, schemaApi,
  auditApi, fleetApi, authenticationApi, infoApi, webhookApi, openApiRequestsApi,
];
