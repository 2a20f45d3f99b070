import type { Document } from 'bson';
import { CommandError } from './command-error.js';
import type { CursorSource } from './cursors.js';
import { matches } from './matching.js';
import { type ChangeEvent, type Storage } from './storage.js';

/** www.mongodb.com/docs/manual/changeStreams/ and reference/change-events/. */
const EVENT = '00';
const WATERMARK = 'FF';

function tokenOf(sequence: number, kind: string): Document {
  return { _data: `82${sequence.toString(16).padStart(16, '0').toUpperCase()}${kind}` };
}

function sequenceOf(token: Document): number {
  const [, digits] = /^82([0-9A-F]{16})(?:00|FF)$/.exec(String(token['_data'])) ?? [];
  if (digits === undefined) throw new CommandError(260, 'InvalidResumeToken', 'invalid resume token');
  return Number.parseInt(digits, 16);
}

export interface StreamScope { readonly database: string; /** Undefined: all of the database. */ readonly collection: string | undefined }

function eventDocument(storage: Storage, event: ChangeEvent, lookUp: boolean): Document {
  const { database: db, collection: coll, operationType } = event;
  const base = { _id: tokenOf(event.sequence, EVENT), operationType, clusterTime: event.time, wallTime: new Date(), ns: { db, coll } };
  if (operationType === 'drop') return base;
  const full = operationType === 'insert' || operationType === 'replace' ? { fullDocument: event.fullDocument } : operationType === 'update' && lookUp ? { fullDocument: storage.get(db, coll, event.id) ?? null } : {};
  return { ...base, documentKey: { _id: event.id }, ...full };
}

/** Events after a token, or from now on, that the stages behind `$changeStream` let through. */
export function changeSource(storage: Storage, scope: StreamScope, [first, ...stages]: readonly Document[]): CursorSource {
  const options = first?.['$changeStream'] as Document;
  const resume = (options['resumeAfter'] ?? options['startAfter']) as Document | undefined;
  let at = resume === undefined ? storage.sequence : sequenceOf(resume);
  if (at < storage.horizon) throw new CommandError(286, 'ChangeStreamHistoryLost', 'Resume of change stream was not possible, as the resume point may no longer be in the oplog.', ['NonResumableChangeStreamError']);
  let isInvalid = false;
  const wanted = stages.map((stage) => {
    if (stage['$match'] === undefined) throw new CommandError(2, 'BadValue', 'This stand-in for MongoDB knows $match behind $changeStream only.');
    return stage['$match'] as Document;
  });

  function take(limit: number): Document[] {
    const found: Document[] = [];
    for (const event of storage.eventsAfter(at)) {
      if (found.length >= limit || isInvalid) break;
      at = event.sequence;
      if (event.database !== scope.database || (scope.collection !== undefined && event.collection !== scope.collection)) continue;
      const document = eventDocument(storage, event, options['fullDocument'] === 'updateLookup');
      if (wanted.every((query) => matches(document, query))) found.push(document);
      if (event.operationType === 'drop' && scope.collection !== undefined) {
        found.push({ _id: tokenOf(event.sequence, EVENT), operationType: 'invalidate', clusterTime: event.time });
        isInvalid = true;
      }
    }
    return found;
  }

  return {
    next: async (limit, wait) => {
      if (at < storage.horizon) throw new CommandError(286, 'ChangeStreamHistoryLost', 'Resume of change stream was not possible, as the resume point may no longer be in the oplog.');
      const until = Date.now() + wait;
      let documents = limit === 0 ? [] : take(limit);
      while (documents.length === 0 && Date.now() < until) {
        await storage.changed(until - Date.now());
        documents = take(limit);
      }
      const last = documents.at(-1)?.['_id'] as Document | undefined;
      return { documents, isOver: isInvalid, more: { postBatchResumeToken: last ?? tokenOf(at, WATERMARK) } };
    },
  };
}
