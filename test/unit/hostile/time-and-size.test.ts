import { describe, expect, it, vi } from 'vitest';
import { systemClock as agentClock } from '../../../agent/system-clock.js';
import { decodeResponse } from '../../../connectors/catalog/ldap/directory/response.js';
import { matchesPattern } from '../../../connectors/catalog/ldap/directory/tls.js';
import { parseAttributes } from '../../../connectors/catalog/ldap/sync/changelog/ldif-changes.js';
import { equalValues } from '../../../connectors/framework/value-comparison.js';
import { evaluateFilter } from '../../../connectors/framework/filter-evaluation.js';
import { parseJson, writeJson } from '../../../controller/crest/json.js';
import { Attribute, ConnectorError, ConnectorObject, IcfBigDecimal, Name, Uid } from '../../../protocol/model/index.js';
import { systemClock as sessionClock } from '../../../protocol/session/clock.js';

/** Far above what a linear pass takes, far below what a quadratic one would. */
const PATIENCE_MS = 1_500;

function milliseconds(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag, 0x84, content.length >>> 24, (content.length >> 16) & 0xff, (content.length >> 8) & 0xff, content.length & 0xff), content]);
}
const octets = (text: string): Buffer => Buffer.concat([Buffer.of(4, text.length), Buffer.from(text)]);

describe('input that is meant to keep a processor busy takes time in proportion to its length', () => {
  it('an LDAP entry that names one attribute 200,000 times', () => {
    const one = Buffer.concat([Buffer.of(0x30, 8), octets('a'), Buffer.of(0x31, 3), octets('x')]);
    const message = element(0x30, Buffer.of(2, 1, 1), element(0x64, octets('dc=x'), element(0x30, Buffer.concat(Array<Buffer>(200_000).fill(one)))));
    let values = 0;
    expect(milliseconds(() => {
      const { response } = decodeResponse(message);
      values = response.kind === 'entry' ? response.entry.attributes.get('a')?.values.length ?? 0 : 0;
    })).toBeLessThan(PATIENCE_MS);
    expect(values).toBe(200_000);
  });

  it('a change log entry with one attribute on 200,000 lines', () => {
    const ldif = 'a: x\n'.repeat(200_000);
    let values = 0;
    expect(milliseconds(() => { values = parseAttributes(ldif).get('a')?.length ?? 0; })).toBeLessThan(PATIENCE_MS);
    expect(values).toBe(200_000);
  });

  it.each([
    ['escaped quotes in a string that is never closed', `1234567890123456${'\\"'.repeat(400_000)}`],
    ['strings without end', `1234567890123456"${'\\\\'.repeat(400_000)}`],
    ['a number of eight million digits', `[${'9'.repeat(8_000_000)}]`],
  ])('JSON with %s', (_what, text) => {
    expect(milliseconds(() => {
      try {
        parseJson(text);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
      }
    })).toBeLessThan(PATIENCE_MS);
  });

  it('JSON of eight megabytes of escapes beside a long number is read', () => {
    let value: unknown;
    expect(milliseconds(() => { value = parseJson(`["${'a\\n\\"'.repeat(1_600_000)}", 12345678901234567890]`); })).toBeLessThan(PATIENCE_MS);
    expect((value as [string, bigint])[1]).toBe(12345678901234567890n);
  });

  it('a host name pattern of many stars on a long name', () => {
    expect(milliseconds(() => matchesPattern(`${'*a'.repeat(100)}b`, 'a'.repeat(20_000)))).toBeLessThan(PATIENCE_MS);
  });

  it('a filter that asks for 20,000 values of an attribute with 20,000', () => {
    const held = Array.from({ length: 20_000 }, (_, index) => `member${index}`);
    const group = new ConnectorObject('__GROUP__', [new Uid('g'), new Name('g'), new Attribute('member', held)]);
    const filter = { kind: 'containsAllValues', attribute: new Attribute('member', [...held].reverse()) } as const;
    expect(milliseconds(() => { expect(evaluateFilter(filter, group)).toBe(true); })).toBeLessThan(PATIENCE_MS);
    expect(evaluateFilter(filter, group, { ignoreCase: true })).toBe(true);
    expect(evaluateFilter({ ...filter, attribute: new Attribute('member', ['member1', 'MEMBER2']) }, group)).toBe(false);
    expect(evaluateFilter({ ...filter, attribute: new Attribute('member', ['member1', 'MEMBER2']) }, group, { ignoreCase: true })).toBe(true);
  });

  it('decimals whose scales lie as far apart as they may', () => {
    expect(milliseconds(() => equalValues(new IcfBigDecimal(1n, 10_000), new IcfBigDecimal(1n, -10_000), { ignoreCase: false }))).toBeLessThan(PATIENCE_MS);
  });
});

describe('numbers beyond what a timer or a double takes', () => {
  it.each([['session', sessionClock], ['agent', agentClock]])('a wait of more than 24 days does not end at once (%s clock)', async (_which, clock) => {
    const warned = vi.fn();
    process.on('warning', warned);
    try {
      const stop = new AbortController();
      let ended = 'waiting';
      const waiting = clock.sleep(2 ** 31, stop.signal).then(() => { ended = 'ended'; }, () => { ended = 'aborted'; });
      await new Promise((resolve) => { setTimeout(resolve, 30); });
      expect(ended).toBe('waiting');
      stop.abort();
      await waiting;
      expect(ended).toBe('aborted');
      expect(warned).not.toHaveBeenCalled();
    } finally {
      process.off('warning', warned);
    }
  });

  it('whole numbers beyond 2^53 keep every digit', () => {
    expect(writeJson(parseJson('{"id":9007199254740993,"least":-9223372036854775808,"text":"9007199254740993"}'))).toBe('{"id":9007199254740993,"least":-9223372036854775808,"text":"9007199254740993"}');
  });
});

describe('words from outside', () => {
  it('are cut in an error that would fill logs, audit and answers', () => {
    const error = new ConnectorError('connector', 'x'.repeat(1_000_000), { remoteClass: 'y'.repeat(1_000_000) });
    expect(error.message.length).toBeLessThan(9_000);
    expect(error.message).toMatch(/ \(991808 more characters\)$/);
    expect(error.javaClass.length).toBeLessThan(400);
  });
});
