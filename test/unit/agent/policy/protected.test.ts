import { describe, expect, it } from 'vitest';
import { ConnectorError, taskOperationId, type Operation, type OperationOptions } from '../../../../protocol/model/index.js';
import { START, create, object, options, outcome, policed, remove, run, update, type Policed } from './support/policed.js';

const protecting = (entry: string): string => `${START}protected: [{name: break-glass, ${entry}}]\n`;
const serving = ({ inner }: Policed, found: ReturnType<typeof object> | null): void => { inner.onPerform = async ({ kind }) => (kind === 'get' ? found : undefined); };

describe('a protected object', () => {
  it.each<[string, Operation]>([
    ['deleted', remove()], ['disabled', update({ __ENABLE__: false })], ['disabled in a way nobody understands', update({ __ENABLE__: 'maybe' })], ['locked', update({ __LOCK_OUT__: true })],
    ['given an end', update({ __DISABLE_DATE__: 1n })], ['renamed', update({ __NAME__: 'other' })], ['given a password', update({ __PASSWORD__: 'x' })], ['cleared of its state', update({ __ENABLE__: null })],
  ])('is not %s', async (_, operation) => {
    const world = await policed(protecting('names: ["uid=admin*"]'));
    serving(world, object('u1', 'uid=Admin,dc=x'));
    expect(await outcome(world.facade, operation)).toMatch(/^permissionDenied: .*rule break-glass protects the object\.$/);
    expect(world.reached()).toEqual(['get']);
  });

  it.each<[string, Operation]>([
    ['updated', update({ mail: 'x' })], ['enabled', update({ __ENABLE__: true })], ['unlocked', update({ __LOCK_OUT__: false })], ['created', create({ __ENABLE__: false })],
  ])('may be %s, unseen', async (_, operation) => {
    const world = await policed(protecting('names: ["uid=admin*"]'));
    expect(await outcome(world.facade, operation)).toBe('done');
    expect(world.reached()).toEqual([operation.kind]);
  });

  it('is known by its uid as the request has it, unread, and as the target has it', async () => {
    const world = await policed(protecting('uids: ["cn=admin,*"]'));
    expect(await outcome(world.facade, remove('CN=Admin,dc=x'))).toMatch(/permissionDenied/);
    expect(world.reached()).toEqual([]);
    serving(world, object('cn=admin,dc=x', 'n'));
    expect(await outcome(world.facade, remove('cn = admin,dc=x'))).toMatch(/permissionDenied/);
  });

  it('is known by any value of an attribute, which is read for it and nothing else', async () => {
    const world = await policed(protecting('attributes: {memberOf: ["cn=admins,*"]}'));
    serving(world, object('u1', 'n', { MemberOf: 'CN=Admins,dc=x' }));
    expect(await outcome(world.facade, remove())).toMatch(/permissionDenied/);
    expect((world.inner.performed[0]?.operation as { options: OperationOptions }).options.attributesToGet).toEqual(['memberOf']);
    serving(world, object('u1', 'n', { memberOf: 'cn=others,dc=x' }));
    expect(await outcome(world.facade, remove())).toBe('done');
  });

  it('is looked at each time', async () => {
    const world = await policed(protecting('names: [admin]'));
    serving(world, object('u1', 'n'));
    expect(await outcome(world.facade, remove())).toBe('done');
    serving(world, object('u1', 'admin'));
    expect(await outcome(world.facade, remove())).toMatch(/permissionDenied/);
  });

  it('is not changed when it cannot be looked at', async () => {
    const world = await policed(protecting('names: [admin]'));
    serving(world, null);
    expect(await outcome(world.facade, remove())).toMatch(/^unknownUid: /);
    world.inner.onPerform = () => Promise.reject(new ConnectorError('connectionFailed', 'away'));
    expect(await outcome(world.facade, remove())).toBe('connectionFailed: away');
    world.inner.onPerform = () => Promise.reject(new ConnectorError('unsupportedOperation', 'no get'));
    expect(await outcome(world.facade, remove())).toMatch(/^permissionDenied: .*cannot be found out: no get/);
    expect(world.reached()).not.toContain('delete');
  });

  it('is not deleted with a tree', async () => {
    const world = await policed(protecting('names: [admin]'), { deletesMore: () => true });
    serving(world, object('u1', 'above'));
    expect(await outcome(world.facade, remove())).toMatch(/deletes everything below an object too/);
  });

  it('is one where the entry is about the place', async () => {
    const world = await policed(protecting('targets: ["other.example"], names: ["*"]'));
    expect(await outcome(world.facade, remove())).toBe('done');
    const unknown = await policed(protecting('targets: ["other.example"], names: ["*"]'), { targets: undefined } as object);
    serving(unknown, object('u1', 'n'));
    expect(await outcome(unknown.facade, remove())).toMatch(/permissionDenied/);
  });
});

describe('a batch', () => {
  const batch = (tasks: Extract<Operation, { kind: 'batch' }>['tasks'], more: OperationOptions = options()): Operation => ({ kind: 'batch', tasks, options: more });
  const policy = `${START}rules: [{name: no-deletes, effect: deny, operations: [delete]}]\n`;
  const ran = ({ inner }: Policed): void => {
    inner.onStream = async function* (operation) {
      if (operation.kind !== 'batch') return;
      for (const [task, { kind }] of operation.tasks.entries()) yield { task, message: kind, last: task === operation.tasks.length - 1 };
    };
  };
  const brief = (items: unknown): unknown => (items as readonly { task: number; message?: string; error?: Error; last?: boolean }[]).map(({ task, message, error, last }) => [task, message ?? error?.message.replace(/^.*: /, ''), last === true]);

  it('is checked task by task; each result keeps its number, and the last task its mark', async () => {
    const world = await policed(policy);
    ran(world);
    expect(brief(await run(world.facade, batch([remove(), update({ a: '1' }), remove(), create({})])))).toEqual([
      [0, 'rule no-deletes denies it.', false], [2, 'rule no-deletes denies it.', false], [1, 'update', false], [3, 'create', true],
    ]);
    expect(brief(await run(world.facade, batch([update({ a: '1' }), remove()])))).toEqual([[1, 'rule no-deletes denies it.', true], [0, 'update', false]]);
  });

  it('with FAIL_ON_ERROR stops at the first refusal', async () => {
    const world = await policed(policy);
    ran(world);
    expect(brief(await run(world.facade, batch([update({ a: '1' }), remove(), create({})], options({ FAIL_ON_ERROR: true }))))).toEqual([
      [1, 'rule no-deletes denies it.', false], [2, 'Task 2 was not run, because task 1 was refused and FAIL_ON_ERROR is set.', true], [0, 'update', false],
    ]);
  });

  it('counts each task, and not those that failed', async () => {
    const world = await policed(`${START}brakes: [{name: few, changes: [delete], limit: 2}]\n`);
    world.inner.onStream = async function* (operation) {
      if (operation.kind === 'batch') for (const task of operation.tasks.keys()) yield { task, error: new ConnectorError('unknownUid', 'gone') };
    };
    await run(world.facade, batch([remove('1'), remove('2')]));
    ran(world);
    expect(brief(await run(world.facade, batch([remove('1'), remove('2'), remove('3')])))).toEqual([[2, expect.stringContaining('policy release') as string, true], [0, 'delete', false], [1, 'delete', false]]);
  });
});

describe('a write that comes again', () => {
  const DENIES = `${START}readOnly: true\n`;
  const once = { signal: new AbortController().signal, operationId: 'op', once: true };
  const knows = (...ids: readonly string[]) => async (id: string): Promise<boolean> => ids.includes(id);

  it('goes to the journal, which knows what became of it, whatever the policy says by now', async () => {
    const world = await policed(DENIES, {}, 'cloud', knows('op'));
    await world.facade.perform(remove(), once);
    expect(world.reached()).toEqual(['delete']);
    await expect(world.facade.perform(remove(), { ...once, operationId: 'other' })).rejects.toThrow('rule readOnly');
    await expect(world.facade.perform(remove(), { ...once, once: undefined })).rejects.toThrow('rule readOnly');
  });

  it('in a batch keeps its number, so that the journal knows it by it', async () => {
    const world = await policed(`${START}rules: [{name: no-deletes, effect: deny, operations: [delete]}]\n`, {}, 'cloud', knows(taskOperationId('op', 2)));
    const batch: Extract<Operation, { kind: 'batch' }> = { kind: 'batch', tasks: [remove('0'), update({ a: '1' }, '1'), remove('2')], options: options() };
    world.inner.onStream = async function* (operation) { if (operation.kind === 'batch') for (const task of operation.tasks.keys()) yield { task }; };
    const refused: number[] = [];
    for await (const { task, error } of world.facade.stream(batch, once)) if (error !== undefined) refused.push(task);
    expect(refused).toEqual([0]);
    expect(world.inner.performed.at(-1)?.call.taskNumbers).toEqual([1, 2]);
  });
});

describe('brakes', () => {
  it('count what the target was asked, not what it refused', async () => {
    const world = await policed(`${START}brakes: [{name: few, changes: [delete, disable, rename, password], limit: 4}]\n`);
    world.inner.onPerform = () => Promise.reject(new ConnectorError('unknownUid', 'gone'));
    for (let n = 0; n < 9; n++) expect(await outcome(world.facade, remove())).toMatch(/unknownUid/);
    world.inner.onPerform = () => Promise.reject(new ConnectorError('connectionBroken', 'lost'));   // it may have been done
    expect(await outcome(world.facade, remove())).toMatch(/connectionBroken/);
    world.inner.onPerform = async () => undefined;
    for (const operation of [update({ __ENABLE__: false }), update({ __NAME__: 'n2' }), update({ __PASSWORD__: 'x' })]) expect(await outcome(world.facade, operation)).toBe('done');
    expect(await outcome(world.facade, update({ mail: 'x' }))).toBe('done');
    expect(await outcome(world.facade, remove())).toMatch(/the brake few has tripped at ldap\.corp\.example:389/);
    expect(world.events.map(({ kind }) => kind)).toEqual(['policy-loaded', 'brake-tripped']);
    expect(world.live.status().brakes).toEqual([expect.objectContaining({ brake: 'few', tripped: expect.any(String) as string })]);
  });
});
