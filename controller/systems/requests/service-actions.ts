import { isObject, type JsonValue } from '../../crest/json.js';
import type { CallerContext, RequestOf } from '../../crest/request.js';
import { badRequest, notFound, unavailable } from '../../crest/resource-error.js';
import { availableConnectors, connectorServers } from '../discovery/available-connectors.js';
import { createConfiguration, createCoreConfig, createFullConfig, testConfig } from '../discovery/discovery-actions.js';
import { substituteProperties } from '../property-references.js';
import { systemStatus } from '../status.js';
import type { SystemEnvironment } from '../system.js';
import { objectCall } from './object-call.js';
import { unknownAction, type SystemRequestParts } from './parts.js';

type Action = (parts: SystemRequestParts, request: RequestOf<'action'>, context: CallerContext) => Promise<JsonValue>;

/** Actions on `/system`, by their names in lower case: they are matched without regard to case. */
const ACTIONS: Readonly<Record<string, Action>> = {
  test: testSystems,
  testconfig: (parts, request, context) => testConfig(substituted(parts, request), (name) => parts.registry.get(name), forRequests(parts), context),
  availableconnectors: async ({ environment }) => availableConnectors(environment.hosts),
  testconnectorservers: async ({ environment }) => connectorServers(environment.hosts),
  availableconnectorservers: async ({ environment }) => connectorServers(environment.hosts),
  createcoreconfig: async (parts, request) => createCoreConfig(substituted(parts, request), forRequests(parts)),
  createfullconfig: (parts, request, context) => createFullConfig(substituted(parts, request), request.content, forRequests(parts), context),
  createconfiguration: (parts, request, context) => createConfiguration(substituted(parts, request), request.content, forRequests(parts), context),
  createconnectorconfig: (parts, request, context) => createConfiguration(substituted(parts, request), request.content, forRequests(parts), context),
  livesync: runLiveSync,
  activesync: runLiveSync,
};

const NAMES = [
  'CREATECONFIGURATION', 'availableConnectors', 'availableConnectorServers', 'createConnectorConfig', 'createCoreConfig', 'createFullConfig',
  'test', 'testConfig', 'testConnectorServers', 'liveSync', 'activeSync',
];

export function serviceAction(parts: SystemRequestParts, request: RequestOf<'action'>, context: CallerContext): Promise<JsonValue> {
  const action = Object.hasOwn(ACTIONS, request.action.toLowerCase()) ? ACTIONS[request.action.toLowerCase()] : undefined;
  if (action === undefined) throw unknownAction(NAMES, request.action);
  return action(parts, request, context);
}

function forRequests({ environment }: SystemRequestParts): SystemEnvironment {
  return { ...environment, properties: environment.requestProperties };
}

function substituted({ environment }: SystemRequestParts, { content }: RequestOf<'action'>): JsonValue | undefined {
  try {
    return content === undefined ? undefined : substituteProperties(content, environment.requestProperties);
  } catch (error) {
    throw error instanceof TypeError ? badRequest(error.message) : error;
  }
}

/** One system by its id, or all of them, disabled and broken ones included. */
async function testSystems({ registry }: SystemRequestParts, { content }: RequestOf<'action'>, context: CallerContext): Promise<JsonValue> {
  const id = isObject(content) ? content['id'] : undefined;
  if (id === undefined) return Promise.all(registry.all.map((system) => systemStatus(system, context)));
  const system = typeof id === 'string' ? registry.get(id) : undefined;
  if (system === undefined) throw notFound(`System: ${typeof id === 'string' ? id : JSON.stringify(id)} is not available.`);
  return systemStatus(system, context);
}

async function runLiveSync(parts: SystemRequestParts, { parameters }: RequestOf<'action'>, context: CallerContext): Promise<JsonValue> {
  const source = parameters.get('source');
  if (source === undefined || source === '') throw badRequest('Missing required parameter: source');
  const [kind, systemName, typeName, ...rest] = source.replace(/^\/|\/$/g, '').split('/');
  if (kind !== 'system' || systemName === undefined || typeName === undefined || rest.length > 0) throw badRequest(`source must be system/<system>/<object type>, not ${source}`);
  const system = parts.registry.get(systemName);
  if (system?.isEnabled !== true) throw unavailable(`System: ${systemName} is not available.`);
  return parts.liveSync(objectCall(system, typeName, context), parameters.get('detailedFailure') === 'true');
}
