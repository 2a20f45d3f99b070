import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keyFilesOf, watchKeyFiles } from '../../../../agent/transport/key-files-watch.js';
import { until } from '../../../support/until.js';

let directory: string;
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'causeway-key-files-')); });
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Every sleep ends at once, after the turn of everything else. */
const hurriedClock = { sleep: (_milliseconds: number, signal?: AbortSignal) => new Promise<void>((resolve, reject) => { setTimeout(() => { if (signal?.aborted === true) reject(new Error('aborted')); else resolve(); }, 1); }) };

it('tells of a certificate that was replaced, appeared or went, once each, and of nothing else', async () => {
  const [certificate, key] = [join(directory, 'agent.crt'), join(directory, 'agent.key')];
  await writeFile(certificate, 'first');
  let told = 0;
  const stop = new AbortController();
  const watching = watchKeyFiles([certificate, key], () => { told++; }, hurriedClock, stop.signal);
  await new Promise((resolve) => { setTimeout(resolve, 30); });
  expect(told).toBe(0);
  await writeFile(join(directory, 'next'), 'second, of another length');
  await rename(join(directory, 'next'), certificate);
  await until(() => told === 1, 'the new certificate to be noticed');
  await writeFile(key, 'key');
  await until(() => told >= 2, 'the key to be noticed');
  const before = told;
  await rm(certificate);
  await until(() => told > before, 'the missing certificate to be noticed');
  stop.abort();
  await watching;
});

it('looks at the files of every controller, each once', () => {
  const tls = { ca: 'ca.crt', certificate: 'a.crt', key: 'a.key' };
  const config = { tls, controllers: [{ tls: { ...tls, certificate: 'b.crt', pkcs12: 'b.p12' } }, {}] };
  expect(keyFilesOf(config as never)).toEqual(['ca.crt', 'a.crt', 'a.key', 'b.crt', 'b.p12']);
});
