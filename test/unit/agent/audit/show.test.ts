import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lineText, selectLines, type ShowFilter } from '../../../../agent/audit/read/show.js';
import { AuditWorld, deletion } from '../../../support/audit-world.js';

let world: AuditWorld;
beforeEach(async () => { world = await AuditWorld.make(); });
afterEach(() => world.remove());

async function shown(filter: ShowFilter): Promise<unknown[]> {
  const lines = [];
  for await (const line of selectLines(world.path, filter)) lines.push(line['uid'] ?? line['kind']);
  return lines;
}

describe('lines are shown', () => {
  it.each<[string, ShowFilter, unknown[]]>([
    ['all of them, oldest first', {}, ['file-begun', 'u1', 'u2', 'u3', 'some-event']],
    ['by kind of operation', { operation: 'delete' }, ['u1', 'u3']],
    ['by kind of event', { operation: 'some-event' }, ['some-event']],
    ['by uid, in any case', { object: 'U1' }, ['u1']],
    ['by the name of the object', { object: 'anna' }, ['u2']],
    ['by the uid a rename gave', { object: 'u9' }, ['u2']],
    ['by outcome and object class', { outcome: 'refused', objectClass: '__GROUP__' }, ['u3']],
    ['by connector', { connector: 'csv' }, ['u3']],
    ['by who asked', { principal: 'other' }, ['u2']],
    ['by operation id, with everything made of it', { operationId: 'op-1' }, ['u1', 'u2']],
    ['not by the beginning of another id', { operationId: 'op' }, []],
    ['from a time on', { from: Date.now() + 60_000 }, []],
    ['up to a time', { to: Date.now() - 60_000 }, []],
  ])('%s', async (_title, filter, expected) => {
    const log = await world.open();
    await log.operation(deletion('u1', { operationId: 'op-1' }));
    await log.operation(deletion('u2', { operation: 'update', newUid: 'u9', name: 'anna', principal: 'other', operationId: 'op-1/f00' }));
    await log.operation(deletion('u3', { connector: 'csv', outcome: 'refused', objectClass: '__GROUP__' }));
    await log.event({ kind: 'some-event' });
    await log.close();
    expect(await shown(filter)).toEqual(expected);
  });

  it('without letting a value play tricks on a terminal', () => {
    const text = lineText({ at: 't', seq: 1, kind: 'operation', operation: 'delete', outcome: 'ok', uid: 'a\u001b[2Jb\nc\u202ed', name: 'Müller' });
    expect(text).toBe('t #1 delete ok uid=a\\u001b[2Jb\\u000ac\\u202ed name=Müller');
  });
});
