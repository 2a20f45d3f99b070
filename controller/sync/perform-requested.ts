import type { JsonValue } from '../crest/json.js';
import type { CallerContext } from '../crest/request.js';
import { ResourceError, badRequest } from '../crest/resource-error.js';
import { ownerOf, type MappingBook } from '../mappings/mapping-book.js';
import type { Mapping } from '../mappings/mapping.js';
import { ACTIONS, type Action } from '../mappings/situations.js';
import { DeletionCheck, confirmedGone } from '../reconciliation/actions/deletion-gate.js';
import { SituationException, failureOf, performAction, type ActionResult, type Subject } from '../reconciliation/actions/perform-action.js';
import { assessGoneSource, assessSource } from '../reconciliation/assess.js';
import { mappingLinks, type MappingLinks } from '../reconciliation/links.js';
import { messageOf } from '../reconciliation/message-of.js';
import type { ObjectSet } from '../reconciliation/object-set.js';
import type { RunEngine } from '../reconciliation/run-engine.js';
import { storeLinks } from '../reconciliation/synchronise-object.js';
import type { AuditLog } from '../store/audit-log.js';
import type { Database } from '../store/database/database.js';

export interface PerformParts {
  readonly database: Database;
  readonly book: MappingBook;
  readonly engineOf: (mapping: Mapping) => RunEngine;
  readonly setOf: (name: string, identity: Pick<CallerContext, 'caller' | 'transactionId' | 'span'>) => ObjectSet;
  /** Of the topic `sync`. */
  readonly audit: AuditLog;
}

type Parameters = ReadonlyMap<string, string>;

interface Sides {
  readonly engine: RunEngine;
  readonly source: ObjectSet;
  readonly target: ObjectSet;
  readonly links: MappingLinks;
}

/** `performAction`: one action on one object, whatever the mapping's policies say; its situation is found out anew. */
export async function performRequested(parts: PerformParts, parameters: Parameters, context: CallerContext): Promise<JsonValue> {
  const mapping = await mappingOf(parts.book, parameters.get('mapping'));
  const action = actionOf(parameters.get('action'));
  const sides: Sides = {
    engine: parts.engineOf(mapping), source: parts.setOf(mapping.source, context), target: parts.setOf(mapping.target, context),
    links: await mappingLinks(parts.database, mapping, await ownerOf(parts.book, mapping)),
  };
  const subject = await subjectOf(sides, parameters, context.signal);
  const expected = parameters.get('situation');
  if (expected !== undefined && expected.toUpperCase() !== subject.situation) throw new ResourceError(409, `Expected situation does not match. Expected: ${expected}, Found: ${subject.situation}`);
  let result: ActionResult | undefined;
  let failure: Error | undefined;
  try {
    // Whatever a caller wants done about an object: the target that another one is linked with is not its own.
    if (action === 'DELETE') await new DeletionCheck(sides).confirmLinks(subject, context.signal);
    result = await performAction({ ...sides, mayUpdate: () => undefined }, subject, action, context.signal);
  } catch (error) {
    ({ result, error: failure } = failureOf(error));
  }
  await parts.database.transaction(async (tx) => {
    await storeLinks(tx, sides.links, [{ subject, action, result, error: undefined }]);
    await parts.audit.writeWith(tx, [{
      transactionId: context.transactionId, timestamp: new Date().toISOString(), eventName: 'sync', mapping: mapping.name, situation: subject.situation, action,
      linkQualifier: subject.qualifier, status: failure === undefined ? 'SUCCESS' : 'FAILURE', outcome: result?.outcome ?? null, ...failure === undefined ? {} : { message: messageOf(failure) },
      ...parameters.get('reconId') === undefined ? {} : { reconId: parameters.get('reconId') ?? null },
      sourceObjectId: subject.sourceId === undefined ? null : `${mapping.source}/${subject.sourceId}`, targetObjectId: subject.targetId === undefined ? null : `${mapping.target}/${subject.targetId}`,
    }]);
  });
  if (failure !== undefined && !(failure instanceof SituationException)) throw failure;
  return { status: 'OK' };
}

async function mappingOf(book: MappingBook, name: string | undefined): Promise<Mapping> {
  if (name === undefined || name === '') throw badRequest('Missing required parameter: mapping');
  const entry = await book.get(name);
  if (entry === undefined) throw new ResourceError(409, `No such mapping: ${name}`);
  if ('problem' in entry) throw new ResourceError(409, `Mapping ${name} cannot be used: ${entry.problem}`);
  return entry.mapping;
}

function actionOf(name: string | undefined): Action {
  const action = ACTIONS.find((each) => each === name?.toUpperCase());
  if (action === undefined) throw badRequest(`Parameter action must be one of ${ACTIONS.join(', ')}`);
  return action;
}

async function subjectOf(sides: Sides, parameters: Parameters, signal: AbortSignal): Promise<Subject> {
  const qualifier = parameters.get('linkQualifier') ?? 'default';
  const subjects = parameters.get('target')?.toLowerCase() === 'true' ? [await targetSubject(sides, idOf(parameters, 'targetId'), qualifier, signal)] : await sourceSubjects(sides, idOf(parameters, 'sourceId'), signal);
  const found = subjects.find((subject) => subject.qualifier === qualifier);
  if (found === undefined) throw new ResourceError(409, `The object has no link qualifier ${qualifier}`);
  return found;
}

function idOf(parameters: Parameters, name: string): string {
  const id = parameters.get(name);
  if (id === undefined || id === '') throw badRequest(`Missing required parameter: ${name}`);
  return id;
}

async function sourceSubjects({ engine, source, target, links }: Sides, id: string, signal: AbortSignal): Promise<readonly Subject[]> {
  const object = await confirmedGone(source, id, signal);
  if (object !== undefined) return assessSource({ engine, links, target }, object, signal);
  const gone = await assessGoneSource({ engine, links, target }, id, signal);
  if (gone.every(({ situation }) => situation === 'ALL_GONE')) throw new ResourceError(409, `There is no source object ${source.name}/${id}, and no link of one`);
  return gone;
}

/** The target's side of idm-rest.md section 7.4. */
async function targetSubject({ engine, source, target, links }: Sides, id: string, qualifier: string, signal: AbortSignal): Promise<Subject> {
  const isTargetValid = await isValidTarget(engine, target, id, signal);
  const sourceId = await links.sourceOf(id, qualifier);
  const base = { side: 'target', qualifier, sourceId, targetId: id, linkedId: sourceId === undefined ? undefined : id, fingerprint: undefined, ambiguous: [] } as const;
  if (!isTargetValid) return { ...base, situation: 'TARGET_IGNORED', source: undefined };
  if (sourceId === undefined) return { ...base, situation: 'UNASSIGNED', source: undefined };
  const from = await source.read(sourceId, signal);
  if (from === undefined) return { ...base, situation: 'SOURCE_MISSING', source: undefined };
  const [views] = await engine.sources([from], false, signal);
  if (views instanceof Error) throw views;
  const isValid = views?.find((view) => view.qualifier === qualifier)?.isValid === true;
  return { ...base, situation: isValid ? 'CONFIRMED' : 'UNQUALIFIED', source: from };
}

async function isValidTarget(engine: RunEngine, target: ObjectSet, id: string, signal: AbortSignal): Promise<boolean> {
  const object = await target.read(id, signal);
  if (object === undefined) throw new ResourceError(409, `There is no target object ${target.name}/${id}`);
  const [assessed] = await engine.targets([object], signal);
  if (assessed?.problem !== undefined || assessed === undefined) throw new ResourceError(409, assessed?.problem ?? 'the mapping said nothing about the target');
  return assessed.isValid;
}
