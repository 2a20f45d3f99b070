import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAuthority, writeIssued } from '../../../../../certs/index.js';
import { Collector, type CollectorOptions } from '../../../../support/otlp/collector.js';
import { secret } from '../../../../support/secret-values.js';
import { flushed, tracing } from './support.js';

async function collector(options: CollectorOptions = {}): Promise<Collector> {
  const made = await Collector.start(options);
  onTestFinished(() => made.close());
  return made;
}

const UNREACHABLE = 'http://127.0.0.1:9/v1/traces';

describe('an export', () => {
  it('that fails is told once, and once when it goes well again; nobody waits for it', async () => {
    const there = await collector({ status: (request) => (request < 3 ? 400 : 200) });
    const { telemetry, log } = tracing(there.url);
    let request = 0;
    while (there.spans.length === 0) {
      telemetry.tracer.start('one').end();
      await expect.poll(() => there.requests.length, { timeout: 5_000 }).toBeGreaterThan(request);
      request = there.requests.length;
    }
    await expect.poll(() => telemetry.status().exported).toBe(1);
    expect(log.entries.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'Traces cannot be exported. Operations go on; spans are dropped meanwhile.'], ['info', 'Traces are exported again.'],
    ]);
    expect(log.entries[0]).toMatchObject({ fields: { reason: 'the collector answered with status 400' } });
    expect(telemetry.status()).toMatchObject({ exported: 1, dropped: 3, waiting: 0, failure: undefined });
  });

  it('to nobody: what waits is bounded, the rest is dropped and counted', async () => {
    const { telemetry } = tracing(UNREACHABLE, { queueSize: 100, interval: 60_000, timeout: 500 });
    for (let count = 0; count < 1_000; count++) telemetry.tracer.start('one').end();
    expect(telemetry.status().waiting).toBeLessThanOrEqual(100);
    await flushed(telemetry);
    expect(telemetry.status()).toMatchObject({ exported: 0, dropped: 1_000, waiting: 0, failure: 'ECONNREFUSED' });
  });

  it('has the headers as they are at the time, and a secret that cannot be had is told by its name', async () => {
    const there = await collector();
    const token = secret('token for the collector');
    let isThere = true;
    const { telemetry, log } = tracing(there.url, { headers: async () => {
      if (!isThere) throw Object.assign(new Error('The secret file otlp.header cannot be read (ENOENT).'), { name: 'SecretError' });
      return { Authorization: `Bearer ${token}` };
    } });
    telemetry.tracer.start('one').end();
    await there.until((spans) => spans.length === 1, 'the first span');
    expect(there.requests[0]?.headers).toMatchObject({ authorization: `Bearer ${token}` });
    isThere = false;
    telemetry.tracer.start('two').end();
    await expect.poll(() => telemetry.status().failure).toBe('The secret file otlp.header cannot be read (ENOENT).');
    expect(JSON.stringify(log.entries)).not.toContain(token);
  });

  it('at the end: what waits leaves, as far as the time allows', async () => {
    const there = await collector();
    const { telemetry } = tracing(there.url, { interval: 60_000 });
    for (let count = 0; count < 700; count++) telemetry.tracer.start('one').end();
    await flushed(telemetry);
    expect(there.spans).toHaveLength(700);
  });

  it('to a collector that never answers holds up no end longer than it may', async () => {
    const there = await collector({ isSilent: true });
    const { telemetry } = tracing(there.url, { interval: 60_000, timeout: 60_000 });
    telemetry.tracer.start('one').end();
    const until = new AbortController();
    const closing = telemetry.close(until.signal);
    await expect.poll(() => there.requests.length).toBe(1);
    until.abort();
    await closing;
  });

  it('over TLS: to who can show a certificate of an authority that is trusted, and to nobody else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-otlp-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const authority = await createAuthority(join(folder, 'ca'));
    const files = await writeIssued(folder, 'collector', await authority.issueController({ names: ['127.0.0.1', 'localhost'] }), authority);
    const [cert, key, ca] = await Promise.all([files.certificate, files.key, files.ca].map((path) => readFile(path, 'utf8')));
    const there = await collector({ tls: { cert: cert!, key: key! } });
    const trusting = tracing(there.url, { ca });
    trusting.telemetry.tracer.start('one').end();
    await flushed(trusting.telemetry);
    expect(there.spans).toHaveLength(1);
    const strict = tracing(there.url, { timeout: 1_000 });
    strict.telemetry.tracer.start('two').end();
    await flushed(strict.telemetry);
    expect(strict.telemetry.status()).toMatchObject({ exported: 0, dropped: 1, failure: expect.stringMatching(/CERT|SELF_SIGNED|VERIFY/) as string });
    expect(there.spans).toHaveLength(1);
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', ({ url = '' }, socket) => {
      tunnels.push(url);
      const beyond = connect(Number(url.split(':')[1]), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        beyond.pipe(socket).pipe(beyond);
      });
      for (const end of [beyond, socket]) end.on('error', () => undefined);
      socket.on('close', () => { beyond.destroy(); });
    });
    await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve); });
    onTestFinished(() => { proxy.closeAllConnections(); proxy.close(); });
    const named = there.url.replace('127.0.0.1', 'localhost');
    const through = tracing(named, { ca, proxy: new URL(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`) });
    through.telemetry.tracer.start('three').end();
    await flushed(through.telemetry);
    expect(through.telemetry.status()).toMatchObject({ failure: undefined });
    expect([tunnels, there.spans.length]).toEqual([[new URL(named).host], 2]);
  });
});
