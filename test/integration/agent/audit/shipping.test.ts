import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { secondFile } from '../../../../agent/audit/shipping/second-file.js';
import { syslogStream, type SyslogStreamOptions } from '../../../../agent/audit/shipping/syslog-stream.js';
import { syslogUdp } from '../../../../agent/audit/shipping/syslog-udp.js';
import type { Sink } from '../../../../agent/audit/shipping/sink.js';
import type { AuditLogOptions } from '../../../../agent/audit/open-audit-log.js';
import { AuditWorld, deletion } from '../../../support/audit-world.js';
import { SyslogReceiver, udpReceiver } from '../../../support/syslog-receiver.js';
import { until } from '../../../support/until.js';
import { issueTlsFiles, type TlsFiles } from '../../../targets/tls-files.js';

let world: AuditWorld;
let receivers: SyslogReceiver[];
beforeEach(async () => {
  world = await AuditWorld.make();
  receivers = [];
});
afterEach(async () => {
  await Promise.all(receivers.map((receiver) => receiver.stop()));
  await world.remove();
});

async function receiver(...tls: ConstructorParameters<typeof SyslogReceiver>): Promise<SyslogReceiver> {
  const made = new SyslogReceiver(...tls);
  receivers.push(made);
  await made.start();
  return made;
}

const to = (sink: Sink, content: 'lines' | 'anchors' = 'lines'): Partial<AuditLogOptions> => ({ shipping: [{ name: 'siem', content, sink }] });
const tcp = ({ port }: SyslogReceiver, more: Partial<SyslogStreamOptions> = {}): Sink => syslogStream({ host: '127.0.0.1', port, facility: 'local4', tls: undefined, ...more });
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('syslog over TCP', () => {
  it('gets every line as a message of RFC 5424, the text of the file unchanged', async () => {
    const siem = await receiver();
    const log = await world.open(to(tcp(siem)));
    await log.operation(deletion('u1'));
    await log.operation(deletion('u2', { outcome: 'refused', rule: 'no-deletes' }));
    await until(() => siem.messages.length >= 3, 'three messages');
    expect(siem.problems).toEqual([]);
    expect(siem.messages.map(({ text }) => text)).toEqual(await world.lines('audit-00000001.jsonl'));
    expect(siem.messages[1]).toMatchObject({ priority: 20 * 8 + 5, app: 'causeway', id: 'operation', data: '[meta sequenceId="2"]', pid: String(process.pid) });
    expect(siem.messages[1]?.timestamp).toBe((await world.records())[1]!['at']);
    expect(siem.messages[2]?.priority).toBe(20 * 8 + 4);
  });

  it('is not fooled by a value that looks like the end of a message and a new one', async () => {
    const siem = await receiver();
    const log = await world.open(to(tcp(siem)));
    await log.operation(deletion('u\n<13>1 - - - - - - forged', { principal: '\r\n25 <13>1 - - - - - - forged', name: '\u0000]"\u2028' }));
    await until(() => siem.messages.length >= 2, 'two messages');
    expect(siem.problems).toEqual([]);
    expect(siem.messages).toHaveLength(2);
    expect(JSON.parse(siem.messages[1]!.text)).toMatchObject({ uid: 'u\n<13>1 - - - - - - forged', name: '\u0000]"\u2028' });
  });

  it('loses no line to a receiver that is away, cuts connections, and comes back', async () => {
    const siem = await receiver();
    const log = await world.open({ ...to(tcp(siem)), rotateSize: 20_000 });
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 50; n++) await log.operation(deletion(`u${round}-${n}`));
      siem.cut();
      await siem.stop();
      for (let n = 0; n < 50; n++) await log.operation(deletion(`v${round}-${n}`));
      await siem.start();
    }
    await log.event({ kind: 'last-event' });
    const { sequence } = log.status();
    await until(() => siem.sequences.length >= sequence, 'every line', 30_000);
    expect(siem.sequences).toEqual(upTo(sequence));
    expect(siem.problems).toEqual([]);
  });

  it('sends again what may have been lost with a connection, and goes on where it was after a restart', async () => {
    const siem = await receiver();
    let log = await world.open(to(tcp(siem)));
    for (let n = 0; n < 10; n++) await log.operation(deletion(`u${n}`));
    await until(() => siem.messages.length >= 11, 'eleven messages');
    await log.close();                                  // ended in peace: all of it has arrived
    log = await world.open(to(tcp(siem)));
    await log.operation(deletion('after'));
    await until(() => siem.messages.length >= 12, 'the twelfth');
    expect(siem.messages.map(({ text }) => (JSON.parse(text) as { seq: number }).seq)).toEqual(upTo(12));
    siem.cut();
    await until(() => siem.connections >= 3, 'a new connection');
    await until(() => siem.messages.length >= 13, 'the last line once more');
    expect(siem.sequences).toEqual(upTo(12));
  });

  it('never holds an operation up: a receiver that takes nothing', async () => {
    const siem = new SyslogReceiver();
    siem.deaf = true;
    receivers.push(siem);
    await siem.start();
    const log = await world.open(to(tcp(siem)));
    for (let n = 0; n < 200; n++) await log.operation(deletion('x'.repeat(900)));
    expect(log.status()).toMatchObject({ writable: true, waiting: 0, sequence: 201 });
    await until(() => log.status().shipping[0]!.behind > 0, 'the status to tell');
    const before = performance.now();
    await log.close();
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it('ships only anchors and beginnings of files where it is told so', async () => {
    const siem = await receiver();
    const log = await world.open({ ...to(tcp(siem), 'anchors'), anchorInterval: 200 });
    for (let n = 0; n < 20; n++) await log.operation(deletion(`u${n}`));
    await until(() => siem.messages.length >= 2, 'an anchor');
    expect(siem.messages.map(({ id }) => id)).toEqual(['file-begun', 'audit-anchor']);
  });

  it('tells of files that were gone before they were shipped, and ships the rest', async () => {
    const siem = await receiver();
    await siem.stop();
    let log = await world.open({ ...to(tcp(siem)), rotateSize: 2000 });
    for (let n = 0; n < 40; n++) await log.operation(deletion(`u${n}`));
    await log.close();
    const files = await world.files();
    for (const file of files.slice(0, 2)) await rm(join(world.path, file));
    const kept = (await world.records()).map(({ seq }) => seq);
    await siem.start();
    log = await world.open(to(tcp(siem)));
    await until(() => siem.messages.some(({ text }) => text.includes('"kind":"audit-shipping-gap"')), 'the gap to be told');
    expect(siem.sequences.slice(0, kept.length)).toEqual(kept);
    expect((await world.records()).at(-1)).toMatchObject({ kind: 'audit-shipping-gap', detail: { shipping: 'siem', from: files[0], to: files[1] } });
  });
});

describe('syslog over TLS', () => {
  let tls: TlsFiles;
  let directory: AuditWorld;
  beforeAll(async () => {
    directory = await AuditWorld.make();
    tls = await issueTlsFiles(directory.directory);
  });
  afterAll(() => directory.remove());
  const server = async () => ({ cert: await readFile(tls.certificateFile), key: await readFile(tls.keyFile) });

  it('delivers to a receiver whose certificate is in order', async () => {
    const siem = await receiver(await server());
    const log = await world.open(to(tcp(siem, { host: 'localhost', tls: { ca: tls.caFile } })));
    await log.operation(deletion('u1'));
    await until(() => siem.messages.length >= 2, 'two messages');
    expect(siem.sequences).toEqual([1, 2]);
  });

  it('shows its own certificate to a receiver that wants one', async () => {
    const siem = await receiver({ ...await server(), requestCert: true, rejectUnauthorized: true, ca: await readFile(tls.caFile) });
    const log = await world.open(to(tcp(siem, { host: 'localhost', tls: { ca: tls.caFile, certificate: tls.clientCertificateFile, key: tls.clientKeyFile } })));
    await log.operation(deletion('u1'));
    await until(() => siem.messages.length >= 2, 'two messages');
  });

  it.each<[string, (files: TlsFiles) => SyslogStreamOptions['tls'], RegExp]>([
    ['an authority nobody trusts', () => ({}), /certificate|self.signed|issuer/i],
    ['another name', (files) => ({ ca: files.caFile, serverName: 'other.example' }), /altnames|does not match/i],
  ])('sends nothing to a receiver with a certificate of %s', async (_title, options, why) => {
    const siem = await receiver(await server());
    const log = await world.open(to(tcp(siem, { host: 'localhost', tls: options(tls) })));
    await log.operation(deletion('u1'));
    await until(() => log.status().shipping[0]!.problem !== '', 'a problem');
    expect(log.status().shipping[0]!.problem).toMatch(why);
    expect(siem.messages).toEqual([]);
    expect(world.log.at('warn').join()).toContain('cannot be shipped');
  });
});

describe('syslog over UDP', () => {
  it('sends one datagram a line', async () => {
    const siem = await udpReceiver();
    const log = await world.open(to(syslogUdp({ host: '127.0.0.1', port: siem.port, facility: 'audit' })));
    await log.operation(deletion('u1'));
    await until(() => siem.messages.length >= 2, 'two datagrams');
    expect(siem.messages.map(({ text }) => text)).toEqual(await world.lines('audit-00000001.jsonl'));
    await log.close();
    await siem.close();
  });
});

describe('a second file', () => {
  it('is a copy of the lines, gone on with after a restart', async () => {
    const copy = join(world.directory, 'copy.jsonl');
    for (let start = 0; start < 2; start++) {
      const log = await world.open({ ...to(secondFile(copy)), rotateSize: 1500 });
      for (let n = 0; n < 8; n++) await log.operation(deletion(`u${n}`));
      await log.close();
    }
    const lines = (await Promise.all((await world.files()).map((file) => world.lines(file)))).flat();
    expect((await readFile(copy, 'latin1')).split('\n').slice(0, -1)).toEqual(lines);
  });
});

describe('retention', () => {
  it('keeps what is not shipped yet, until the files together become too large', async () => {
    const siem = await receiver();
    await siem.stop();
    const log = await world.open({ ...to(tcp(siem)), rotateSize: 2000, retention: { keepFiles: 2, keepSize: 20_000 } });
    for (let n = 0; n < 30; n++) await log.operation(deletion(`u${n}`));
    expect((await world.files())[0]).toBe('audit-00000001.jsonl');
    for (let n = 0; n < 100; n++) await log.operation(deletion(`u${n}`));
    await until(async () => (await world.files())[0] !== 'audit-00000001.jsonl', 'the oldest file to go');
    expect((await world.records()).some((line) => line['kind'] === 'files-removed' && (line['detail'] as { unshipped: boolean }).unshipped)).toBe(true);
    await siem.start();
    await until(() => siem.messages.some(({ text }) => text.includes('audit-shipping-gap')), 'the gap to be told', 30_000);
    expect(world.log.at('error').join()).toContain('gone before they were shipped');
    await log.close();
  });
});
