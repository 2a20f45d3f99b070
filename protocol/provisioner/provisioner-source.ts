import { z } from 'zod';
import type { JsonValue } from '../crest/json.js';

/**
 * A provisioner file as it stands on disk, in IDM's own format. Keys nobody reads are let through, because files written
 * for the original have them; what is read is checked here.
 */
const json = z.custom<JsonValue>(() => true);

const propertySource = z.looseObject({
  type: z.string(),
  nativeType: z.string().optional(),
  nativeName: z.string().min(1).optional(),
  required: z.boolean().default(false),
  flags: z.array(z.string()).nullish().transform((flags) => flags ?? []),
  runAsUser: z.boolean().default(false),
  items: z.looseObject({ type: z.string().optional(), nativeType: z.string().optional() }).optional(),
});
export type PropertySource = z.infer<typeof propertySource>;

export const objectTypeSource = z.looseObject({
  nativeType: z.string().min(1),
  properties: z.record(z.string(), propertySource).default({}),
});
export type ObjectTypeSource = z.infer<typeof objectTypeSource>;

const operationFeature = z.looseObject({
  denied: z.boolean().optional(),
  supportedObjectTypes: z.array(z.string()).optional(),
});
const operationOption = operationFeature.extend({ objectFeatures: z.record(z.string(), operationFeature).optional() });
export type OperationFeature = z.infer<typeof operationFeature>;
export type OperationOptionSource = z.infer<typeof operationOption>;

const connectorRef = z.looseObject({
  bundleName: z.string().min(1),
  bundleVersion: z.string().min(1),
  connectorName: z.string().min(1),
  connectorHostRef: z.string().nullish().transform((host) => (host === undefined || host === null || host.trim() === '' ? '#LOCAL' : host)),
});
export type ConnectorRef = z.infer<typeof connectorRef>;

const count = z.number().int();
const poolConfigOption = z.looseObject({
  maxObjects: count.optional(), maxIdle: count.optional(), maxWait: count.optional(),
  minEvictableIdleTimeMillis: count.optional(), minIdle: count.optional(),
});
const resultsHandlerConfig = z.looseObject({
  enableNormalizingResultsHandler: z.boolean().optional(), enableFilteredResultsHandler: z.boolean().optional(),
  enableCaseInsensitiveFilter: z.boolean().optional(), enableAttributesToGetSearchResultsHandler: z.boolean().optional(),
});

const systemAction = z.looseObject({
  scriptId: z.string().min(1),
  actions: z.array(z.looseObject({
    systemType: z.string().min(1), actionType: z.string().min(1), actionSource: z.string().optional(), actionFile: z.string().optional(),
  })),
});
export type SystemActionSource = z.infer<typeof systemAction>;

const syncFailureHandler = z.looseObject({
  maxRetries: z.number().int().optional(),
  postRetryAction: z.union([z.string(), z.looseObject({})]).optional(),
});
export type SyncFailureSource = z.infer<typeof syncFailureHandler>;

export const connectorParts = z.looseObject({
  connectorRef,
  poolConfigOption: poolConfigOption.default({}),
  resultsHandlerConfig: resultsHandlerConfig.default({}),
  /** Milliseconds by operation name; what is no number is reported and skipped. */
  operationTimeout: z.record(z.string(), json).default({}),
  configurationProperties: z.record(z.string(), json).default({}),
  bufferSize: count.optional(),
});
export type ConnectorParts = z.infer<typeof connectorParts>;

export const provisionerSource = connectorParts.extend({
  name: z.string().regex(/^[A-Za-z0-9_-]+$/, 'must be letters, digits, - and _ only'),
  enabled: z.boolean().default(true),
  objectTypes: z.record(z.string().min(1), objectTypeSource).default({}),
  operationOptions: z.record(z.string(), operationOption).default({}),
  systemActions: z.array(systemAction).default([]),
  syncFailureHandler: syncFailureHandler.optional(),
  connectorRef,
});
export type ProvisionerSource = z.infer<typeof provisionerSource>;

/** Every failure in one line each: key and what is expected. */
export function schemaProblems(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.length === 0 ? 'the file' : issue.path.join('.')}: ${issue.message}`).join('; ');
}
