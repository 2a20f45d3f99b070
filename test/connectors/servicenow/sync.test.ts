import { beforeEach, describe, expect, it } from 'vitest';
import { Attribute, Name } from '../../../protocol/model/index.js';
import { failure, type ConnectorCaller } from '../../support/connector-caller.js';
import { connected } from '../../support/tested-service.js';
import type { FakeServiceNow } from './fake.js';
import { SERVICENOW } from './system.js';

let fake: FakeServiceNow;
let caller: ConnectorCaller;
beforeEach(async () => { ({ fake, caller } = await connected(SERVICENOW, { pageSize: 3 })); });

const at = (text: string): void => { fake.now = () => Date.parse(`${text.replace(' ', 'T')}Z`); };

describe('liveSync of ServiceNow', () => {
  it('[servicenow 14] gives changes since a token once, oldest first, with tokens that are dates and times; reconciliation reads the same', async () => {
    at('2018-02-25 11:29:15');
    const ids = Array.from({ length: 7 }, (_, index) => fake.add('sys_user', { email: `u${index}@x.org` }));
    const first = await caller.sync('user', null);
    expect(first.items.map(({ uid }) => uid.value).sort()).toEqual([...ids].sort());
    expect(first.end?.value).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect((await caller.sync('user', first.end!)).items).toEqual([]);
    at('2018-02-25 11:29:17');
    await caller.update('user', first.items[4]!.uid, Attribute.of('phone', '1'));
    at('2018-02-25 11:29:16');
    const uid = await caller.create('user', new Name('new@x.org'));
    const { items } = await caller.sync('user', { value: '2018-02-25 11:29:15' });
    expect(items.map((delta) => delta.uid.value)).toEqual([uid.value, first.items[4]!.uid.value]);
    expect(items.map(({ token }) => token.value)).toEqual(['2018-02-25 11:29:15', '2018-02-25 11:29:16']);
    expect(items[1]?.object?.get('phone')?.single).toBe('1');
    expect((await caller.search('user')).items).toHaveLength(8);
  });

  it('misses no change when one that was read changes again meanwhile', async () => {
    at('2018-02-25 11:29:15');
    const ids = Array.from({ length: 9 }, (_, index) => fake.add('sys_user', { email: `u${index}@x.org`, sys_id: String(index).repeat(32) }));
    fake.beforePage = (offset) => {
      if (offset !== 3) return;
      fake.now = Date.now;
      for (const id of ids.slice(0, 2)) fake.add('sys_user', { email: 'again@x.org', sys_id: id });
    };
    const { items } = await caller.sync('user', { value: '2018-02-25 11:29:14' });
    expect([...new Set(items.map(({ uid }) => uid.value))].sort()).toEqual(ids);
  });

  it('[servicenow 16] is refused for __ALL__', async () => {
    expect((await failure(caller.sync('__ALL__', null))).kind).toMatch(/^(unsupportedOperation|illegalArgument)$/);
  });

  it('says what is wrong with a token from elsewhere', async () => {
    const error = await failure(caller.sync('user', { value: '2018-02-275 11:29:15' }));
    expect([error.kind, error.message]).toEqual(['illegalArgument', expect.stringContaining('yyyy-MM-dd HH:mm:ss')]);
  });
});
