import { systemClock } from '../../connectors/framework/clock.js';
import { evaluateFilter, type ConnectorOperations, type SearchRequest } from '../../connectors/framework/index.js';
import {
  ACCOUNT, Attribute, ConnectorError, ConnectorObject, LAST_PAGE, Name, OPTION, type ErrorKind, type Filter,
} from '../../protocol/model/index.js';
import type { MemoryOptions, MemorySession, MemoryTarget } from '../support/memory-connector.js';
import type { ContractCheck } from './contract-checks.js';
import type { ContractTarget } from './contract-target.js';

type Operations = Required<ConnectorOperations<MemorySession>>;
interface Faulty {
  readonly operations?: Partial<Operations>;
  readonly options?: MemoryOptions;
  readonly target?: Partial<ContractTarget>;
}
/** What is wrong with a connector, beside what is sound. */
export type Fault = (sound: Operations, target: MemoryTarget) => Faulty;

const PAGING: MemoryOptions = { native: { paging: true } };
const ALL_NATIVE: MemoryOptions = { nativeFilter: (filter) => ({ native: filter, residual: undefined }) };

const failing = (kind: ErrorKind) => async (): Promise<never> => { throw new ConnectorError(kind, 'It went wrong.'); };

/** Objects in another form, or left out, and the end as it was. */
function searching(sound: Operations, change: (object: ConnectorObject, request: SearchRequest) => ConnectorObject | undefined): Partial<Operations> {
  return {
    async *search(session, request, call) {
      const results = sound.search(session, request, call);
      let step = await results.next();
      for (; step.done !== true; step = await results.next()) {
        const object = change(step.value, request);
        if (object !== undefined) yield object;
      }
      return step.value;
    },
  };
}

/** A target that evaluates filters by itself, in its own way; undefined: as they are meant. */
const evaluating = (meaning: (filter: Filter, object: ConnectorObject) => boolean | undefined): Fault => (_, target) => ({
  options: ALL_NATIVE,
  operations: {
    async *search(_session, { filter }) {
      for (const object of target.objects.values()) if (filter === undefined || (meaning(filter, object) ?? evaluateFilter(filter, object)) === true) yield object;
      return undefined;
    },
  },
});

const without = (object: ConnectorObject, name: string): ConnectorObject => new ConnectorObject(ACCOUNT, object.attributes.filter((attribute) => !attribute.is(name)));
const nameOf = (attributes: readonly Attribute[]): string | undefined => attributes.find((attribute) => attribute instanceof Name)?.value;

/** For each check, connectors that do not keep to it. */
export const FAULTS: Readonly<Record<Exclude<ContractCheck, 'definition'>, Readonly<Record<string, Fault>>>> = {
  credentials: {
    'takes any credentials': () => ({ target: { broken: { host: 'elsewhere' } } }),
    'calls wrong credentials a passing failure': () => ({ operations: { test: failing('connectionFailed') }, target: { broken: { host: 'elsewhere' } } }),
    'refuses right credentials': () => ({ operations: { test: failing('invalidCredential') } }),
  },
  unknownUid: {
    'deletes what is not there': (sound) => ({ operations: { delete: (...given) => sound.delete(...given).catch(() => undefined) } }),
    'creates by update': (_, target) => ({ operations: { update: async (_session, { uid, attributes }) => target.put(uid.value, attributes).uid } }),
    'calls the unknown something else': () => ({ operations: { update: failing('connector') } }),
  },
  uniqueness: { 'creates twice': (_, target) => ({ operations: { create: async (_session, { attributes }) => target.put(target.newUid(), attributes, nameOf(attributes)).uid } }) },
  lifecycle: {
    'drops an attribute of a new object': (sound) => ({
      operations: { create: (session, request, call) => sound.create(session, { ...request, attributes: request.attributes.filter((attribute) => !attribute.is('team')) }, call) },
    }),
    'updates nothing': () => ({ operations: { update: async (_session, { uid }) => uid } }),
    'drops what an update does not name': (_, target) => ({ operations: { update: async (_session, { uid, attributes }) => target.put(uid.value, attributes, target.require(uid).name.value).uid } }),
    'deletes nothing': () => ({ operations: { delete: async () => undefined } }),
  },
  values: {
    'replaces where it should add': (sound) => ({ operations: { addValues: sound.update } }),
    'removes every value': (sound) => ({
      operations: { removeValues: (session, request, call) => sound.update(session, { ...request, attributes: request.attributes.map(({ name }) => new Attribute(name, null)) }, call) },
    }),
  },
  pages: {
    'loses an object between two pages': (sound) => ({ options: PAGING, operations: searching(sound, (object, { options }) => (options.pagedResultsCookie !== undefined && object.name.value === 'name5' ? undefined : object)) }),
    'gives an object in every page': (sound, target) => ({
      options: PAGING,
      operations: {
        async *search(session, request, call) {
          const [first] = target.objects.values();
          if (first !== undefined && request.options.pagedResultsCookie !== undefined) yield first;
          return yield* sound.search(session, request, call);
        },
      },
    }),
    'ends after the first page': (sound) => ({
      options: PAGING,
      operations: { async *search(session, request, call) { yield* sound.search(session, request, call); return LAST_PAGE; } },
    }),
  },
  filteredPages: {
    'forgets the filter behind a cookie': (sound) => ({
      options: { ...PAGING, ...ALL_NATIVE },
      operations: { search: (session, request, call) => sound.search(session, request.options.pagedResultsCookie === undefined ? request : { ...request, filter: undefined }, call) },
    }),
  },
  cookies: {
    'keeps the place in its session': (sound) => {
      const begun = new Set<number>();
      return {
        options: PAGING,
        operations: {
          search(session, request, call) {
            if (request.options.pagedResultsCookie !== undefined && !begun.has(session.number)) throw new ConnectorError('illegalArgument', 'The cookie is of another session.');
            begun.add(session.number);
            return sound.search(session, request, call);
          },
        },
      };
    },
  },
  filters: {
    'ignores case': evaluating((filter, object) => evaluateFilter(filter, object, { ignoreCase: true })),
    'takes what lacks the attribute for different': evaluating((filter, object) => (filter.kind === 'not' ? evaluateFilter(filter.operand, object) !== true : undefined)),
    'finds everything present': evaluating(({ kind }) => (kind === 'presence' ? true : undefined)),
    'takes a wildcard for more than itself': evaluating((filter) => (filter.kind === 'contains' && filter.attribute.single === '%' ? true : undefined)),
    'escapes a wildcard twice': evaluating((filter) => (filter.kind === 'contains' && filter.attribute.single === '%' ? false : undefined)),
    'takes greater for greater or equal': evaluating((filter, object) => (filter.kind === 'greaterThan' ? evaluateFilter({ ...filter, kind: 'greaterThanOrEqual' }, object) : undefined)),
    'takes less for less or equal': evaluating((filter, object) => (filter.kind === 'lessThan' ? evaluateFilter({ ...filter, kind: 'lessThanOrEqual' }, object) : undefined)),
    'looks for the end at the start': evaluating((filter, object) => (filter.kind === 'endsWith' ? evaluateFilter({ ...filter, kind: 'startsWith' }, object) : undefined)),
    'takes a part for the whole': evaluating((filter, object) => (filter.kind === 'equals' && !filter.attribute.is('__UID__') ? evaluateFilter({ ...filter, kind: 'contains' }, object) : undefined)),
    'takes or for and': evaluating((filter, object) => (filter.kind === 'or' ? evaluateFilter({ ...filter, kind: 'and' }, object) : undefined)),
    'takes and for or': evaluating((filter, object) => (filter.kind === 'and' ? evaluateFilter({ ...filter, kind: 'or' }, object) : undefined)),
  },
  attributesToGet: {
    'gives none of the attributes asked for': (sound) => ({ operations: searching(sound, (object, { options }) => (options.entries.has(OPTION.attributesToGet) ? without(object, 'mail') : object)) }),
    'finds nothing where identifiers are enough': (sound) => ({ operations: searching(sound, (object, { options }) => (options.attributesToGet?.length === 0 ? undefined : object)) }),
  },
  abort: {
    'leaves a cursor open': (sound, target) => ({
      operations: {
        async *search(session, request, call) {
          target.openSearches++;
          const end = yield* sound.search(session, request, call);
          target.openSearches--;
          return end;
        },
      },
    }),
  },
  outage: {
    'calls an outage final': (_, target) => ({ operations: { update: (_session, { uid }, call) => target.before('update', call).then(() => uid, failing('connector')) } }),
    'tries for half a minute of its clock': (_, target) => {
      let passed = 0;
      const update: Operations['update'] = async (_session, { uid }, call) => {
        await target.before('update', call).catch((error: unknown) => { passed += 30_000; throw error; });
        return uid;
      };
      return { operations: { update }, target: { clock: { ...systemClock, now: () => systemClock.now() + passed } } };
    },
    'does not notice the outage': (_, target) => ({ operations: { async *search() { yield* target.objects.values(); return undefined; } } }),
    'passes its test during the outage': () => ({ operations: { test: async () => undefined } }),
    'ends a search that broke off as if it were complete': (sound) => ({
      operations: { async *search(session, request, call) { try { return yield* sound.search(session, request, call); } catch { return undefined; } } },
    }),
    'loses an object in the outage': (_, target) => ({ operations: { test: (_session, call) => target.before('test', call).catch((error: unknown) => { target.remove('u0003'); throw error; }) } }),
  },
  secrets: {
    'logs an error with a password in its cause': (sound) => ({
      operations: { create: (session, request, call) => { call.log.warn({ error: new Error('refused', { cause: new Error('sample-s3cret is too weak') }) }, 'Creating'); return sound.create(session, request, call); } },
    }),
    'logs a password': (sound) => ({ operations: { create: (session, request, call) => { call.log.info({ asked: 'sample-s3cret' }, 'Creating'); return sound.create(session, request, call); } } }),
  },
};
