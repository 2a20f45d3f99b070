import { z } from 'zod';
import type { JsonValue } from '../crest/json.js';
import { ACTIONS, SITUATIONS } from './situations.js';

/** `conf/sync.json` as it stands on disk. Slots that may hold scripts are read as anything; what they hold is checked when the mapping is compiled. */
const anything = z.custom<JsonValue>(() => true).optional();
const pointer = z.string();
const upperCase = (what: string): z.ZodString => z.string({ error: `must be one of the names of ${what}` });

const property = z.looseObject({
  target: pointer.min(1), source: pointer.optional(), default: anything,
  /** Ours, in place of a source: text with `{{pointer}}` or `{{dn:pointer}}` in it. */
  template: z.string().min(1).optional(), condition: anything, transform: anything,
});
const policy = z.looseObject({
  situation: upperCase('situations').transform((name) => name.toUpperCase()).pipe(z.enum(SITUATIONS)),
  action: anything, condition: anything, postAction: anything,
});
const correlation = z.strictObject({ source: pointer.min(1), target: pointer.min(1), ignoreCase: z.boolean().default(false) });
const query = z.looseObject({
  resourceName: z.string().optional(), _queryFilter: z.string().optional(), _queryId: z.string().optional(), _queryExpression: z.string().optional(),
  _fields: z.string().regex(/^\S*$/, 'must have no blanks').optional(),
});
/** A number of objects, or a share of the target set such as `10%`. */
const threshold = z.union([z.number().int().min(0), z.string().regex(/^\d{1,3}%$/)], { error: 'must be a number of objects or a share such as "10%"' });

export const mappingSource = z.looseObject({
  name: z.string().min(1), source: z.string().min(1), target: z.string().min(1),
  links: z.string().optional(), linkQualifiers: anything,
  sourceIdsCaseSensitive: z.boolean().default(true), targetIdsCaseSensitive: z.boolean().default(true),
  enableSync: z.boolean().default(true), enableLinking: z.boolean().default(true),
  validSource: anything, validTarget: anything, sourceCondition: anything,
  correlationQuery: anything, correlationScript: anything, defaultMapping: anything,
  onCreate: anything, onUpdate: anything, onDelete: anything, onLink: anything, onUnlink: anything, postMapping: anything, onRecon: anything, result: anything,
  correlation: z.array(correlation).default([]), correlateEmptyTargetSet: z.boolean().default(false),
  properties: z.array(property).default([]), policies: z.array(policy).default([]),
  sourceQuery: query.optional(), targetQuery: query.optional(),
  sourceQueryFullEntry: z.boolean().optional(), targetQueryFullEntry: z.boolean().optional(),
  reconSourceQueryPaging: z.boolean().default(false), reconSourceQueryPageSize: z.number().int().min(0).max(1_000_000).optional(),
  reconTargetQueryPaging: z.boolean().default(false), reconTargetQueryPageSize: z.number().int().min(0).max(1_000_000).optional(),
  prefetchLinks: z.boolean().default(true), feedSize: z.number().int().min(1).max(100_000).default(1_000),
  taskThreads: z.number().int().min(0).max(1_000).default(10),
  allowEmptySourceSet: z.boolean().default(false), runTargetPhase: z.boolean().default(true),
  /** Ours: what a run has read is kept, so that the next one may read only what changed. */
  deltaReconciliation: z.boolean().default(false),
  /** Ours: how many objects a run may delete, create or update before it stops. */
  thresholds: z.strictObject({ DELETE: threshold.optional(), CREATE: threshold.optional(), UPDATE: threshold.optional() }).default({}),
});
export type MappingSource = z.infer<typeof mappingSource>;
export type ThresholdSource = z.infer<typeof threshold>;

export const syncFile = z.looseObject({ mappings: z.array(z.custom<JsonValue>(() => true)) });

export function actionOf(value: JsonValue | undefined): (typeof ACTIONS)[number] | undefined {
  return typeof value === 'string' ? ACTIONS.find((action) => action === value.toUpperCase()) : undefined;
}
