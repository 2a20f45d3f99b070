import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, it } from 'vitest';
import { searchHeap, type SearchedHeap } from '../../secret-search/heap-snapshot.js';
import { PatternSet } from '../../secret-search/pattern-search.js';

const HELD = 'wN4cHs9XbTq2Vk7JmRz5Gd8P';
const PART = 'zK8tMv3QxFw6Yb2LcSp9Hr4D';
const GONE = 'pD7nGj5BkWv9Xt3RmZq8Lc2F';

/** Secrets put together at run time, so that the source of the thread does not hold them. */
const CODE = `
const make = (a, b) => Buffer.from(a + b).toString('latin1');
class Session { constructor() { this.headers = { authorization: make(${halves(HELD)}) }; } }
globalThis.session = new Session();
globalThis.kept = { line: 'the password is ' + make(${halves(PART)}) + ' and more of it' };
globalThis.left = { text: make(${halves(GONE)}) };
globalThis.left = undefined;
setInterval(() => undefined, 1000);
require('node:worker_threads').parentPort.postMessage('ready');`;

function halves(text: string): string {
  return `${JSON.stringify(text.slice(0, 12))}, ${JSON.stringify(text.slice(12))}`;
}

let searched: SearchedHeap;
const pathsOf = (owner: number): string[] => searched.hits.filter((hit) => hit.owner === owner).map(({ path }) => path);

beforeAll(async () => {
  const worker = new Worker(CODE, { eval: true });
  await once(worker, 'message');
  const parts: Buffer[] = [];
  for await (const part of await worker.getHeapSnapshot()) parts.push(part as Buffer);
  await worker.terminate();
  const patterns = new PatternSet();
  [HELD, PART, GONE].forEach((secret, owner) => patterns.add(Buffer.from(secret), owner));
  searched = searchHeap(Buffer.concat(parts).toString(), patterns);
}, 60_000);

describe('the search of a heap snapshot', () => {
  it('names what holds a secret text, by the way from a root', () => {
    expect(searched.texts).toBeGreaterThan(1000);
    expect(pathsOf(0)).toEqual([expect.stringMatching(/session.*Session\.headers \/ Object\.authorization$/)]);
  });

  it('finds a part of a longer text that was put together, with what holds the whole', () => {
    expect(pathsOf(1)).toEqual([expect.stringMatching(/kept.*Object\.line( \/ text\.\w+)+$/)]);
  });

  it('finds nothing that is not held any more', () => {
    expect(pathsOf(2)).toEqual([]);
  });
});
