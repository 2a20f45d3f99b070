import { flag, list, object, oneOf, orNull, ref, resource, text, whole, type ApiPart } from '../openapi/api-part.js';
import { SITUATIONS } from '../mappings/situations.js';

const existing = object({ existing: object({ processed: whole, total: text }) });
const done = object({ _id: text, action: text, status: text });
const mapping = { description: 'Its name', schema: text, required: true };
const waiting = { waitForCompletion: { description: 'Answers when the run has ended, or waits for approval', schema: flag } };
const ways = { ...waiting, dryRun: { description: 'Finds out what would be done, and does nothing', schema: flag }, delta: { description: 'Reads only what changed, where that can be told', schema: flag } };
const overrides = {
  type: 'object',
  properties: {
    allowEmptySourceSet: flag, runTargetPhase: flag, sourceQuery: { type: 'object' }, targetQuery: { type: 'object' },
    thresholds: { type: 'object', propertyNames: { enum: ['CREATE', 'UPDATE', 'DELETE'] }, additionalProperties: { type: ['integer', 'string'] } },
  },
};

/** `/recon` (docs/reconciliation.md). */
export const reconciliationApi: ApiPart = {
  name: 'recon', description: 'Reconciliations',
  schemas: {
    ReconciliationState: oneOf('ACTIVE', 'SUCCESS', 'CANCELED', 'FAILED', 'AWAITING_APPROVAL'),
    Reconciliation: object({
      _id: text, mapping: text, state: ref('ReconciliationState'), stage: text, stageDescription: text,
      progress: object({ source: existing, target: object({ existing: object({ processed: whole, total: text }), created: whole, updated: whole, deleted: whole }), links: object({ existing: object({ processed: whole, total: text }), created: whole, deleted: whole }) }),
      situationSummary: { type: 'object', properties: Object.fromEntries(SITUATIONS.map((name) => [name, whole])), additionalProperties: whole },
      statusSummary: object({ SUCCESS: whole, FAILURE: whole }), durationSummary: { type: 'object' }, parameters: { type: 'object' },
      'dryRun?': flag, 'delta?': { type: 'object' }, 'message?': text, started: text, ended: text, duration: whole,
    }, 'A total is `?` while it is not known; `ended` is empty until it has'),
    ReconciliationStarted: object({ _id: text, state: ref('ReconciliationState') }),
    ReconciliationDecided: done,
    ReconciliationEntry: resource({
      entryType: text, reconId: text, mapping: text, reconciling: oneOf('source', 'target'), linkQualifier: text, situation: orNull(text), action: orNull(text),
      sourceObjectId: orNull(text), targetObjectId: orNull(text), ambiguousTargetObjectIds: orNull(text), status: orNull(text), outcome: orNull(text), message: orNull(text), exception: orNull(text),
    }),
  },
  endpoints: [
    {
      path: 'recon', summary: 'The last runs', read: { answer: object({ _id: text, reconciliations: list(ref('Reconciliation')) }) },
      actions: {
        recon: { description: 'Reconciles the two sets of a mapping', parameters: { mapping, ...ways }, body: overrides, answer: ref('ReconciliationStarted') },
        reconById: { description: 'Reconciles one source object', parameters: { mapping, ids: { description: 'Its id', schema: text, required: true }, ...waiting }, body: overrides, answer: ref('ReconciliationStarted') },
      },
    },
    {
      path: 'recon/{id}', summary: 'One run', pathParameters: { id: 'Id of the run' }, read: { answer: ref('Reconciliation') },
      actions: {
        cancel: { description: 'Stops it when what is under way has ended', answer: ref('ReconciliationDecided') },
        approve: { description: 'Lets a run go on that reached a threshold', answer: ref('ReconciliationDecided') },
        reject: { description: 'Ends one', answer: ref('ReconciliationDecided') },
      },
    },
    { path: 'recon/{id}/entry', summary: 'What was found out about each object and done about it', pathParameters: { id: 'Id of the run' }, query: { row: ref('ReconciliationEntry'), by: ['filter', 'id'] } },
    { path: 'recon/{id}/report.csv', summary: 'The same as a table (RFC 4180)', pathParameters: { id: 'Id of the run' }, file: { contentType: 'text/csv' } },
  ],
};
