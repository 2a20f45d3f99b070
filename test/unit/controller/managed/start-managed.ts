import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { buildManaged, type ManagedPart } from '../../../../controller/build-managed.js';
import { route } from '../../../../controller/crest/router.js';
import { createRestServer, DEFAULT_REST_LIMITS } from '../../../../controller/crest/server.js';
import { silentLog, type Log } from '../../../../controller/log.js';
import type { ManagedHooks } from '../../../../controller/managed/managed-hooks.js';
import type { ManagedChange, ManagedChangeHandler } from '../../../../controller/managed/objects/managed-change.js';
import type { PendingSync } from '../../../../controller/managed/store/pending-sync.js';
import type { Database } from '../../../../controller/store/database/database.js';
import { configurationRequests } from '../../../../controller/systems/configuration-requests.js';
import { propertySource } from '../../../../controller/systems/property-references.js';
import { SystemRegistry } from '../../../../controller/systems/system-registry.js';
import type { SystemEnvironment } from '../../../../controller/systems/system.js';
import { requireDescribed } from '../../../support/described-exchange.js';
import { testDatabase } from '../../../support/test-database.js';
import { memoryHosts } from '../start-rest.js';

/** A user as in IDM's own `managed.json`, shorter. */
export const USER = {
  name: 'user',
  schema: {
    $schema: 'http://json-schema.org/draft-03/schema', type: 'object', title: 'User', viewable: true, order: ['_id', 'userName'],
    required: ['userName', 'sn'],
    properties: {
      _id: { type: 'string', viewable: false, policies: [{ policyId: 'cannot-contain-characters', params: { forbiddenChars: ['/'] } }] },
      userName: { type: 'string', searchable: true, userEditable: true, minLength: 1, policies: [{ policyId: 'unique' }] },
      password: {
        type: 'string', minLength: 8, scope: 'private', secureHash: { algorithm: 'SHA-256' },
        policies: [{ policyId: 'at-least-X-capitals', params: { numCaps: 1 } }, { policyId: 'at-least-X-numbers', params: { numNums: 1 } }, { policyId: 'cannot-contain-others', params: { disallowedFields: ['userName', 'givenName'] } }],
      },
      pin: { type: 'string', scope: 'private', encryption: { key: 'openidm-sym-default' } },
      token: { type: 'string', encryption: { purpose: 'idm.password.encryption' } },
      mail: { type: ['string', 'null'], policies: [{ policyId: 'valid-email-address-format' }, { policyId: 'unique' }] },
      sn: { type: 'string' }, givenName: { type: 'string', policies: [{ policyId: 'maximum-length', params: { maxLength: 20 } }] },
      age: { type: 'integer' }, active: { type: 'boolean' },
      aliases: { type: 'array', items: { type: 'string' } },
      address: { type: 'object', properties: { city: { type: 'string' }, floor: { type: 'number' } }, required: ['city'] },
    },
  },
};

export const KEYS = new Map([['openidm-sym-default', Buffer.alloc(16, 7)]]);

/** What answers may hold, as far as tests look at it. */
export interface AnswerBody {
  readonly _id: string;
  readonly _rev: string;
  readonly sn: string;
  readonly age: number;
  readonly message: string;
  readonly result: readonly { readonly _id: string; readonly _rev: string }[];
  readonly resultCount: number;
  readonly pagedResultsCookie: string | null;
  readonly totalPagedResults: number;
  readonly totalPagedResultsPolicy: string;
  readonly properties: unknown;
  readonly detail?: { readonly failedPolicyRequirements?: readonly { readonly property: string; readonly policyRequirements: readonly { readonly policyRequirement: string }[] }[] };
}

export interface Answer {
  readonly status: number;
  readonly body: AnswerBody;
  readonly headers: Headers;
  readonly text: string;
}

export interface ManagedWorld {
  readonly folder: string;
  /** Of the REST API, with its context path. */
  readonly url: string;
  readonly database: Database;
  readonly part: ManagedPart;
  /** Told to mappings, in order. */
  readonly changes: ManagedChange[];
  /** Warnings and errors of the log. */
  readonly told: string[];
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  writeTypes(file: unknown): Promise<void>;
  stop(): Promise<void>;
}

export interface WorldOptions {
  /** Null: there is no file. */
  readonly types?: unknown;
  readonly hooks?: ManagedHooks;
  readonly changes?: ManagedChangeHandler;
  readonly database?: Database;
  readonly pending?: PendingSync;
}

/** Managed objects over REST, without authentication, on a database in memory unless another is given. */
export async function startManaged({ types = { objects: [USER] }, hooks, changes, database: given, pending }: WorldOptions = {}): Promise<ManagedWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-managed-'));
  const writeTypes = (file: unknown): Promise<void> => writeFile(join(folder, 'managed.json'), typeof file === 'string' ? file : JSON.stringify(file));
  if (types !== null) await writeTypes(types);
  const database = given ?? await testDatabase();
  const seen: ManagedChange[] = [];
  const told: string[] = [];
  const note = (fields: object, message: string): void => { told.push(`${message} ${JSON.stringify(fields)}`); };
  const log: Log = { ...silentLog, warn: note, error: note };
  const handler: ManagedChangeHandler = {
    covers: async (container) => await changes?.covers(container) ?? false,
    handle: async (change, signal, also) => { seen.push(change); await changes?.handle(change, signal, also); },
    giveUp: async (tx, change, cause) => { await changes?.giveUp(tx, change, cause); },
  };
  const part = buildManaged({ systems: { configuration: folder } } as Parameters<typeof buildManaged>[0], { database, keys: KEYS, changes: handler, hooks, log, pending });
  const nothing = propertySource(new Map(), {});
  const environment: SystemEnvironment = { hosts: memoryHosts(), cryptoKeys: KEYS, log, properties: nothing, requestProperties: nothing, facadeKeyOf: () => '' };
  const registry = new SystemRegistry(folder, environment);
  await registry.load();
  const config = configurationRequests({ folder, registry, environment, files: [part.file] });
  const server = createRestServer({ handler: route({ ...part.handlers, config }), authenticate: () => Promise.resolve({ name: 'openidm-admin' }), log: silentLog, limits: DEFAULT_REST_LIMITS });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/openidm`;
  return {
    folder, url, database, part, changes: seen, told, writeTypes,
    async call(method, path, body, headers = {}) {
      const response = await fetch(url + path, { method, headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers }, ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }) });
      const text = await response.text();
      const answer = text === '' ? undefined : JSON.parse(text) as AnswerBody;
      requireDescribed({ method, url: `/openidm${path}`, override: headers['X-HTTP-Method-Override'], body: typeof body === 'string' ? undefined : body, status: response.status, answer });
      return { status: response.status, headers: response.headers, text, body: answer ?? {} as AnswerBody };
    },
    async stop() {
      await part.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The properties named in the detail of a failed validation, with their requirements. */
export function failures({ body }: Answer): string[] {
  const { failedPolicyRequirements = [] } = body.detail ?? {};
  return failedPolicyRequirements.flatMap(({ property, policyRequirements }) => policyRequirements.map(({ policyRequirement }) => `${property} ${policyRequirement}`)).sort();
}
