import { anything, flag, list, object, oneOf, orNull, ref, resource, text, time, whole, type ApiPart, type Schema } from '../openapi/api-part.js';
import { ACTIONS, SITUATIONS } from '../mappings/situations.js';

const value: Schema = { type: ['object', 'null'] };
const changed = { resourceContainer: { description: 'Such as `managed/user`', schema: text, required: true }, resourceId: { description: 'Id of the object in it', schema: text, required: true } };
const results = list(ref('SyncResult'));
const needsNewValue: Schema = { type: 'object', properties: { oldValue: value, newValue: { type: 'object' } }, required: ['newValue'] };

/** `/sync` (docs/live-sync.md). */
export const syncApi: ApiPart = {
  name: 'sync', description: 'What mappings do about one object, and what liveSync did',
  schemas: {
    SyncResult: object({
      mapping: text, reconId: orNull(text), situation: oneOf(...SITUATIONS), action: oneOf(...ACTIONS), sourceId: text, linkQualifier: text, 'targetId?': text, ambiguousTargetIds: list(text),
      oldTargetValue: value, targetObjectSet: text, result: oneOf('SUCCESSFUL', 'FAILED'), 'cause?': object({ message: text, isException: flag }),
    }, 'What one mapping did under one link qualifier'),
    LinkedResource: object({ resourceName: text, linkQualifier: text, linkType: text, mappings: list(object({ name: text, type: oneOf('source', 'target') })), content: value, 'error?': text }, 'What an object is linked to; `error` says why there is no content'),
    SyncRun: resource({
      source: text, state: oneOf('running', 'ok', 'stopped', 'failed', 'interrupted'), caller: text, started: time, ended: text, duration: orNull(whole), created: whole, updated: whole, deleted: whole, skipped: whole,
      failed: whole, message: orNull(text),
    }, 'One run of liveSync; `ended` is empty until it has, `duration` is in milliseconds'),
  },
  endpoints: [
    {
      path: 'sync', summary: 'What mappings do about one object',
      actions: {
        notifyCreate: { description: 'Carries an object that was made through the mappings of its source; 409 with the results in `detail` when one failed', parameters: changed, body: needsNewValue, answer: results },
        notifyUpdate: { description: 'The same for one that was changed; does nothing when both values are equal', parameters: changed, body: needsNewValue, answer: results },
        notifyDelete: { description: 'The same for one that is gone', parameters: changed, body: anything, answer: results },
        performAction: {
          description: 'Does one action about one object, whatever the policies of the mapping say',
          parameters: {
            mapping: { description: 'Its name', schema: text, required: true }, action: { description: 'What to do', schema: oneOf(...ACTIONS), required: true },
            sourceId: { description: 'The source object', schema: text }, target: { description: 'The object is one of the target', schema: flag }, targetId: { description: 'The target object, with `target`', schema: text },
            situation: { description: '409 when it is in another one', schema: oneOf(...SITUATIONS) }, linkQualifier: { description: 'Otherwise `default`', schema: text }, reconId: { description: 'A run to name in the audit', schema: text },
          },
          answer: object({ status: text }),
        },
        getLinkedResources: { description: 'What an object is linked to', parameters: { resourceName: { description: 'Such as `system/ldap/account/{id}`', schema: text, required: true } }, answer: list(ref('LinkedResource')) },
      },
    },
    { path: 'sync/history', summary: 'Runs of liveSync, newest first', query: { row: ref('SyncRun'), by: ['filter', 'id'] } },
    { path: 'sync/history/{id}', summary: 'One run', pathParameters: { id: 'Id of the run' }, read: { answer: ref('SyncRun') } },
    {
      path: 'sync/change', summary: 'What was done about each object, newest first', query: { row: ref('AuditEntry'), by: ['filter', 'id'] },
      parameters: { run: { description: 'Only of that run', schema: text }, resourceName: { description: 'Only about that object, on either side: `system/ldap/account/{id}`', schema: text } },
    },
  ],
};
