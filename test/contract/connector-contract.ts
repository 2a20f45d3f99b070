import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFacade, evaluateFilter, type AnyConnector, type FacadeHandle } from '../../connectors/framework/index.js';
import {
  Attribute, ConnectorError, IcfArray, OPTION, OperationOptions, UID, Uid,
  type CallContext, type ConnectorObject, type Filter, type IcfValue,
} from '../../protocol/model/index.js';
import { configured } from '../support/memory-facade.js';
import { recordedLog } from '../support/quiet-log.js';

/** A target with a connector to it, as the contract suite needs it. Started once for all tests; empty of samples. */
export interface ContractTarget {
  readonly connector: AnyConnector;
  /** Values of the configuration properties. */
  readonly configuration: Record<string, IcfValue>;
  readonly objectClass: string;
  /** Attributes to create sample object `index` with, `__NAME__` among them; different for every index, 0 to 20. */
  sample(index: number): Attribute[];
  /** A replacement of one of the sample's attributes, readable afterwards. */
  readonly change: Attribute;
  /** A multi-valued attribute samples do not have, and values it can take; leave out where the target has none. */
  readonly multiValued?: { readonly name: string; readonly values: readonly string[] };
  /** Filters of the kinds the target evaluates itself, on attributes every sample has one value of. */
  readonly filters: readonly Filter[];
  /** Configuration values that make `test` fail, e.g. wrong credentials. */
  readonly broken?: Record<string, IcfValue>;
  /** Clear texts that must show nowhere. */
  readonly secrets: readonly string[];
  stop(): Promise<void>;
}

const SAMPLES = 11;
const PAGE = 3;

/** What every connector owes its callers, run through the facade. Call it in a connector's own test file. */
export function describeConnectorContract(name: string, start: () => Promise<ContractTarget>): void {
  describe(`${name} keeps the connector contract`, () => {
    const log = recordedLog();
    const errors: ConnectorError[] = [];
    let target: ContractTarget;
    let facade: FacadeHandle;
    let stateRoot: string;
    const uids: Uid[] = [];

    const facadeWith = (changes: Record<string, IcfValue> = {}) =>
      createFacade(target.connector, configured(target.connector, { ...target.configuration, ...changes }), { log, stateRoot });
    const call = (signal = new AbortController().signal): CallContext => ({ signal, operationId: 'contract' });
    const on = (entries: Record<string, IcfValue> = {}) => ({ objectClass: target.objectClass, options: OperationOptions.of(entries) });
    const get = (uid: Uid) => facade.perform({ kind: 'get', uid, ...on() }, call());
    const failing = async (work: Promise<unknown>): Promise<ConnectorError> => {
      const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
      expect(error).toBeInstanceOf(ConnectorError);
      errors.push(error as ConnectorError);
      return error as ConnectorError;
    };
    async function search(filter: Filter | undefined, entries: Record<string, IcfValue> = {}, through = facade) {
      const results = through.stream({ kind: 'search', filter, ...on(entries) }, call());
      const items: ConnectorObject[] = [];
      for (;;) {
        const step = await results.next();
        if (step.done === true) return { items, cookie: step.value?.pagedResultsCookie ?? undefined };
        items.push(step.value);
      }
    }
    const valuesOf = (objects: readonly ConnectorObject[]) => objects.map(({ uid }) => uid.value).sort();

    beforeAll(async () => {
      target = await start();
      stateRoot = await mkdtemp(join(tmpdir(), 'causeway-contract-'));
      facade = facadeWith();
      for (let index = 0; index < SAMPLES; index++) {
        uids.push((await facade.perform({ kind: 'create', attributes: target.sample(index), ...on() }, call()))!);
      }
    });

    afterAll(async () => {
      await facade.dispose();
      await target.stop();
      await rm(stateRoot, { recursive: true, force: true });
    });

    it('refuses a configuration that cannot work when tested', async () => {
      if (target.broken !== undefined) {
        const broken = facadeWith(target.broken);
        const error = await failing(broken.perform({ kind: 'test' }, call()));
        expect(error.message).toMatch(/\w{3}/);
        await broken.dispose();
      }
      await facade.perform({ kind: 'validate' }, call());
      await facade.perform({ kind: 'test' }, call());
    });

    it('answers an unknown uid as unknown, in every operation that takes one', async () => {
      const unknown = facade.perform({ kind: 'create', attributes: target.sample(SAMPLES), ...on() }, call());
      const uid = (await unknown)!;
      await facade.perform({ kind: 'delete', uid, ...on() }, call());
      expect(await get(uid)).toBeNull();
      expect((await failing(facade.perform({ kind: 'delete', uid, ...on() }, call()))).kind).toBe('unknownUid');
      expect((await failing(facade.perform({ kind: 'update', updateType: 'REPLACE', attributes: [target.change], uid, ...on() }, call()))).kind).toBe('unknownUid');
    });

    it('creates nothing twice', async () => {
      expect((await failing(facade.perform({ kind: 'create', attributes: target.sample(0), ...on() }, call()))).kind).toBe('alreadyExists');
      expect((await search(undefined)).items).toHaveLength(SAMPLES);
    });

    it('creates, reads, finds, updates and deletes', async () => {
      const attributes = target.sample(SAMPLES + 1);
      const created = (await facade.perform({ kind: 'create', attributes, ...on() }, call()))!;
      const read = await get(created);
      expect(read?.objectClass).toBe(target.objectClass);
      expect(read?.name.value).toBe(attributes.find((attribute) => attribute.is('__NAME__'))?.single);
      const found = await search({ kind: 'equals', attribute: new Uid(created.value) });
      expect(valuesOf(found.items)).toEqual([created.value]);
      const updated = (await facade.perform({ kind: 'update', updateType: 'REPLACE', attributes: [target.change], uid: created, ...on() }, call()))!;
      expect((await get(updated))?.get(target.change.name)?.values).toEqual(target.change.values);
      await facade.perform({ kind: 'delete', uid: updated, ...on() }, call());
      expect(await get(updated)).toBeNull();
    });

    it('adds and removes single values', async () => {
      if (target.multiValued === undefined) return;
      const { name: attribute, values } = target.multiValued;
      const uid = uids[0]!;
      const change = async (updateType: 'ADD' | 'REMOVE', ...changed: string[]) => {
        await facade.perform({ kind: 'update', updateType, attributes: [new Attribute(attribute, changed)], uid, ...on() }, call());
        const held = (await get(uid))?.get(attribute)?.values ?? [];
        return held.map(String).sort();
      };
      const all = [...values].sort();
      expect(await change('ADD', ...values)).toEqual(all);
      expect(await change('REMOVE', values[0]!)).toEqual(all.filter((value) => value !== values[0]));
      expect(await change('REMOVE', ...values.slice(1))).toEqual([]);
    });

    /** All pages, taken from two facades in turn. */
    async function pages(filter: Filter | undefined): Promise<ConnectorObject[]> {
      const other = facadeWith();
      const paged: ConnectorObject[] = [];
      let cookie: string | undefined;
      for (let page = 0; page === 0 || cookie !== undefined; page++) {
        expect(page).toBeLessThan(SAMPLES);
        const answer = await search(filter, { [OPTION.pageSize]: PAGE, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) }, page % 2 === 0 ? facade : other);
        expect(answer.items.length).toBeLessThanOrEqual(PAGE);
        paged.push(...answer.items);
        ({ cookie } = answer);
      }
      await other.dispose();
      return paged;
    }

    it('gives everything once, in one go or page by page, at one agent or another', async () => {
      const everything = valuesOf((await search(undefined)).items);
      expect(everything).toEqual(uids.map(({ value }) => value).sort());
      expect(valuesOf(await pages(undefined))).toEqual(everything);
    });

    it('gives what a filter means page by page as well', async () => {
      for (const filter of target.filters) expect(valuesOf(await pages(filter)), JSON.stringify(filter)).toEqual(valuesOf((await search(filter)).items));
    });

    it('refuses the cookie of another query', async () => {
      const { cookie } = await search(undefined, { [OPTION.pageSize]: PAGE });
      expect(cookie).toMatch(/./);
      const entries = { [OPTION.pageSize]: PAGE, [OPTION.pagedResultsCookie]: cookie! };
      await failing(search({ kind: 'presence', name: UID }, entries));
      await failing(search(undefined, { ...entries, [OPTION.pagedResultsCookie]: `x${cookie!}` }));
    });

    it('finds what the filter means, whoever evaluates it', async () => {
      const all = (await search(undefined)).items;
      for (const filter of target.filters) {
        for (const asked of [filter, { kind: 'and' as const, operands: [filter, filter] }, { kind: 'or' as const, operands: [filter, filter] }]) {
          const expected = all.filter((object) => evaluateFilter(asked, object) === true);
          expect(valuesOf((await search(asked)).items), JSON.stringify(asked)).toEqual(valuesOf(expected));
        }
      }
    });

    it('gives the attributes asked for, with uid and name, and no others', async () => {
      const { name: attribute } = target.change;
      const { items } = await search(undefined, { [OPTION.attributesToGet]: new IcfArray('String', [attribute.toUpperCase()]) });
      expect(items).toHaveLength(SAMPLES);
      for (const object of items) {
        const others = object.attributes.filter((held) => held !== object.uid && held !== object.name);
        expect(others.every((held) => held.is(attribute))).toBe(true);
      }
      const bare = (await search(undefined, { [OPTION.attributesToGet]: new IcfArray('String', []) })).items;
      expect(bare.every((object) => object.attributes.length === 2)).toBe(true);
    });

    it('lets go of the target when the consumer leaves early or aborts', async () => {
      for (let round = 0; round < 15; round++) {
        const abort = new AbortController();
        const results = facade.stream({ kind: 'search', filter: undefined, ...on() }, call(abort.signal));
        expect((await results.next()).done).toBe(false);
        if (round % 2 === 0) await results.return(undefined);
        else {
          abort.abort();
          await failing(results.next());
        }
      }
      await expect.poll(() => facade.status().sessions.inUse, { timeout: 10_000 }).toBe(0);
      expect(valuesOf((await search(undefined)).items)).toEqual(uids.map(({ value }) => value).sort());
    });

    it('shows no secret in a log line or an error', () => {
      const said = [
        ...log.entries.map((entry) => JSON.stringify(entry)),
        ...errors.map((error) => `${error.message} ${error.stack ?? ''} ${error.cause instanceof Error ? `${error.cause.message} ${error.cause.stack ?? ''}` : ''}`),
      ].join('\n');
      expect(errors.length).toBeGreaterThan(0);
      for (const secret of target.secrets) expect(said).not.toContain(secret);
    });
  });
}
