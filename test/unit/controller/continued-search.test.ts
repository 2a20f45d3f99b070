import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ACCOUNT, ConnectorError, ConnectorObject, LAST_PAGE, Name, OPTION, OperationOptions, Uid, itemsOf,
  type CallContext, type Chunks, type SearchResult, type StreamOperation,
} from '../../../protocol/model/index.js';
import { FailoverFacade } from '../../../controller/systems/failover-facade.js';
import { TestMembers, continuationOf, memberOf, type TestMember } from '../../support/facade-members.js';
import { until } from '../../support/until.js';
import { MemoryFacade } from './memory-facade.js';

const lost = (): ConnectorError => new ConnectorError('connectionBroken', 'the agent was lost');
const drained = (): ConnectorError => new ConnectorError('retryable', 'The connector server is closing: agent is stopping.');
const object = (uid: string): ConnectorObject => new ConnectorObject(ACCOUNT, [new Uid(uid), new Name(uid)]);
const numbers = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `u${from + index}`);

interface Script {
  readonly uids: readonly string[];
  /** A bookmark behind every so many results; 0: none. */
  readonly every?: number;
  /** The first run fails so, after that many results. */
  readonly fails?: { readonly after: number; readonly error: () => Error };
  /** The first run gives nothing more behind that many results, until then. */
  readonly waits?: { readonly after: number; readonly until: Promise<void> };
  /** Results given together. */
  readonly chunk?: number;
  /** What the target says where a bookmark leads to. */
  readonly refusal?: () => Error;
}

const END: SearchResult = { ...LAST_PAGE, totalPagedResultsPolicy: 'EXACT', totalPagedResults: 7 };

/** A member whose searches do as told. Its bookmarks are positions. */
class ScriptedMember {
  readonly script: Script;
  readonly member: TestMember;
  readonly starts: (string | undefined)[] = [];
  open = 0;
  given = 0;

  constructor(script: Script) {
    this.script = script;
    const facade = Object.assign(new MemoryFacade(), { stream: (operation: StreamOperation, call: CallContext) => itemsOf(this.#search(operation, call)) as never });
    this.member = memberOf(facade);
  }

  async *#search(operation: StreamOperation, call: CallContext): Chunks<ConnectorObject, SearchResult> {
    const cookie = 'options' in operation ? operation.options.pagedResultsCookie : undefined;
    const fails = this.starts.length === 0 ? this.script.fails : undefined;
    this.starts.push(cookie);
    this.open += 1;
    try {
      if (cookie !== undefined && this.script.refusal !== undefined) throw this.script.refusal();
      return yield* this.#results(Number(cookie ?? 0), fails, call);
    } finally {
      this.open -= 1;
    }
  }

  async #pause(given: number, signal: AbortSignal): Promise<void> {
    const { waits } = this.script;
    if (given !== waits?.after) return;
    await new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new ConnectorError('connector', 'The search was cancelled by its caller.')));
      waits.until.then(resolve, reject);
    });
  }

  async *#results(from: number, fails: Script['fails'], { onBookmark, signal }: CallContext): Chunks<ConnectorObject, SearchResult> {
    const { uids, chunk = 1 } = this.script;
    const every = this.script.every || Infinity;
    const stopAt = from + (fails?.after ?? Infinity);
    for (let at = from; ;) {
      signal.throwIfAborted();
      if (fails !== undefined && at >= stopAt) throw fails.error();
      if (at >= uids.length) return END;
      const results = uids.slice(at, Math.min(at + chunk, stopAt, at + every - (at % every))).map(object);
      at += results.length;
      this.given += results.length;
      yield results;
      await this.#pause(at - from, signal);
      if (at % every === 0) onBookmark?.(String(at));
    }
  }
}

interface Outcome { readonly uids: string[]; readonly end: SearchResult | undefined; readonly error: ConnectorError | undefined }

const SEARCH = { kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none } as const;

async function run(members: TestMembers, { wait = 0, onResult, signal = new AbortController().signal }: { wait?: number; onResult?: (count: number) => void; signal?: AbortSignal } = {}): Promise<Outcome> {
  const results = new FailoverFacade(members.now(), continuationOf(members, wait)).stream(SEARCH, { signal });
  const uids: string[] = [];
  try {
    for (;;) {
      const step = await results.next();
      if (step.done === true) return { uids, end: step.value, error: undefined };
      uids.push(step.value.uid.value);
      onResult?.(uids.length);
    }
  } catch (error) {
    return { uids, end: undefined, error: error as ConnectorError };
  } finally {
    await results.return(undefined);
    expect(members.listeners).toBe(0);
  }
}

const over = (...scripted: readonly ScriptedMember[]): TestMembers => new TestMembers(...scripted.map(({ member }) => member));
const gone = (members: TestMembers, { member }: ScriptedMember, error = lost()) => (): Error => {
  members.change(member, { isOperational: false });
  return error;
};

describe('a search that loses its agent', () => {
  it('goes on at the next one wherever it stood, complete, in order and once each', async () => {
    await fc.assert(fc.asyncProperty(
      fc.nat(40), fc.nat(45), fc.nat(45), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 7 }),
      async (count, firstLoss, secondLoss, every, otherEvery, chunk) => {
        const uids = numbers(count);
        const members = new TestMembers();
        const script = (after: number, marks: number): ScriptedMember => {
          const scripted: ScriptedMember = new ScriptedMember({ uids, every: marks, chunk, fails: { after, error: () => gone(members, scripted)() } });
          members.join(scripted.member);
          return scripted;
        };
        const scripted = [script(firstLoss, every), script(secondLoss, otherEvery), new ScriptedMember({ uids, chunk })];
        members.join(scripted[2]!.member);
        expect(await run(members)).toEqual({ uids, end: END, error: undefined });
        expect(scripted.map(({ open }) => open)).toEqual([0, 0, 0]);
      }), { numRuns: 150 });
  });

  it('asks for what is behind the last bookmark only', async () => {
    const first = new ScriptedMember({ uids: numbers(100), every: 10, fails: { after: 47, error: lost } });
    const second = new ScriptedMember({ uids: numbers(100), every: 10 });
    expect((await run(over(first, second))).uids).toEqual(numbers(100));
    expect([second.starts, second.given]).toEqual([['40'], 60]);
  });

  it('is told a clear error when other results come in their place; nothing is given twice', async () => {
    const first: ScriptedMember = new ScriptedMember({ uids: numbers(100), every: 10, fails: { after: 47, error: () => gone(members, first)() } });
    const second = new ScriptedMember({ uids: [...numbers(43), 'stranger', ...numbers(57, 43)], every: 10 });
    const members: TestMembers = over(first, second);
    const { uids, error } = await run(members);
    expect(uids).toEqual(numbers(47));
    expect(error).toMatchObject({ kind: 'connectionBroken', retryable: true, message: expect.stringMatching(/the agent was lost After 47 results it could not go on: .* not in the same order/) as string });
  });

  it('is told so as well when the rest is shorter than what was given', async () => {
    const first: ScriptedMember = new ScriptedMember({ uids: numbers(100), every: 10, fails: { after: 47, error: () => gone(members, first)() } });
    const members: TestMembers = over(first, new ScriptedMember({ uids: numbers(43) }));
    expect(await run(members)).toMatchObject({ uids: numbers(47), error: { kind: 'connectionBroken' } });
  });

  it('goes on at a third one when the second cannot', async () => {
    const first = new ScriptedMember({ uids: numbers(100), every: 10, fails: { after: 47, error: lost } });
    const second = new ScriptedMember({ uids: numbers(100), refusal: () => new ConnectorError('connectorIo', 'the file is another one') });
    const third = new ScriptedMember({ uids: numbers(100) });
    expect((await run(over(first, second, third))).uids).toEqual(numbers(100));
    expect([first.starts.length, second.starts, third.starts]).toEqual([1, ['40'], ['40']]);
  });

  it('says why it could not go on', async () => {
    const first: ScriptedMember = new ScriptedMember({ uids: numbers(100), every: 10, fails: { after: 47, error: () => gone(members, first)() } });
    const members: TestMembers = over(first, new ScriptedMember({ uids: numbers(100), refusal: () => new ConnectorError('connectorIo', 'the file is another one') }));
    expect((await run(members)).error?.message).toBe('the agent was lost After 47 results it could not go on: the file is another one');
  });

  it('ends as before without bookmarks, once more was given than is remembered', async () => {
    const first = new ScriptedMember({ uids: numbers(6_000), chunk: 100, fails: { after: 5_000, error: lost } });
    const second = new ScriptedMember({ uids: numbers(6_000), chunk: 100 });
    const { uids, error } = await run(over(first, second));
    expect([uids.length, error?.message, second.starts]).toEqual([5_000, 'the agent was lost', []]);
  });

  it('goes on again once a bookmark has come behind more than is remembered', async () => {
    const first = new ScriptedMember({ uids: numbers(6_000), chunk: 100, every: 5_000, fails: { after: 5_500, error: lost } });
    const second = new ScriptedMember({ uids: numbers(6_000), chunk: 100 });
    expect((await run(over(first, second))).uids).toEqual(numbers(6_000));
    expect(second.starts).toEqual(['5000']);
  });

  it.each<[string, () => Error]>([
    ['the target fails', () => new ConnectorError('connectorIo', 'the target failed')],
    ['the caller may not', () => new ConnectorError('permissionDenied', 'not allowed')],
    ['it is busy in the middle', () => new ConnectorError('retryable', 'busy')],
    ['a program error shows', () => new TypeError('oops')],
  ])('stays where it is when %s', async (_what, error) => {
    const first = new ScriptedMember({ uids: numbers(10), every: 2, fails: { after: 5, error } });
    const second = new ScriptedMember({ uids: numbers(10) });
    expect(await run(over(first, second))).toMatchObject({ uids: numbers(5), error: { message: error().message } });
    expect(second.starts).toEqual([]);
  });

  it('is tried once more where the agent is still there, and not for ever', async () => {
    const once = new ScriptedMember({ uids: numbers(10), every: 2, fails: { after: 5, error: lost } });
    expect((await run(over(once))).uids).toEqual(numbers(10));
    const never = new MemoryFacade();
    never.failures.set('search', lost());
    const members = new TestMembers(memberOf(never));
    expect((await run(members)).error?.message).toBe('the agent was lost');
    expect(never.named('search')).toHaveLength(1);
  });
});

describe('a search whose agent was the only one', () => {
  it('goes on when the agent is back, as another process', async () => {
    const members = new TestMembers();
    const first: ScriptedMember = new ScriptedMember({ uids: numbers(50), every: 10, fails: { after: 25, error: () => gone(members, first)() } });
    members.join(first.member);
    const second = new ScriptedMember({ uids: numbers(50) });
    const result = run(members, { wait: 10_000 });
    await until(() => first.open === 0 && first.starts.length === 1 && members.listeners === 1, 'the search to wait');
    members.join(second.member);
    expect((await result).uids).toEqual(numbers(50));
    expect(second.starts).toEqual(['20']);
  });

  it('fails with what it was lost by when nobody comes in time', async () => {
    const members = new TestMembers();
    const first: ScriptedMember = new ScriptedMember({ uids: numbers(50), every: 10, fails: { after: 25, error: () => gone(members, first)() } });
    members.join(first.member);
    expect(await run(members, { wait: 30 })).toMatchObject({ uids: numbers(25), error: { kind: 'connectionBroken', message: 'the agent was lost' } });
  });

  it('stops waiting when its caller gives up', async () => {
    const members = new TestMembers();
    const first: ScriptedMember = new ScriptedMember({ uids: numbers(50), fails: { after: 25, error: () => gone(members, first)() } });
    members.join(first.member);
    const caller = new AbortController();
    const result = run(members, { wait: 60_000, signal: caller.signal });
    await until(() => first.open === 0 && members.listeners === 1, 'the search to wait');
    caller.abort(new Error('enough'));
    expect((await result).error?.message).toContain('cancelled by its caller');
  });
});

describe('an agent without any connection', () => {
  beforeEach(() => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }); });
  afterEach(() => { vi.useRealTimers(); });

  /** The first member gives 25 results and then nothing more, until it is told to or left. */
  function stuckPair() {
    let goOn = (): void => undefined;
    const stuck = new Promise<void>((resolve) => { goOn = resolve; });
    const first = new ScriptedMember({ uids: numbers(50), every: 10, waits: { after: 25, until: stuck } });
    const second = new ScriptedMember({ uids: numbers(50) });
    const members = over(first, second);
    let given = 0;
    const result = run(members, { onResult: (count) => { given = count; } });
    return { first, second, members, result, goOn, stuck: () => vi.waitUntil(() => given === 25) };
  }

  it('is left for another one after some seconds', async () => {
    const { first, second, members, result, stuck } = stuckPair();
    await stuck();
    members.change(first.member, { isOperational: false });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(second.starts).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await result).toEqual({ uids: numbers(50), end: END, error: undefined });
    expect([first.open, second.starts]).toEqual([0, ['20']]);
  });

  it('is stayed with when it is back before, or when there is no other', async () => {
    const { first, second, members, result, goOn, stuck } = stuckPair();
    await stuck();
    members.change(first.member, { isOperational: false });
    await vi.advanceTimersByTimeAsync(2_000);
    members.change(first.member, { isOperational: true });
    await vi.advanceTimersByTimeAsync(60_000);
    members.change(second.member, { isOperational: false });
    members.change(first.member, { isOperational: false });
    await vi.advanceTimersByTimeAsync(60_000);
    goOn();
    expect((await result).uids).toEqual(numbers(50));
    expect([first.starts.length, second.starts]).toEqual([1, []]);
  });
});

describe('an agent that drains', () => {
  it('hands its searches over at their next bookmark, and is left at once', async () => {
    const members = new TestMembers();
    const first: ScriptedMember = new ScriptedMember({ uids: numbers(100), every: 10 });
    const second = new ScriptedMember({ uids: numbers(100), every: 10 });
    members.join(first.member);
    members.join(second.member);
    const { uids, end } = await run(members, { onResult: (count) => { if (count === 33) members.change(first.member, { isDraining: true }); } });
    expect([uids, end, first.open]).toEqual([numbers(100), END, 0]);
    // Up to the bookmark, and the one result that showed it.
    expect([first.given, second.starts, second.given]).toEqual([41, ['40'], 60]);
  });

  it.each<[string, readonly ScriptedMember[], number]>([
    ['there is no other', [], 10],
    ['the other drains too', [new ScriptedMember({ uids: numbers(100) })], 10],
    ['there are no bookmarks', [new ScriptedMember({ uids: numbers(100) })], 0],
  ])('finishes its searches where %s', async (what, others, every) => {
    const first = new ScriptedMember({ uids: numbers(100), every });
    const members = over(first, ...others);
    const { uids } = await run(members, { onResult: (count) => {
      if (count !== 33) return;
      members.change(first.member, { isDraining: true });
      if (what.includes('too')) for (const { member } of others) members.change(member, { isDraining: true });
    } });
    expect([uids, first.given, others.map(({ starts }) => starts.length)]).toEqual([numbers(100), 100, others.map(() => 0)]);
  });

  it('keeps a search that cannot go on elsewhere: it loses nothing by the try', async () => {
    const first = new ScriptedMember({ uids: numbers(100), every: 10 });
    const second = new ScriptedMember({ uids: numbers(100), refusal: () => new ConnectorError('connectorIo', 'another order') });
    const members = over(first, second);
    const { uids, end } = await run(members, { onResult: (count) => { if (count === 33) members.change(first.member, { isDraining: true }); } });
    expect([uids, end, second.starts, first.starts]).toEqual([numbers(100), END, ['40'], [undefined]]);
  });

  it('and ends before the search does: it goes on elsewhere all the same, or says that it may be repeated', async () => {
    const members = new TestMembers();
    const first: ScriptedMember = new ScriptedMember({ uids: numbers(100), fails: { after: 50, error: drained } });
    members.join(first.member);
    members.change(first.member, { isDraining: true });
    expect(await run(members)).toMatchObject({ uids: numbers(50), error: { kind: 'retryable', retryable: true } });
    const again: ScriptedMember = new ScriptedMember({ uids: numbers(100), fails: { after: 50, error: drained } });
    const pair: TestMembers = over(again, new ScriptedMember({ uids: numbers(100) }));
    expect((await run(pair, { onResult: (count) => { if (count === 33) pair.change(again.member, { isDraining: true }); } })).uids).toEqual(numbers(100));
  });

  it('gets no new operation while another one is there; what it refuses goes on to that', async () => {
    const [refusing, serving] = [new MemoryFacade(), new MemoryFacade()];
    const refusal = new ConnectorError('retryable', 'The connector server is shutting down; try again later.', { outcome: 'notApplied' });
    for (const kind of ['search', 'get', 'create', 'sync', 'batch'] as const) refusing.failures.set(kind, refusal);
    const [draining, other] = [memberOf(refusing), memberOf(serving)];
    const call = { signal: new AbortController().signal };
    const on = { objectClass: ACCOUNT, options: OperationOptions.none };
    serving.add('bob');
    const members = new TestMembers(draining, other);
    const facade = new FailoverFacade(members.now(), continuationOf(members));
    expect((await facade.stream({ kind: 'search', ...on, filter: undefined }, call).next()).done).toBe(false);
    expect(await facade.perform({ kind: 'get', ...on, uid: new Uid('u1') }, call)).not.toBeNull();
    await facade.perform({ kind: 'create', ...on, attributes: [new Name('eve')] }, call);
    expect((await facade.stream({ kind: 'sync', ...on, token: null }, call).next()).done).toBe(true);
    expect([serving.named('create').length, serving.named('sync').length]).toEqual([1, 1]);
    // It reaches the other one, which knows none.
    await expect(facade.stream({ kind: 'batch', tasks: [], options: OperationOptions.none }, call).next()).rejects.toMatchObject({ kind: 'unsupportedOperation' });
    members.change(draining, { isDraining: true });
    refusing.calls.length = 0;
    await new FailoverFacade(members.now(), continuationOf(members)).perform({ kind: 'get', ...on, uid: new Uid('u1') }, call);
    expect(refusing.calls).toEqual([]);
  });

  it('alone refuses a new search at once', async () => {
    const facade = new MemoryFacade();
    facade.failures.set('search', drained());
    const member = memberOf(facade);
    const members = new TestMembers(member);
    members.change(member, { isDraining: true });
    expect((await run(members, { wait: 60_000 })).error).toMatchObject({ kind: 'retryable' });
  });
});

describe('pages', () => {
  it('go on within the page, with the bookmark in the place of its cookie', async () => {
    const first = new ScriptedMember({ uids: numbers(100), every: 10, fails: { after: 15, error: lost } });
    const second = new ScriptedMember({ uids: numbers(100), every: 10 });
    const members = over(first, second);
    const options = OperationOptions.of({ [OPTION.pagedResultsCookie]: '30', [OPTION.pageSize]: 100 });
    const uids: string[] = [];
    for await (const { uid } of new FailoverFacade(members.now(), continuationOf(members)).stream({ ...SEARCH, options }, { signal: new AbortController().signal })) uids.push(uid.value);
    expect([uids, first.starts, second.starts]).toEqual([numbers(70, 30), ['30'], ['40']]);
  });
});
