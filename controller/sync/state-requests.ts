import type { JsonObject } from '../crest/json.js';
import type { CallerContext, CrestAnswer, CrestRequest, QueryEnd, RequestHandler, RequestOf, Resource } from '../crest/request.js';
import { badRequest, notFound, notSupported } from '../crest/resource-error.js';
import { isObject } from '../crest/json.js';
import { LAST_PAGE } from '../../protocol/model/index.js';
import type { DeadLetters } from './dead-letters.js';
import { stageId, stageJson, type SyncStageStore } from './sync-stage-store.js';
import { tokenFromJson } from './sync-token-json.js';

/** See `replayLetter`. */
export type ReplayLetter = (system: string, id: string, context: CallerContext) => Promise<readonly JsonObject[]>;

/**
 * `/repo/synchronisation`: the state of liveSync, to look at and to reset (`pooledSyncStage/{id}`), and the changes that
 * were given up (`deadLetterQueue/{system}`). Nothing else of the repository is served.
 */
export function synchronisationStateRequests(stages: SyncStageStore, deadLetters: DeadLetters, replay?: ReplayLetter): RequestHandler {
  return async (request, context) => {
    const [root, kind, id, ...rest] = request.path;
    if (root === 'synchronisation' && kind === 'pooledSyncStage' && id !== undefined && rest.length === 0) return onStage(stages, id, request);
    if (root === 'synchronisation' && kind === 'deadLetterQueue' && id !== undefined) {
      if (request.kind === 'action' && replay !== undefined && rest.length > 0) return retry(replay, id, rest.join('/'), request, context);
      return onLetters(deadLetters, id, rest.join('/'), request);
    }
    throw notFound(`Resource 'repo/${request.path.join('/')}' not found`);
  };
}

async function retry(replay: ReplayLetter, system: string, id: string, { action }: RequestOf<'action'>, context: CallerContext): Promise<CrestAnswer> {
  if (action !== 'retry') throw badRequest(`Action ${action} on a dead letter is not supported; retry is`);
  context.withoutDeadline?.();
  return { kind: 'action', content: { _id: id, status: 'SUCCESS', results: [...await replay(system, id, context)] } };
}

async function onStage(stages: SyncStageStore, id: string, request: CrestRequest): Promise<CrestAnswer> {
  const source = (await stages.sources()).find((candidate) => stageId(candidate) === id);
  const stage = source === undefined ? undefined : await stages.read(source);
  if (source === undefined || stage === undefined) throw notFound(`Object ${id} not found in synchronisation/pooledSyncStage`);
  if (request.kind === 'delete') await stages.delete(source);
  else if (request.kind === 'put') {
    const connectorData = tokenOf(request.content);
    const changed = { revision: stage.revision + 1, connectorData };
    await stages.write(source, changed);
    return resource(stageJson(source, changed, false));
  } else if (request.kind !== 'read') throw notSupported(`The state of liveSync does not support ${request.kind}`);
  return resource(stageJson(source, stage, true));
}

function tokenOf(content: JsonObject): JsonObject {
  const connectorData = content['connectorData'];
  try {
    if (isObject(connectorData) && tokenFromJson(connectorData) !== undefined) return connectorData;
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : 'connectorData is not readable');
  }
  throw badRequest('connectorData must hold nativeType and syncToken');
}

async function onLetters(deadLetters: DeadLetters, system: string, token: string, request: CrestRequest): Promise<CrestAnswer> {
  if (request.kind === 'query' && token === '') return { kind: 'query', rows: tokensOf(deadLetters, system) };
  const letter = (request.kind === 'read' || request.kind === 'delete') && token !== '' ? await deadLetters.read(system, token) : undefined;
  if (letter !== undefined && request.kind === 'delete') await deadLetters.remove(system, token);
  if (letter === undefined) throw notFound(`No dead letter ${token} of system ${system}`);
  return { kind: 'resource', resource: { id: token, content: letter } };
}

async function* tokensOf(deadLetters: DeadLetters, system: string): AsyncGenerator<Resource, QueryEnd, void> {
  for (const id of await deadLetters.tokens(system)) yield { id, content: {} };
  return LAST_PAGE;
}

function resource(json: JsonObject): CrestAnswer {
  const { _id: id, _rev: revision, ...content } = json;
  return { kind: 'resource', resource: { id: typeof id === 'string' ? id : '', revision: typeof revision === 'string' ? revision : undefined, content } };
}
