import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateFilter } from '../../connectors/framework/index.js';
import { Attribute, IcfArray, OPTION, UID, Uid, type ConnectorError, type Filter } from '../../protocol/model/index.js';
import { until } from '../support/until.js';
import { CHECKS, NOT_SAID, keepResults, type ContractCheck } from './contract-checks.js';
import { filtersOfEveryKind } from './contract-filters.js';
import { ContractSubject, PAGE, SAMPLES, valuesOf } from './contract-subject.js';
import type { ContractTarget } from './contract-target.js';
import { besideSpecification, interfacesBeside, undescribed } from './specification.js';

export type { ContractTarget } from './contract-target.js';

/** Operations on a target that is away end by themselves long before that. */
const OUTAGE_LIMIT_MS = 20_000;
const RECOVERY_LIMIT_MS = 60_000;

/** Searches under way at a time, where there are many. */
const AT_ONCE = 4;

type Check = (subject: ContractSubject) => Promise<void>;

const checks: Record<ContractCheck, Check> = {
  async definition({ target: { connector } }) {
    const { ours, specified } = await besideSpecification(connector.id, connector.properties);
    expect(ours).toEqual(specified);
    const interfaces = await interfacesBeside(connector);
    expect(interfaces.ours).toEqual(interfaces.specified);
    expect(await undescribed(connector)).toEqual([]);
  },

  async credentials(subject) {
    const { facade, target } = subject;
    if (target.broken !== undefined) {
      const broken = subject.facadeWith(target.broken);
      const error = await subject.failing(broken.perform({ kind: 'test' }, subject.call()));
      expect(error.message).toMatch(/\w{3}/);
      await broken.dispose();
    }
    await facade.perform({ kind: 'validate' }, subject.call());
    await facade.perform({ kind: 'test' }, subject.call());
  },

  async unknownUid(subject) {
    let uid = new Uid(subject.target.unknownUid ?? 'unknown');
    if (subject.can('DeleteApiOp')) {
      uid = await subject.create(SAMPLES);
      await subject.delete(uid);
      expect((await subject.failing(subject.delete(uid))).kind).toBe('unknownUid');
    }
    expect(await subject.get(uid)).toBeNull();
    if (subject.can('UpdateApiOp')) expect((await subject.failing(subject.update(uid, [subject.target.change]))).kind).toBe('unknownUid');
  },

  async uniqueness(subject) {
    expect((await subject.failing(subject.create(0))).kind).toBe('alreadyExists');
    expect((await subject.search(undefined)).items).toHaveLength(SAMPLES);
  },

  async lifecycle(subject) {
    const { target } = subject;
    const created = subject.can('DeleteApiOp') ? await subject.create(SAMPLES + 1) : subject.uids[0]!;
    const attributes = target.sample(subject.can('DeleteApiOp') ? SAMPLES + 1 : 0);
    const read = await subject.get(created);
    expect(read?.objectClass).toBe(target.objectClass);
    expect(read?.name.value).toBe(attributes.find((attribute) => attribute.is('__NAME__'))?.single);
    expect(valuesOf((await subject.search({ kind: 'equals', attribute: new Uid(created.value) })).items)).toEqual([created.value]);
    let updated = await subject.update(created, [target.change]);
    expect((await subject.get(updated))?.get(target.change.name)?.values).toEqual(target.change.values);
    if (subject.can('DeleteApiOp')) {
      await subject.delete(updated);
      expect(await subject.get(updated)).toBeNull();
      return;
    }
    updated = await subject.update(updated, attributes.filter((attribute) => attribute.is(target.change.name)));
    subject.uids[0] = updated;
  },

  async values(subject) {
    const { multiValued } = subject.target;
    if (multiValued === undefined) return;
    const { name, values } = multiValued;
    const uid = subject.uids[0]!;
    const change = async (updateType: 'ADD' | 'REMOVE', ...changed: string[]) => {
      await subject.update(uid, [new Attribute(name, changed)], updateType);
      return ((await subject.get(uid))?.get(name)?.values ?? []).map(String).sort();
    };
    const all = [...values].sort();
    expect(await change('ADD', ...values)).toEqual(all);
    expect(await change('REMOVE', values[0]!)).toEqual(all.filter((value) => value !== values[0]));
    expect(await change('REMOVE', ...values.slice(1))).toEqual([]);
  },

  async pages(subject) {
    const other = subject.facadeWith();
    expect(valuesOf((await subject.search(undefined)).items)).toEqual(subject.everything);
    expect(valuesOf(await subject.pages(undefined, [subject.facade, other]))).toEqual(subject.everything);
    await other.dispose();
  },

  async filteredPages(subject) {
    const other = subject.facadeWith();
    for (const filter of subject.target.filters) {
      expect(valuesOf(await subject.pages(filter, [subject.facade, other])), inspect(filter, { depth: null })).toEqual(valuesOf((await subject.search(filter)).items));
    }
    await other.dispose();
  },

  async cookies(subject) {
    for (const open of [() => Promise.resolve(subject.facadeWith()), () => subject.facadeElsewhere()]) {
      const before = subject.facadeWith();
      const first = await subject.search(undefined, { [OPTION.pageSize]: PAGE }, before);
      await before.dispose();
      const after = await open();
      expect(valuesOf([...first.items, ...await subject.pages(undefined, [after], first.cookie)])).toEqual(subject.everything);
      await after.dispose();
    }
    const { cookie } = await subject.search(undefined, { [OPTION.pageSize]: PAGE });
    expect(cookie).toMatch(/./);
    const entries = { [OPTION.pageSize]: PAGE, [OPTION.pagedResultsCookie]: cookie! };
    await subject.failing(subject.search({ kind: 'presence', name: UID }, entries));
    await subject.failing(subject.search(undefined, { ...entries, [OPTION.pagedResultsCookie]: `x${cookie!}` }));
  },

  async filters(subject) {
    const { filters, filterAttributes = [subject.target.change.name] } = subject.target;
    const all = (await subject.search(undefined)).items;
    const twice = filters.flatMap((filter): Filter[] => [filter, { kind: 'and', operands: [filter, filter] }, { kind: 'or', operands: [filter, filter] }]);
    const asked = [...twice, ...filtersOfEveryKind(all, filterAttributes)].values();
    const ask = async (): Promise<void> => {
      for (const filter of asked) {
        const expected = all.filter((object) => evaluateFilter(filter, object) === true);
        expect(valuesOf((await subject.search(filter)).items), inspect(filter, { depth: null })).toEqual(valuesOf(expected));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
  },

  async attributesToGet(subject) {
    const { name } = subject.target.change;
    const { items } = await subject.search(undefined, { [OPTION.attributesToGet]: new IcfArray('String', [name.toUpperCase()]) });
    expect(items).toHaveLength(SAMPLES);
    for (const object of items) {
      const others = object.attributes.filter((held) => held !== object.uid && held !== object.name);
      expect(others.every((held) => held.is(name))).toBe(true);
    }
    const bare = (await subject.search(undefined, { [OPTION.attributesToGet]: new IcfArray('String', []) })).items;
    expect(bare.every((object) => object.attributes.length === 2)).toBe(true);
  },

  async abort(subject) {
    for (let round = 0; round < 15; round++) {
      const abort = new AbortController();
      const results = subject.facade.stream({ kind: 'search', filter: undefined, ...subject.on() }, subject.call(abort.signal));
      expect((await results.next()).done).toBe(false);
      if (round % 2 === 0) await results.return(undefined);
      else {
        abort.abort();
        await subject.failing(results.next());
      }
    }
    await expect.poll(() => subject.facade.status().sessions.inUse, { timeout: 10_000 }).toBe(0);
    const { openCursors } = subject.target;
    if (openCursors !== undefined) await expect.poll(openCursors, { timeout: 10_000 }).toBe(0);
    expect(valuesOf((await subject.search(undefined)).items)).toEqual(subject.everything);
  },

  async outage(subject) {
    const { outage, change } = subject.target;
    if (outage === undefined) return;
    const uid = subject.uids[0]!;
    const limited = () => subject.call(AbortSignal.timeout(OUTAGE_LIMIT_MS));
    const temporary = ({ kind, message, retryable }: ConnectorError) => expect({ kind, message, retryable }).toMatchObject({ retryable: true });
    const results = subject.facade.stream({ kind: 'search', filter: undefined, ...subject.on() }, limited());
    await results.next();
    await outage.begin();
    try {
      // What had come already may still be given, all of it even.
      const rest = await subject.broken(results);
      if (rest !== undefined) temporary(rest);
      const tested = await subject.failing(subject.facade.perform({ kind: 'test' }, limited()));
      if (outage.testSays === undefined) temporary(tested);
      else expect(tested.kind).toBe(outage.testSays);
      const attempts: readonly (() => Promise<unknown>)[] = [
        () => subject.search(undefined, {}, undefined, limited()), () => subject.get(uid, limited()),
        () => subject.create(SAMPLES + 2, limited()), () => subject.update(uid, [change], 'REPLACE', limited()),
      ];
      for (const attempt of attempts) temporary(await subject.failing(attempt()));
    } finally {
      await outage.end();
    }
    await until(() => subject.search(undefined).then(() => true, () => false), 'the connector to recover by itself', RECOVERY_LIMIT_MS);
    expect(valuesOf((await subject.search(undefined)).items)).toEqual(subject.everything);
    await subject.facade.perform({ kind: 'test' }, subject.call());
  },

  async secrets(subject) {
    expect(subject.errors.length).toBeGreaterThan(0);
    const said = subject.said();
    for (const secret of subject.target.secrets) expect(said).not.toContain(secret);
  },
};

/** Whether the target says what the check needs; the table counts it as failed otherwise, where no reason is given. */
function isSaid(check: ContractCheck, { outage, broken }: ContractTarget): boolean {
  return (check !== 'outage' || outage !== undefined) && (check !== 'credentials' || broken !== undefined);
}

/** What every connector owes its callers, run through the facade. Call it in a connector's own test file. */
export function describeConnectorContract(name: string, start: () => Promise<ContractTarget>): void {
  describe(`${name} keeps the connector contract`, () => {
    const results: Partial<Record<ContractCheck, string>> = {};
    let subject: ContractSubject | undefined;

    beforeAll(async () => { subject = await ContractSubject.start(await start()); });

    afterAll(async () => {
      if (subject === undefined) return;
      const { target } = subject;
      await keepResults({ suite: name, connector: target.connector.id, target: target.behind, checks: results });
      await subject.stop();
    });

    const titles = Object.entries(CHECKS) as [ContractCheck, string][];
    it.each(titles)('%s: it %s', async (check) => {
      const { exempt = {}, multiValued } = subject!.target;
      const reason = exempt[check] ?? (check === 'values' && multiValued === undefined ? 'one value each' : undefined);
      results[check] = reason ?? 'failed';
      if (reason !== undefined) return;
      await checks[check](subject!);
      results[check] = isSaid(check, subject!.target) ? 'passed' : NOT_SAID;
    }, 180_000);
  });
}
