import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { managedObjectSet } from '../../../../controller/managed/managed-object-set.js';
import { objectSetOf } from '../../../../controller/managed/object-set-of.js';
import { SystemRegistry } from '../../../../controller/systems/system-registry.js';
import { startManaged, type ManagedWorld } from './start-managed.js';

const signal = new AbortController().signal;
const IDENTITY = { caller: 'recon', transactionId: 't' };
let world: ManagedWorld;
let set: ReturnType<typeof managedObjectSet>;
beforeEach(async () => {
  world = await startManaged();
  set = managedObjectSet('managed/user', world.part.objects, IDENTITY);
});
afterEach(() => world.stop());

describe('managed objects as one side of a mapping', () => {
  it('of a type that is not there fail, so that nobody takes them for an empty set', async () => {
    const missing = managedObjectSet('managed/robot', world.part.objects, IDENTITY);
    await expect(missing.query(undefined, undefined, signal).next()).rejects.toMatchObject({ code: 404 });
    await expect(missing.read('a', signal)).rejects.toMatchObject({ code: 404 });
    await expect(missing.delete('a', signal)).rejects.toMatchObject({ code: 404 });
    await expect(missing.create({}, signal)).rejects.toMatchObject({ code: 404 });
  });

  it('are checked by their schema, but not by the policies for people', async () => {
    await expect(set.create({ userName: 'a' }, signal)).rejects.toMatchObject({ code: 403, detail: { failedPolicyRequirements: [{ property: 'sn' }] } });
    await expect(set.create({ userName: 7, sn: 'x' }, signal)).rejects.toMatchObject({ code: 403 });
    const id = await set.create({ userName: 'a', sn: 'x', mail: 'no address', password: 'weak' }, signal);
    await expect(set.create({ userName: 'A', sn: 'x' }, signal)).rejects.toMatchObject({ code: 403 });
    await expect(set.update(id, { sn: 1 }, undefined, signal)).rejects.toMatchObject({ code: 403 });
  });

  it('are made, changed by the given properties only, and deleted', async () => {
    expect(await set.create({ _id: 'a', userName: 'a', sn: 'x', pin: '12' }, signal)).toBe('a');
    expect(await set.update('a', { sn: 'y' }, undefined, signal)).toBe('a');
    const read = await set.read('a', signal);
    expect(read).toMatchObject({ _id: 'a', userName: 'a', sn: 'y', pin: { $crypto: { type: 'x-simple-encryption' } } });
    await expect(set.update('a', { sn: 'z' }, 'another', signal)).rejects.toMatchObject({ code: 412 });
    await expect(set.update('none', { sn: 'z' }, undefined, signal)).rejects.toMatchObject({ code: 404 });
    expect([await set.delete('a', signal), await set.delete('a', signal), await set.read('a', signal)]).toEqual([true, false, undefined]);
    expect(world.changes.map(({ kind }) => kind)).toEqual(['create', 'update', 'delete']);
  });

  it('stream in batches, each object once, while others come and go', async () => {
    for (let index = 0; index < 1_100; index += 1) await world.part.objects.store.insert('user', { id: `u${String(index).padStart(4, '0')}`, content: { userName: `u${index}`, sn: 'x', pin: 'p' } }, [], signal);
    const seen: string[] = [];
    for await (const object of set.query({ kind: 'compare', operator: 'eq', pointer: ['sn'], value: 'X' }, ['userName'], signal)) {
      if (seen.length === 0) {
        expect(Object.keys(object)).toEqual(['_id', '_rev', 'userName']);
        await set.delete('u1099', signal);
        await set.create({ _id: 'u0000a', userName: 'new', sn: 'x' }, signal);
      }
      seen.push(object._id);
    }
    expect([seen.filter((id) => id !== 'u0000a').length, new Set(seen).size === seen.length, seen.includes('u1099')]).toEqual([1_099, true, false]);
    const stop = new AbortController();
    await expect((async () => {
      for await (const object of set.query(undefined, [], stop.signal)) if (object._id !== '') stop.abort(new Error('stopped'));
    })()).rejects.toThrow('stopped');
  });

  it('are found by their id or their userName', async () => {
    await set.create({ _id: 'a', userName: 'Alice', sn: 'x' }, signal);
    expect([await set.named({ _id: 'a' }, signal), await set.named({ userName: 'alice' }, signal), await set.named({ _id: 'b' }, signal), await set.named({ userName: 'bob' }, signal), await set.named({}, signal)]).toEqual(['a', 'a', undefined, undefined, undefined]);
  });
});

describe('object sets by name', () => {
  it('are systems and managed objects, and nothing else', () => {
    const places = { registry: new SystemRegistry(world.folder, undefined as never), managed: () => world.part.objects };
    expect(objectSetOf('managed/user', places, IDENTITY).name).toBe('managed/user');
    expect(objectSetOf('system/ldap/account', places, IDENTITY).name).toBe('system/ldap/account');
    for (const name of ['managed', 'managed/', 'managed/a/b', 'system/ldap', 'repo/x', '']) expect(() => objectSetOf(name, places, IDENTITY)).toThrow('is no object set');
  });
});
