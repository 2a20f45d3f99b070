import { describe, expect, it } from 'vitest';
import { GuardedString, Attribute, OPTION, OperationOptions, ACCOUNT } from '../../../../protocol/model/index.js';
import { until } from '../../../support/until.js';
import { drain } from '../../../support/memory-facade.js';
import { settle } from '../support/manual-clock.js';
import { SecretError } from '../../../../agent/secrets/secret-error.js';
import { CREATE, SEARCH, TEST, call, refusal, setUp } from './support.js';

const BIND = new GuardedString('secret://store/bind');
const MINUTE = 60_000;

/** The secret is changed at both ends. */
function rotate({ target, sources }: ReturnType<typeof setUp>, password: string): void {
  target.password = password;
  sources.secrets.set('store/bind', password);
}

const passwords = ({ target }: ReturnType<typeof setUp>): string[] => target.logins.map(({ password }) => password);
const open = ({ target }: ReturnType<typeof setUp>): string[] => target.logins.filter((login) => login.open && login.password === target.password).map(({ password }) => password);

describe('a rotated secret', () => {
  it('is noticed when its time is over: what is under way ends with the old one, which is then closed', async () => {
    const world = setUp();
    const { clock, facade, target, log } = world;
    const opened = await facade({ credentials: BIND });
    let go = (): void => undefined;
    target.beforeObject = () => new Promise((resolve) => { go = resolve; });
    const search = opened.stream(SEARCH, call());
    const first = search.next();
    await settle();
    go();
    expect((await first).done).toBe(false);
    rotate(world, 'second-PASSWORD');
    await clock.advance(MINUTE);
    await opened.perform(TEST, call()); // does not wait for the look that it starts; refused with the old secret, it is done with the new one
    expect(passwords(world)).toEqual(['first-PASSWORD', 'first-PASSWORD', 'second-PASSWORD']);
    expect(target.logins[0]?.open).toBe(true);
    expect(log.entries.some(({ message }) => message.includes('A secret was rotated'))).toBe(true);
    const rest = drain(search);
    for (let left = 0; left < 2; left += 1) {
      await settle();
      go();
    }
    expect((await rest).items).toHaveLength(2);
    await until(() => target.logins.slice(0, 2).every((login) => !login.open), 'the sessions of the old secret to be closed');
    expect(target.logins.slice(0, 2).map((login) => login.open)).toEqual([false, false]);
    expect(open(world)).toEqual(['second-PASSWORD']);
    await world.executor.close();
    expect(target.logins.every((login) => !login.open)).toBe(true);
  });

  it('is waited for after a long rest', async () => {
    const world = setUp();
    const opened = await world.facade({ credentials: BIND });
    await opened.perform(TEST, call());
    rotate(world, 'second-PASSWORD');
    await world.clock.advance(2 * MINUTE);
    await opened.perform(TEST, call());
    expect(passwords(world)).toEqual(['first-PASSWORD', 'second-PASSWORD']);
  });

  it.each(['invalidCredential', 'connectionFailed'] as const)('fails nobody: an operation refused with %s is done with the new one', async (kind) => {
    const world = setUp();
    const opened = await world.facade({ credentials: BIND });
    world.target.refusal = kind;
    rotate(world, 'second-PASSWORD');
    await world.clock.advance(6_000);
    await opened.perform(CREATE, call());
    expect(world.target.writes).toBe(1);
    rotate(world, 'third-PASSWORD');
    await world.clock.advance(6_000);
    for (const login of world.target.logins) login.open = false;
    expect((await drain(opened.stream(SEARCH, call()))).items).toHaveLength(3);
  });

  it('does not repeat what may have been done, or what failed by its own credentials', async () => {
    const world = setUp();
    const opened = await world.facade({ credentials: BIND });
    world.target.refusal = 'connectorSecurity';
    rotate(world, 'second-PASSWORD');
    await world.clock.advance(6_000);
    expect((await refusal(opened.perform(CREATE, call()))).kind).toBe('connectorSecurity');
    await opened.perform(CREATE, call()); // but the next one has it
    expect(world.target.writes).toBe(1);
    await world.clock.advance(6_000);
    const logins = world.target.logins.length;
    const authenticate = { kind: 'authenticate', objectClass: ACCOUNT, username: 'x', password: new GuardedString('y'), options: OperationOptions.none } as const;
    expect((await refusal(opened.perform(authenticate, call()))).kind).toBe('invalidCredential');
    expect(world.target.logins).toHaveLength(logins);
  });

  it('is looked for by one at a time, and not more often than every 5 s, however many fail', async () => {
    const world = setUp();
    const opened = await world.facade({ credentials: BIND });
    world.target.password = 'changed at the target only';
    world.sources.reads = [];
    await world.clock.advance(6_000);
    await Promise.all(Array.from({ length: 50 }, () => refusal(opened.perform(TEST, call()))));
    await Promise.all(Array.from({ length: 50 }, () => refusal(opened.perform(TEST, call()))));
    expect(world.sources.reads).toHaveLength(1);
    await world.clock.advance(5_000);
    await refusal(opened.perform(TEST, call()));
    expect(world.sources.reads).toHaveLength(2);
  });

  it('that cannot be read leaves everything as it is, and says so', async () => {
    const world = setUp();
    const opened = await world.facade({ credentials: BIND });
    await opened.perform(TEST, call());
    world.sources.secrets.set('store/bind', new SecretError('The store is on another planet.'));
    await world.clock.advance(3 * MINUTE);
    await opened.perform(TEST, call());
    expect(passwords(world)).toEqual(['first-PASSWORD']);
    expect(world.log.entries).toContainEqual({ level: 'warn', message: expect.stringMatching(/cannot be read again; connections go on/) as string, fields: { connector: 'leaky', reason: expect.stringMatching(/another planet/) as string } });
  });

  it('is not waited for by an operation that was cancelled, and a facade that was closed meanwhile leaves nothing open', async () => {
    const world = setUp();
    const opened = await world.facade({ credentials: BIND });
    let go = (): void => undefined;
    world.sources.beforeRead = () => new Promise((resolve) => { go = resolve; });
    await world.clock.advance(3 * MINUTE);
    const cancel = new AbortController();
    const waiting = refusal(opened.perform(TEST, call(cancel.signal)));
    await settle();
    cancel.abort(new Error('gone'));
    await waiting;
    rotate(world, 'second-PASSWORD');
    const closing = world.executor.close();
    go();
    await closing;
    await settle();
    expect(world.target.logins.every((login) => !login.open)).toBe(true);
    expect((await refusal(opened.perform(TEST, call()))).kind).toBe('connectionBroken');
  });

  it('changes neither paging cookies nor the place of state', async () => {
    const directories: string[] = [];
    const world = setUp({
      connector: {
        search: { paging: false, sorting: false, projection: false },
        open: async (_config, context) => {
          directories.push(await context.stateDirectory());
          return { open: true };
        },
      },
    });
    const opened = await world.facade({ credentials: BIND });
    const page = (cookie?: string) => drain(opened.stream({ ...SEARCH, options: OperationOptions.of({ [OPTION.pageSize]: 2, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) }) }, call()));
    const first = await page();
    rotate(world, 'second-PASSWORD');
    await world.clock.advance(3 * MINUTE);
    const second = await page(first.end?.pagedResultsCookie ?? undefined);
    expect([...first.items, ...second.items].map(({ uid }) => uid.value)).toEqual(['a', 'b', 'c']);
    expect(directories.length).toBeGreaterThan(1);
    expect(new Set(directories).size).toBe(1);
  });
});

it('an operation cancelled by its caller while under way ends as such', async () => {
  const world = setUp();
  const opened = await world.facade({ credentials: BIND });
  world.target.beforeObject = () => new Promise(() => undefined);
  const cancel = new AbortController();
  const search = opened.stream({ ...SEARCH, filter: { kind: 'equals', attribute: Attribute.of('mail', 'a') } }, call(cancel.signal)).next();
  await settle();
  cancel.abort(new Error('gone'));
  await refusal(search);
  await world.executor.close();
});
