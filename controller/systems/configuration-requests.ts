import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { matchesFilter } from '../crest/evaluate-query-filter.js';
import { isObject, writeJson, type JsonObject } from '../crest/json.js';
import { applyPatch } from '../crest/patch.js';
import type { CrestAnswer, CrestRequest, QueryEnd, RequestHandler, RequestOf, Resource } from '../crest/request.js';
import { badRequest, notFound, notSupported, preconditionFailed } from '../crest/resource-error.js';
import { LAST_PAGE } from '../../protocol/model/index.js';
import { readJsonFile, writeJsonFile } from '../store/json-file.js';
import { fileConfigurationRequest, presentConfigurations, type FileConfiguration } from './file-configuration.js';
import { withStoredSecrets, withoutSecrets } from './stored-secrets.js';
import type { SystemRegistry } from './system-registry.js';
import { System, type SystemEnvironment } from './system.js';

const FACTORY = 'provisioner.openicf';
/** Of the file, not of the system. */
const NAME = /^[A-Za-z0-9_]{1,64}$/;

export interface ConfigurationRequestParts {
  readonly folder: string;
  readonly registry: SystemRegistry;
  readonly environment: SystemEnvironment;
  /** Others that are one file each. */
  readonly files?: readonly FileConfiguration[];
}

/** `/config`: provisioner files over REST, and other files of the configuration folder. What else there is belongs to files. */
export function configurationRequests(parts: ConfigurationRequestParts): RequestHandler {
  return async (request) => {
    const [factory, name, ...rest] = placeOf(request.path);
    if (request.kind === 'action') throw notSupported('Configurations have no actions');
    if (factory === undefined) return onAll(parts, request);
    const file = name === undefined ? parts.files?.find(({ id }) => id === factory) : undefined;
    if (file !== undefined) return fileConfigurationRequest(parts.folder, file, request);
    if (factory !== FACTORY || name === undefined || rest.length > 0) throw noConfiguration(request.path.join('/'));
    if (!NAME.test(name)) throw badRequest('The name of a provisioner file is letters, digits and underscores');
    return onFile(parts, name, request);
  };
}

/** The name of the file, `provisioner.openicf-ldap`, stands for `provisioner.openicf/ldap`. */
function placeOf(path: readonly string[]): readonly string[] {
  const [first = '', ...rest] = path;
  return first.startsWith(`${FACTORY}-`) ? [FACTORY, first.slice(FACTORY.length + 1), ...rest] : path;
}

async function onAll({ folder, registry, files = [] }: ConfigurationRequestParts, request: CrestRequest): Promise<CrestAnswer> {
  const entries = [
    ...registry.all.map(({ fileName }) => ({ _id: `${FACTORY}/${fileName}`, pid: `org.forgerock.openidm.${FACTORY}.${fileName}`, factoryPid: FACTORY })),
    ...(await presentConfigurations(folder, files)).map((id) => ({ _id: id, pid: id, factoryPid: null })),
  ];
  if (request.kind === 'read') return { kind: 'action', content: { _id: '', configurations: entries } };
  if (request.kind !== 'query') throw notSupported(`Configurations as a whole do not support ${request.kind}`);
  return { kind: 'query', rows: matching(entries, request) };
}

async function* matching(entries: readonly (JsonObject & { readonly _id: string })[], { by }: RequestOf<'query'>): AsyncGenerator<Resource, QueryEnd, void> {
  if (by.kind !== 'filter') throw notSupported('Configurations are queried by _queryFilter');
  for (const entry of entries) if (matchesFilter(by.filter, entry)) yield { id: entry._id, content: entry };
  return LAST_PAGE;
}

async function onFile(parts: ConfigurationRequestParts, name: string, request: CrestRequest): Promise<CrestAnswer> {
  const path = join(parts.folder, `${FACTORY}-${name}.json`);
  const stored = asObject(await readJsonFile(path));
  switch (request.kind) {
    case 'read': return shown(parts, name, existing(stored, name));
    case 'put': {
      if (stored !== undefined && request.mode === 'create') throw preconditionFailed(`${FACTORY}/${name} exists already`);
      if (stored === undefined && request.mode === 'update') throw noConfiguration(`${FACTORY}/${name}`);
      return write(parts, name, path, request.content, stored);
    }
    case 'patch': return write(parts, name, path, applyPatch(existing(stored, name), request.operations), stored);
    case 'delete': {
      const former = shown(parts, name, existing(stored, name));
      await rm(path, { force: true });
      await parts.registry.load();
      return former;
    }
    default: throw notSupported(`A configuration does not support ${request.kind}`);
  }
}

/** Checked before it is written: a file that cannot be used is refused, and the system goes on with the one it has. */
async function write(parts: ConfigurationRequestParts, name: string, path: string, content: JsonObject, stored: JsonObject | undefined): Promise<CrestAnswer> {
  const file = Object.fromEntries(Object.entries(content).filter(([key]) => key !== '_id' && key !== '_rev'));
  let complete: JsonObject;
  try {
    complete = withStoredSecrets(file, stored);
  } catch (error) {
    throw error instanceof TypeError ? badRequest(error.message) : error;
  }
  const { error, name: systemName } = new System(name, writeJson(complete), complete, parts.environment);
  if (error !== undefined) throw badRequest(`The provisioner file cannot be used: ${error}`);
  const taken = parts.registry.get(systemName);
  if (taken !== undefined && taken.fileName !== name) throw badRequest(`The system name ${systemName} is taken by ${FACTORY}/${taken.fileName}`);
  await writeJsonFile(path, complete);
  await parts.registry.load();
  const answer = shown(parts, name, complete);
  return stored === undefined ? { ...answer, createdAt: ['config', FACTORY, name] } : answer;
}

function shown({ registry }: ConfigurationRequestParts, name: string, file: JsonObject): Extract<CrestAnswer, { kind: 'resource' }> {
  const found = registry.byFile(name)?.connector?.search();
  const info = found !== undefined && 'offers' in found ? found.offers[0].info : undefined;
  return { kind: 'resource', resource: { id: `${FACTORY}/${name}`, content: withoutSecrets(file, info) } };
}

function asObject(value: Awaited<ReturnType<typeof readJsonFile>>): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

function existing(stored: JsonObject | undefined, name: string): JsonObject {
  if (stored === undefined) throw noConfiguration(`${FACTORY}/${name}`);
  return stored;
}

function noConfiguration(id: string): ReturnType<typeof notFound> {
  return notFound(`No configuration exists for id ${id}`);
}
