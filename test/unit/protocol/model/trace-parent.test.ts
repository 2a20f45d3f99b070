import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTraceParent, parseTraceParent } from '../../../../protocol/model/index.js';

const hex = (length: number) => fc.string({ unit: fc.constantFrom(...[...Array(16).keys()].map((digit) => digit.toString(16))), minLength: length, maxLength: length }).filter((text) => !/^0+$/.test(text));

describe('traceparent', () => {
  // W3C Trace Context, sections 3.2.2 and 3.2.4 (https://www.w3.org/TR/trace-context/#examples-of-http-traceparent-headers).
  it.each([
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', true],
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00', false],
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03', true],
    ['cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-will-be-like', true],
    ['cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', true],
  ])('%s', (text, isSampled) => {
    expect(parseTraceParent(text)).toEqual({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', isSampled });
  });

  it.each([
    ['nothing', undefined], ['an empty one', ''],
    ['version ff', 'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    ['more than version 00 has', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more'],
    ['more without a hyphen', 'cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more'],
    ['a trace id of zeros', '00-00000000000000000000000000000000-00f067aa0ba902b7-01'],
    ['a span id of zeros', '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01'],
    ['capitals', '00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01'],
    ['a short trace id', '00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01'],
    ['blanks', ' 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    ['a line break at its end', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n'],
    ['two of them', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01,00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    ['a long one', `cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-${'x'.repeat(1_000_000)}`],
    ['a log line', '{"level":30}'],
  ])('is ignored where it is none: %s', (_title, text) => {
    expect(parseTraceParent(text)).toBeUndefined();
  });

  it('is read as it was written', () => {
    fc.assert(fc.property(hex(32), hex(16), fc.boolean(), (traceId, spanId, isSampled) => {
      expect(parseTraceParent(formatTraceParent({ traceId, spanId, isSampled }))).toEqual({ traceId, spanId, isSampled });
    }));
  });

  it('whatever comes, it is none or well-formed', () => {
    fc.assert(fc.property(fc.string(), (text) => {
      const parsed = parseTraceParent(text);
      expect(parsed === undefined || (/^[0-9a-f]{32}$/.test(parsed.traceId) && /^[0-9a-f]{16}$/.test(parsed.spanId))).toBe(true);
    }));
  });
});
