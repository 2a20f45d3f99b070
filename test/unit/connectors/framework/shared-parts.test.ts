import { describe, expect, it } from 'vitest';
import { SharedParts } from '../../../../connectors/framework/facade/shared-parts.js';

const nothing = async (): Promise<void> => undefined;

describe('what the sessions of one facade share', () => {
  it('is made once for all who ask for the name', async () => {
    const parts = new SharedParts();
    let made = 0;
    const make = async (): Promise<number> => ++made;
    expect(await Promise.all([parts.take('client', make, nothing), parts.take('client', make, nothing), parts.take('other', make, nothing)])).toEqual([1, 1, 2]);
  });

  it('is made anew after a failure', async () => {
    const parts = new SharedParts();
    await expect(parts.take('client', async () => { throw new Error('refused'); }, nothing)).rejects.toThrow('refused');
    expect(await parts.take('client', async () => 'there', nothing)).toBe('there');
  });

  it('is closed once, that which is still being made included; nothing is made afterwards', async () => {
    const parts = new SharedParts();
    const closed: string[] = [];
    let arrive: (value: string) => void = () => undefined;
    let stopped = false;
    await parts.take('ready', async () => 'ready', async (value) => { closed.push(value); throw new Error('already gone'); });
    const late = parts.take('late', (signal) => new Promise<string>((resolve) => { signal.addEventListener('abort', () => { stopped = true; }); arrive = resolve; }), async (value) => { closed.push(value); });
    const closing = parts.close();
    arrive('late');
    await Promise.all([closing, late, parts.close()]);
    expect(stopped).toBe(true);
    expect(closed.sort()).toEqual(['late', 'ready']);
    await expect(parts.take('more', async () => 'more', nothing)).rejects.toMatchObject({ kind: 'connectionBroken' });
  });
});
