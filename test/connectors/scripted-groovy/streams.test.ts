import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import groovy from '../../../connectors/catalog/scripted-groovy/index.js';
import type { ScriptSandbox } from '../../../connectors/engines/scripted/sandbox/index.js';
import { ACCOUNT, Attribute, OPTION, OperationOptions, Uid, type ConnectorObject, type Filter, type IcfValue } from '../../../protocol/model/index.js';
import { calling } from '../../support/memory-facade.js';
import { failureOf, filled, operationSandbox, scriptedSystem, type ScriptedSystem } from '../../support/scripted.js';
import { until } from '../../support/until.js';

let runner: ScriptSandbox;
beforeAll(async () => { runner = await operationSandbox(); });
afterAll(() => runner.close());

const system = (scripts: Record<string, string>, values: Record<string, IcfValue> = {}): Promise<ScriptedSystem> => {
  const own = filled(scripts);
  return scriptedSystem({ connector: groovy, runner, scripts: own.scripts ?? {}, values: { ...own.values, ...values } });
};
const uids = (objects: readonly ConnectorObject[]): string[] => objects.map(({ uid }) => uid.value);
const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));
const counting = (count: number, before = '') => `for (let n = 0; n < ${count}; n++) { ${before} if (await handler({ uid: String(n), attributes: { n } }) === false) return; }`;

describe('a search script', () => {
  it('hands over objects one by one, in order, whether it waits for the handler or not', async () => {
    const waiting = await system({ search: counting(1_000) });
    expect(uids((await waiting.search()).items)).toEqual(numbers(1_000));
    const running = await system({ search: 'for (let n = 0; n < 1000; n++) handler({ uid: String(n) })' });
    expect(uids((await running.search()).items)).toEqual(numbers(1_000));
  });

  it('hands over each object as it is at that moment', async () => {
    const own = await system({ search: 'const object = { attributes: {} }; for (let n = 0; n < 5; n++) { object.uid = String(n); object.attributes.n = n; handler(object); }' });
    const { items } = await own.search();
    expect(items.map((object) => [object.uid.value, object.get('n')?.single])).toEqual([['0', 0], ['1', 1], ['2', 2], ['3', 3], ['4', 4]]);
  });

  it('gives name and attributes in every form', async () => {
    const own = await system({ search: 'handler({ uid: 5, id: "anna", attributes: { one: "x", many: ["a", "b"], set: new Set([1]), none: null, empty: [], bytes: new Uint8Array([1, 2]), __NAME__: "not this" } })' });
    const [object] = (await own.search()).items;
    expect(object?.name.value).toBe('anna');
    expect(Object.fromEntries(object?.attributes.filter(({ name }) => !name.startsWith('__')).map(({ name, values }) => [name, values]) ?? [])).toEqual({ one: ['x'], many: ['a', 'b'], set: [1], none: null, empty: [], bytes: [new Uint8Array([1, 2])] });
  });

  it.each(['handler("text")', 'handler({ name: "no uid" })', 'handler({ uid: "" })', 'handler({ uid: Number("x") })', 'handler({ uid: "1", attributes: { mail: "a", Mail: "b" } })', 'handler({ uid: "1", attributes: "x" })', 'handler({ uid: "1", attributes: { f: () => 1 } })', 'handler()'])('that hands over something else is told so, even if it does not wait: %s', async (search) => {
    const error = await failureOf((await system({ search: `${search}; await sleep(1)` })).search());
    expect(error.kind).toBe('connector');
    expect(error.message).toMatch(/result|attributes|function/i);
  });

  it('may have objects larger than one message takes, one by one', async () => {
    const own = await system({ search: 'const photo = "x".repeat(200000); for (let n = 0; n < 20; n++) await handler({ uid: String(n), attributes: { photo } })' });
    expect((await own.search()).items.map((object) => (object.get('photo')?.single as string).length)).toEqual(Array.from({ length: 20 }, () => 200_000));
    const error = await failureOf((await system({ search: 'await handler({ uid: "1", attributes: { photo: "x".repeat(2000000) } })' })).search());
    expect(error.message).toMatch(/larger than/);
  });

  it('waits for its reader: nothing piles up', async () => {
    const own = await system({ search: counting(5_000, 'if (n % 100 === 0) log.info("at", n);') });
    const results = own.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, calling());
    await results.next();
    const reached = (): number => Math.max(...own.log.entries.flatMap(({ fields }) => (typeof fields['script'] === 'string' ? [Number(fields['script'].split(' ')[1])] : [])));
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    expect(reached()).toBeLessThan(400);
    await results.return(undefined);
  });

  it('hands over what comes slowly as it comes, so that nobody who waits for the next one runs out of time', async () => {
    const own = await system({ search: 'for (let n = 0; n < 8; n++) { if (n > 3) await sleep(250); log.info("made", n); await handler({ uid: String(n) }); }' });
    const made = (): number => Math.max(...own.log.entries.flatMap(({ fields }) => (typeof fields['script'] === 'string' ? [Number(fields['script'].split(' ')[1])] : [])));
    const results = own.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, calling());
    const ahead: number[] = [];
    for await (const { uid } of results) ahead.push(made() - Number(uid.value));
    expect(ahead).toHaveLength(8);
    // From the fourth on, where it is slow: three or more would be a handful that was waited for.
    expect(Math.max(...ahead.slice(3))).toBeLessThan(3);
  });

  it.each([['politely', counting(100_000)], ['by force', 'for (let n = 0; ; n++) await handler({ uid: String(n) })'], ['in its sleep', 'await handler({ uid: "1" }); await handler({ uid: "2" }); await sleep(60000)']])('ends %s when its reader leaves', async (_, search) => {
    const own = await system({ search });
    const results = own.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, calling());
    expect((await results.next()).done).toBe(false);
    await results.return(undefined);
    await until(() => own.facade.status().sessions.inUse === 0 && runner.status().running === 0, 'the script to end');
  });

  it('fails with what it throws, after the objects it had handed over', async () => {
    const own = await system({ search: 'await handler({ uid: "1" }); await handler({ uid: "2" }); throw icf.error("connectorIo", "Half of it.")' });
    const results = own.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, calling());
    const got: string[] = [];
    const error = await failureOf((async () => { for await (const { uid } of results) got.push(uid.value); })());
    expect(error).toMatchObject({ kind: 'connectorIo' });
    expect(got).toEqual(['1', '2']);
  });
});

describe('filters of a search script', () => {
  const byMail: Filter = { kind: 'equals', attribute: Attribute.of('mail', 'a1@example.com') };
  const both: Filter = { kind: 'and', operands: [byMail, { kind: 'not', operand: { kind: 'startsWith', attribute: Attribute.of('sn', 'X') } }] };
  const tell = 'handler({ uid: "1", attributes: { mail: "a1@example.com", sn: "Y", filter: JSON.stringify(filter), query: JSON.stringify(query()) } })';
  const told = async (filter: Filter) => {
    const [object] = (await (await system({ search: tell })).search(filter)).items;
    return { filter: JSON.parse(object?.get('filter')?.single as string) as unknown, query: JSON.parse(object?.get('query')?.single as string) as unknown };
  };

  it('come in the form icf.filter makes, and by query() as Groovy scripts know them', async () => {
    expect(await told(byMail)).toEqual({ filter: { equals: ['mail', 'a1@example.com'] }, query: { operation: 'EQUALS', left: 'mail', right: 'a1@example.com', not: false } });
    expect(await told(both)).toEqual({
      filter: { and: [{ equals: ['mail', 'a1@example.com'] }, { not: { startsWith: ['sn', 'X'] } }] },
      query: { operation: 'AND', left: { operation: 'EQUALS', left: 'mail', right: 'a1@example.com', not: false }, right: { operation: 'STARTSWITH', left: 'sn', right: 'X', not: true }, not: false },
    });
  });

  it('are applied to what it gives, whether it looked at them or not', async () => {
    const own = await system({ search: 'for (let n = 0; n < 10; n++) handler({ uid: String(n), attributes: { mail: `a${n % 3}@example.com` } })' });
    expect(uids((await own.search(byMail)).items)).toEqual(['1', '4', '7']);
    expect(uids((await own.search({ kind: 'not', operand: byMail })).items)).toEqual(['0', '2', '3', '5', '6', '8', '9']);
    expect((await own.get('4'))?.uid.value).toBe('4');
    expect(await own.get('44')).toBeNull();
  });

  it('with an extended match, which only a target could apply, are refused before the script runs', async () => {
    const own = await system({ search: 'handler({ uid: "1" }); log.info("it ran")' });
    const extended: Filter = { kind: 'extendedMatch', operator: '1.2.840.113556.1.4.803', attribute: Attribute.of('flags', 2) };
    for (const filter of [extended, { kind: 'or', operands: [byMail, { kind: 'not', operand: extended }] } as const]) {
      const error = await failureOf(own.search(filter));
      expect(error).toMatchObject({ kind: 'unsupportedOperation' });
      expect(error.message).toContain('1.2.840.113556.1.4.803');
    }
    expect(own.log.at('info').some((line) => line.includes('it ran'))).toBe(false);
  });

  it('of a read are the uid', async () => {
    const own = await system({ search: 'if (filter?.equals?.[0] !== "__UID__") throw new Error("no uid"); handler({ uid: filter.equals[1] })' });
    expect((await own.get('u1'))?.uid).toEqual(new Uid('u1'));
  });
});

describe('pages of a search script', () => {
  const pages = async (own: ScriptedSystem, pageSize: number, filter?: Filter): Promise<string[][]> => {
    const all: string[][] = [];
    let cookie: string | undefined;
    for (let page = 0; page === 0 || cookie !== undefined; page++) {
      expect(page).toBeLessThan(20);
      const { items, end } = await own.search(filter, { [OPTION.pageSize]: pageSize, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) });
      all.push(uids(items));
      cookie = end?.pagedResultsCookie ?? undefined;
    }
    return all;
  };
  const even: Filter = { kind: 'endsWith', attribute: Attribute.of('kind', 'even') };
  const object = '{ uid: String(n), attributes: { kind: n % 2 ? "odd" : "even" } }';
  const own = `const from = Number(options.pagedResultsCookie ?? 0), to = Math.min(7, from + (options.pageSize ?? 7));
    log.info("from", from, "to", to);
    for (let n = from; n < to; n++) await handler(${object});
    return to < 7 ? String(to) : null;`;
  const unaware = `for (let n = 0; n < 7; n++) await handler(${object});`;

  it.each([['that has pages itself', own], ['that knows nothing of them', unaware]])('%s', async (_, search) => {
    const scripted = await system({ search });
    expect(await pages(scripted, 3)).toEqual([['0', '1', '2'], ['3', '4', '5'], ['6']]);
    expect((await pages(scripted, 7)).flat()).toEqual(numbers(7));
    expect((await pages(scripted, 100)).flat()).toEqual(numbers(7));
    expect((await pages(scripted, 2, even)).flat()).toEqual(['0', '2', '4', '6']);
    expect((await scripted.search()).items).toHaveLength(7);
  });

  it('may be told by numbers: a cookie that is one, counts as databases give them', async () => {
    const scripted = await system({ search: 'const from = Number(options.pagedResultsCookie ?? 0); for (let n = from; n < from + 2; n++) handler({ uid: String(n) }); return { pagedResultsCookie: from < 4 ? from + 2 : null, totalPagedResults: 6n, remainingPagedResults: BigInt(4 - from) }' });
    expect(await pages(scripted, 2)).toEqual([['0', '1'], ['2', '3'], ['4', '5']]);
    expect((await scripted.search(undefined, { [OPTION.pageSize]: 2 })).end).toMatchObject({ totalPagedResults: 6, remainingPagedResults: 4, totalPagedResultsPolicy: 'EXACT' });
  });

  it('a number alone is refused: an offset taken for nothing would lose all pages after it', async () => {
    const scripted = await system({ search: 'handler({ uid: "1" }); return 2' });
    expect((await failureOf(scripted.search(undefined, { [OPTION.pageSize]: 1 }))).message).toMatch(/cookie of the next page has to be a text/);
  });

  it('are asked for one by one where it has them', async () => {
    const scripted = await system({ search: own });
    const { end } = await scripted.search(undefined, { [OPTION.pageSize]: 2 });
    await scripted.search(undefined, { [OPTION.pageSize]: 2, [OPTION.pagedResultsCookie]: end!.pagedResultsCookie! });
    expect(scripted.log.entries.flatMap(({ fields }) => fields['script'] ?? [])).toEqual(['from 0 to 2', 'from 2 to 4']);
  });

  it('begin at an offset', async () => {
    const scripted = await system({ search: unaware });
    expect(uids((await scripted.search(undefined, { [OPTION.pageSize]: 3, [OPTION.pagedResultsOffset]: 2 })).items)).toEqual(['2', '3', '4']);
  });
});

describe('a sync script', () => {
  const sync = `
    if (operation === 'GET_LATEST_SYNC_TOKEN') return 3;
    const changes = [
      { token: 1, uid: 'u1', object: { name: 'anna', attributes: { mail: 'a' } } }, { token: 2, kind: 'DELETE', uid: 'u2' },
      { token: 3, kind: 'UPDATE', uid: 'u4', previousUid: 'u3', object: { uid: 'u4', name: 'carl' } },
    ];
    for (const change of changes) if (token === null || change.token > token) await handler(change);
    return { token: 3 };`;

  it('lists changes after its token, and says where it has come to', async () => {
    const own = await system({ sync });
    const { items, end } = await own.sync(null);
    expect(items.map(({ kind, uid, token, previousUid, object }) => [kind, uid.value, token.value, previousUid?.value, object?.name.value])).toEqual([
      ['CREATE_OR_UPDATE', 'u1', 1, undefined, 'anna'], ['DELETE', 'u2', 2, undefined, undefined], ['UPDATE', 'u4', 3, 'u3', 'carl'],
    ]);
    expect(end).toEqual({ value: 3 });
    expect((await own.sync({ value: 2 })).items).toHaveLength(1);
    expect(await own.perform({ kind: 'latestSyncToken', objectClass: ACCOUNT })).toEqual({ value: 3 });
  });

  it('that answers no token leads on from its last change', async () => {
    const own = await system({ sync: 'handler({ token: "t7", uid: "u1", object: {} })' });
    expect((await own.sync(null)).end).toEqual({ value: 't7' });
    expect((await (await system({ sync: '' })).sync({ value: 't7' })).end).toBeUndefined();
  });

  it.each(['handler({ uid: "u1", object: {} })', 'handler({ token: 1, kind: "RENAME", uid: "u1" })', 'handler({ token: 1, object: {} })'])('that hands over no change is told so: %s', async (text) => {
    expect((await failureOf((await system({ sync: text })).sync(null))).message).toMatch(/change/);
  });
});
