import { describe, expect, it } from 'vitest';
import { WriteGathering, type WriteTogether } from '../../../../connectors/engines/rest/writes-together.js';
import { ManualTimers } from '../../../support/manual-timers.js';

const MOST = { writes: 10, bytes: 100_000 };
const write = (path: string): WriteTogether => ({ method: 'PATCH', path, headers: new Map(), json: { active: true } });

describe('writes that wait for each other when the configuration is given up', () => {
  it('all fail, the first one and those that joined it', async () => {
    const over = new AbortController();
    const gathering = new WriteGathering(new ManualTimers(), over.signal);
    const answers = ['/Users/1', '/Users/2', '/Users/3'].map((path) => gathering.answer(write(path), MOST, () => Promise.reject(new Error('nothing is to be sent')), new AbortController().signal));
    over.abort(new Error('given up'));
    expect(await Promise.allSettled(answers)).toEqual(answers.map(() => ({ status: 'rejected', reason: new Error('given up') })));
  });
});
