import { inspect } from 'node:util';
import { expect } from 'vitest';
import { evaluateFilter } from '../../connectors/framework/index.js';
import { Attribute, IcfArray, OPTION, UID, Uid, type CallContext, type ConnectorError, type ConnectorObject, type Filter } from '../../protocol/model/index.js';
import { until } from '../support/until.js';
import type { ContractCheck } from './contract-checks.js';
import { filtersOfEveryKind } from './contract-filters.js';
import { PAGE, SAMPLES, valuesOf, type ContractSubject } from './contract-subject.js';
import { besideSpecification, interfacesBeside, undescribed } from './specification.js';

/** Operations on a target that is away end by themselves long before that. */
const OUTAGE_LIMIT_MS = 20_000;
const RECOVERY_LIMIT_MS = 60_000;

/** Searches under way at a time, where there are many. */
const AT_ONCE = 4;

/** What `test` may say of a configuration that cannot work. */
const SAYS_WHAT_IS_WRONG = /^(configuration|invalidCredential|invalidPassword|permissionDenied|connectorSecurity|unknownUid)$/;

/** Work is given this long by the target's clock as well as in reality. */
function endingWithin(milliseconds: number, subject: ContractSubject) {
  return async <T>(work: (call: CallContext) => Promise<T>): Promise<T> => {
    const start = subject.clock.now();
    try {
      return await work(subject.call(AbortSignal.timeout(milliseconds)));
    } finally {
      expect(subject.clock.now() - start).toBeLessThan(milliseconds);
    }
  };
}

type Check = (subject: ContractSubject) => Promise<void>;

/** Each rejects when the connector does not keep to it; test/contract/checks.test.ts breaks every one of them. */
export const contractChecks: Record<ContractCheck, Check> = {
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
      await broken.dispose();
      // Tried again as it is, it would fail again, and lock the account in the end.
      expect(error).toMatchObject({ kind: expect.stringMatching(SAYS_WHAT_IS_WRONG) as string, retryable: false });
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
    const given = attributes.filter(({ name }) => !name.startsWith('__'));
    const heldOf = (object: ConnectorObject | null) => given.map(({ name }) => ({ name, values: object?.get(name)?.values }));
    expect(heldOf(read)).toEqual(given.map(({ name, values }) => ({ name, values })));
    expect(valuesOf((await subject.search({ kind: 'equals', attribute: new Uid(created.value) })).items)).toEqual([created.value]);
    let updated = await subject.update(created, [target.change]);
    const changed = await subject.get(updated);
    expect(changed?.get(target.change.name)?.values).toEqual(target.change.values);
    const others = (object: ConnectorObject | null) => heldOf(object).filter(({ name }) => !target.change.is(name));
    expect(others(changed)).toEqual(others(read));
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
    expect(await change('ADD', values[0]!)).toEqual(values.slice(0, 1));
    expect(await change('ADD', ...values.slice(1))).toEqual(all);
    expect(await change('ADD', values[0]!), 'a value that is there already').toEqual(all);
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
    const { filters, filterAttributes = [subject.target.change.name], freeText, ignoresCase: ignoreCase = false } = subject.target;
    const unlike = await subject.createUnlike();
    try {
      const all = (await subject.search(undefined)).items;
      const twice = filters.flatMap((filter): Filter[] => [filter, { kind: 'and', operands: [filter, filter] }, { kind: 'or', operands: [filter, filter] }]);
      const asked = [...twice, ...filtersOfEveryKind(all, filterAttributes, freeText)].values();
      const ask = async (): Promise<void> => {
        for (const filter of asked) {
          const expected = all.filter((object) => evaluateFilter(filter, object, { ignoreCase }) === true);
          expect(valuesOf((await subject.search(filter)).items), inspect(filter, { depth: null })).toEqual(valuesOf(expected));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, ask));
    } finally {
      for (const uid of unlike) await subject.delete(uid);
    }
  },

  async attributesToGet(subject) {
    const { name } = subject.target.change;
    const whole = new Map((await subject.search(undefined)).items.map((object) => [object.uid.value, object.get(name)?.values]));
    const only = { [OPTION.attributesToGet]: new IcfArray('String', [name.toUpperCase()]) };
    const got = await subject.facade.perform({ kind: 'get', uid: subject.uids[0]!, ...subject.on(only) }, subject.call());
    const { items } = await subject.search(undefined, only);
    expect(items).toHaveLength(SAMPLES);
    for (const object of [got!, ...items]) {
      const others = object.attributes.filter((held) => held !== object.uid && held !== object.name);
      expect(others.every((held) => held.is(name))).toBe(true);
      expect(object.get(name)?.values).toEqual(whole.get(object.uid.value));
    }
    expect([...whole.values()].some((values) => values !== undefined)).toBe(true);
    const bare = (await subject.search(undefined, { [OPTION.attributesToGet]: new IcfArray('String', []) })).items;
    expect(bare).toHaveLength(SAMPLES);
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
    await expect.poll(() => subject.facade.status().sessions.inUse).toBe(0);
    const { openCursors } = subject.target;
    if (openCursors !== undefined) await expect.poll(openCursors).toBe(0);
    expect(valuesOf((await subject.search(undefined)).items)).toEqual(subject.everything);
  },

  async outage(subject) {
    const { outage, change } = subject.target;
    if (outage === undefined) return;
    const uid = subject.uids[0]!;
    const temporary = ({ kind, message, retryable }: ConnectorError) => expect({ kind, message, retryable }).toMatchObject({ retryable: true });
    const limited = endingWithin(OUTAGE_LIMIT_MS, subject);
    const results = subject.facade.stream({ kind: 'search', filter: undefined, ...subject.on() }, subject.call(AbortSignal.timeout(OUTAGE_LIMIT_MS)));
    await results.next();
    const underWay = Array.from({ length: AT_ONCE }, () => [limited((call) => subject.get(uid, call)), limited((call) => subject.search(undefined, {}, undefined, call))]).flat();
    const ended = Promise.allSettled(underWay);
    await outage.begin();
    try {
      // What had come already may still be given, all of it even.
      const rest = await limited(() => subject.broken(results));
      if (rest !== undefined) temporary(rest);
      for (const end of await ended) if (end.status === 'rejected') temporary(await subject.failing(Promise.reject(end.reason as Error)));
      const tested = await subject.failing(limited((call) => subject.facade.perform({ kind: 'test' }, call)));
      if (outage.testSays === undefined) temporary(tested);
      else expect(tested.kind).toBe(outage.testSays);
      const attempts: readonly ((call: CallContext) => Promise<unknown>)[] = [
        (call) => subject.search(undefined, {}, undefined, call), (call) => subject.get(uid, call), (call) => subject.create(SAMPLES + 2, call), (call) => subject.update(uid, [change], 'REPLACE', call),
        ...subject.can('DeleteApiOp') ? [(call: CallContext) => subject.delete(uid, call)] : [],
      ];
      for (const attempt of attempts) temporary(await subject.failing(limited(attempt)));
    } finally {
      await outage.end();
    }
    await until(() => subject.search(undefined).then(() => true, () => false), 'the connector to recover by itself', RECOVERY_LIMIT_MS);
    expect(valuesOf((await subject.search(undefined)).items)).toEqual(subject.everything);
    await subject.facade.perform({ kind: 'test' }, subject.call());
    await expect.poll(() => subject.facade.status().sessions.inUse).toBe(0);
  },

  async secrets(subject) {
    expect(subject.errors.length + subject.log.entries.length).toBeGreaterThan(0);
    const said = subject.said();
    for (const secret of subject.target.secrets) expect(said).not.toContain(secret);
  },
};
