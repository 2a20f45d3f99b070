import { describe, expect, it } from 'vitest';
import { FrameFlow } from '../../../../protocol/session/frame-flow.js';

interface Write { readonly frames: readonly Uint8Array[]; done(): void; fail(error: Error): void }

/** A flow whose writes the test ends by hand. */
function start(): { readonly flow: FrameFlow; readonly writes: Write[] } {
  const writes: Write[] = [];
  const flow = new FrameFlow((frames) => new Promise<void>((resolve, reject) => { writes.push({ frames, done: resolve, fail: reject }); }));
  return { flow, writes };
}

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

async function isResolved(promise: Promise<unknown>): Promise<boolean> {
  let resolved = false;
  promise.then(() => { resolved = true; }, () => undefined);
  await turn();
  await turn();
  return resolved;
}

const frame = (bytes: number): Uint8Array => new Uint8Array(bytes);

describe('frames on their way', () => {
  it('hands over in one go what came in one turn, in its order', async () => {
    const { flow, writes } = start();
    const frames = [frame(1), frame(2), frame(3)];
    for (const each of frames) expect(flow.add(each)).toBeUndefined();
    expect(writes).toEqual([]);
    await turn();
    expect(writes.map((write) => write.frames)).toEqual([frames]);
  });

  it('does not wait for the end of the turn when much is there', () => {
    const { flow, writes } = start();
    void flow.add(frame(10_000));
    void flow.add(frame(10_000));
    expect(writes).toHaveLength(1);
  });

  it('lets more come while less than 64 KiB are on their way, and again when some have been flushed', async () => {
    const { flow, writes } = start();
    let room: Promise<void> | undefined;
    let taken = 0;
    for (; room === undefined; taken += 10_000) room = flow.add(frame(10_000));
    expect(taken).toBeGreaterThan(50_000);
    expect(taken).toBeLessThan(80_000);
    expect(await isResolved(room)).toBe(false);
    writes[0]!.done();
    expect(await isResolved(room)).toBe(true);
  });

  it('bounds the number of small frames as well', () => {
    const { flow } = start();
    let taken = 0;
    while (flow.add(frame(0)) === undefined && taken < 100_000) taken++;
    expect(taken).toBeLessThan(2_000);
  });

  it('waits for one frame that is larger than all the room', async () => {
    const { flow, writes } = start();
    const room = flow.add(frame(1_000_000))!;
    expect(await isResolved(room)).toBe(false);
    writes[0]!.done();
    expect(await isResolved(room)).toBe(true);
  });

  it('a failed write is thrown at the next frame and at the end, and is not counted as flushed', async () => {
    const { flow, writes } = start();
    void flow.add(frame(1));
    flow.flush();
    void flow.add(frame(1));
    flow.flush();
    writes[0]!.done();
    writes[1]!.fail(new Error('socket gone'));
    await turn();
    const next = flow.add(frame(1));
    await expect(next).rejects.toThrow('socket gone');
    writes[2]!.fail(new Error('later'));
    await expect(flow.settled()).rejects.toThrow('socket gone');
    await flow.idle();
    expect(flow.flushed).toBe(1);
  });

  it('is settled only when the last frame has left, those included that waited for the end of the turn', async () => {
    const { flow, writes } = start();
    void flow.add(frame(1));
    flow.flush();
    void flow.add(frame(1));
    const settled = flow.settled();
    expect(writes).toHaveLength(2);
    writes[0]!.done();
    expect(await isResolved(settled)).toBe(false);
    writes[1]!.done();
    expect(await isResolved(settled)).toBe(true);
    expect(flow.flushed).toBe(2);
  });
});
