import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, type JsonObject } from '../crest/json.js';
import { applyPatch } from '../crest/patch.js';
import type { CrestAnswer, CrestRequest } from '../crest/request.js';
import { badRequest, notFound, notSupported, preconditionFailed } from '../crest/resource-error.js';
import { readJsonFile, writeJsonFile } from '../store/json-file.js';

/** A configuration that is one file of the configuration folder, and holds no secrets. */
export interface FileConfiguration {
  /** In the path, and of the file: `sync` is sync.json. */
  readonly id: string;
  /** Throws a TypeError that says what is wrong with it. `stored`: what it takes the place of. */
  check(content: JsonObject, stored: JsonObject | undefined): void;
}

/** `/config/{id}`: what is written is checked first; whoever uses the file reads it again. */
export async function fileConfigurationRequest(folder: string, { id, check }: FileConfiguration, request: CrestRequest): Promise<CrestAnswer> {
  const path = fileOf(folder, id);
  const stored = await storedIn(path);
  switch (request.kind) {
    case 'read': return shown(id, existing(stored, id));
    case 'put': {
      if (stored !== undefined && request.mode === 'create') throw preconditionFailed(`${id} exists already`);
      if (stored === undefined && request.mode === 'update') throw noFile(id);
      const answer = await write(path, { id, check }, request.content, stored);
      return stored === undefined ? { ...answer, createdAt: ['config', id] } : answer;
    }
    case 'patch': return write(path, { id, check }, applyPatch(existing(stored, id), request.operations), stored);
    case 'delete': {
      const former = shown(id, existing(stored, id));
      await rm(path, { force: true });
      return former;
    }
    default: throw notSupported(`The configuration ${id} does not support ${request.kind}`);
  }
}

/** Those that are there. */
export async function presentConfigurations(folder: string, configurations: readonly FileConfiguration[]): Promise<readonly string[]> {
  const found = await Promise.all(configurations.map(async ({ id }) => (await storedIn(fileOf(folder, id)) === undefined ? [] : [id])));
  return found.flat();
}

type ResourceAnswer = Extract<CrestAnswer, { kind: 'resource' }>;

async function write(path: string, { id, check }: FileConfiguration, content: JsonObject, stored: JsonObject | undefined): Promise<ResourceAnswer> {
  const file = Object.fromEntries(Object.entries(content).filter(([key]) => key !== '_id' && key !== '_rev'));
  try {
    check(file, stored);
  } catch (error) {
    throw error instanceof TypeError ? badRequest(`The configuration ${id} cannot be used: ${error.message}`) : error;
  }
  await writeJsonFile(path, file);
  return shown(id, file);
}

const fileOf = (folder: string, id: string): string => join(folder, `${id}.json`);

async function storedIn(path: string): Promise<JsonObject | undefined> {
  const value = await readJsonFile(path);
  return isObject(value) ? value : undefined;
}

const shown = (id: string, content: JsonObject): ResourceAnswer => ({ kind: 'resource', resource: { id, content } });

function existing(stored: JsonObject | undefined, id: string): JsonObject {
  if (stored === undefined) throw noFile(id);
  return stored;
}

const noFile = (id: string): ReturnType<typeof notFound> => notFound(`No configuration exists for id ${id}`);
