import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { MetricsRegistry } from '../../../../../deploy/runtime/metrics/metrics-registry.js';
import { OperationMetrics } from '../../../../../deploy/runtime/metrics/operation-metrics.js';
import { ConnectorError, ERROR_KINDS, type ErrorKind } from '../../../../../protocol/model/index.js';
import { Scrape } from '../../../../support/prometheus-text.js';

function setUp() {
  const registry = new MetricsRegistry('t_');
  let now = 0;
  const failures: unknown[] = [];
  const metrics = new OperationMetrics(registry, { subject: 'connector', now: () => now, onFailed: (error) => failures.push(error) });
  const scrape = async (): Promise<Scrape> => new Scrape((await registry.exposition(() => metrics.fill())).body);
  return { metrics, failures, scrape, pass: (milliseconds: number) => { now += milliseconds; } };
}

describe('the figures of operations', () => {
  it('count each by how it ended, and time it', async () => {
    const { metrics, failures, scrape, pass } = setUp();
    const search = metrics.begin('ldap', 'search', '__ACCOUNT__');
    pass(40);
    search.entries(256);
    search.entries(44);
    search.ended('ok', undefined);
    const failure = new ConnectorError('unknownUid', 'nobody');
    metrics.begin('ldap', 'get', '__ACCOUNT__').ended('failed', failure);
    metrics.begin('ldap', 'search', '__ACCOUNT__').ended('left', new ConnectorError('connector', 'cancelled'));
    metrics.begin('ldap', 'test', undefined).ended('failed', new TypeError('a defect'));
    const page = await scrape();
    expect(page.samples('t_operations_total').map(({ labels, value }) => ({ ...labels, value }))).toEqual([
      { connector: 'ldap', operation: 'search', object_class: '__ACCOUNT__', outcome: 'ok', error: 'none', value: 1 },
      { connector: 'ldap', operation: 'search', object_class: '__ACCOUNT__', outcome: 'left', error: 'none', value: 1 },
      { connector: 'ldap', operation: 'get', object_class: '__ACCOUNT__', outcome: 'failed', error: 'unknownUid', value: 1 },
      { connector: 'ldap', operation: 'test', object_class: 'none', outcome: 'failed', error: 'unexpected', value: 1 },
    ]);
    expect(page.value('t_entries_returned_total', { connector: 'ldap', operation: 'search' })).toBe(300);
    expect(page.value('t_operation_duration_seconds_bucket', { operation: 'search', le: '0.025' })).toBe(1); // the one that was left at once
    expect(page.value('t_operation_duration_seconds_bucket', { operation: 'search', le: '0.05' })).toBe(2);
    expect(page.value('t_operation_duration_seconds_sum', { operation: 'search' })).toBeCloseTo(0.04);
    expect(failures[0]).toBe(failure);
  });

  it('show what is under way', async () => {
    const { metrics, scrape } = setUp();
    const [one, two] = [metrics.begin('csv', 'search', 'x'), metrics.begin('csv', 'search', 'x')];
    expect((await scrape()).value('t_operations_running')).toBe(2);
    one.entries(5);
    one.ended('ok', undefined);
    const page = await scrape();
    expect(page.value('t_operations_running')).toBe(1);
    expect(page.value('t_entries_returned_total')).toBe(5);
    two.ended('left', undefined);
    expect((await scrape()).value('t_operations_running')).toBe(0);
  });

  it('tell of operations that ran elsewhere at their end', async () => {
    const { metrics, scrape } = setUp();
    metrics.note('org.example.SapConnector', 'search', { outcome: 'ok', error: undefined, milliseconds: 2_000, entries: 7 });
    const page = await scrape();
    expect(page.value('t_operations_total', { connector: 'org.example.SapConnector', object_class: 'none' })).toBe(1);
    expect(page.value('t_entries_returned_total')).toBe(7);
    expect(page.value('t_operation_duration_seconds_sum')).toBe(2);
  });

  it('give an object class no label before an operation on it was successful', async () => {
    const { metrics, scrape } = setUp();
    for (const objectClass of ['uid=jdoe,ou=people', 'jdoe', 'hunter2']) metrics.begin('ldap', 'search', objectClass).ended('failed', new ConnectorError('illegalArgument', 'no such class'));
    metrics.begin('ldap', 'search', '__GROUP__').ended('failed', new ConnectorError('connectionFailed', 'down'));
    const page = await scrape();
    expect(page.value('t_operations_total', { object_class: 'other', error: 'illegalArgument' })).toBe(3);
    expect(page.value('t_operations_total', { object_class: '__GROUP__' })).toBe(1);
    expect([...page.labelValues()].filter((value) => /jdoe|hunter2/.test(value))).toEqual([]);
  });

  it('hold under a flood: the first 50 classes of a connector and the first 100 connectors are told apart', async () => {
    const { metrics, scrape } = setUp();
    for (let index = 0; index < 5_000; index++) metrics.begin('memory', 'get', `class${index}`).ended('ok', undefined);
    for (let index = 0; index < 1_000; index++) metrics.begin(`connector${index}`, 'get', undefined).ended('ok', undefined);
    const page = await scrape();
    expect(page.samples('t_operations_total').length).toBeLessThan(50 + 1 + 100 + 1);
    expect(page.sum('t_operations_total')).toBe(6_000);
    expect(page.value('t_operations_total', { connector: 'memory', object_class: 'other' })).toBe(5_000 - 46); // 46: __ACCOUNT__, __GROUP__, __ALL__ and none have places, too
    expect(page.samples('t_operation_duration_seconds_count').length).toBe(101);
  });

  it('never show a text that is no name, whatever it is', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ minLength: 1 }), async (text) => {
      const { metrics, scrape } = setUp();
      metrics.begin(text, 'get', text).ended('ok', undefined);
      const page = await scrape();
      const label = page.samples('t_operations_total')[0]!.labels['object_class']!;
      expect(label === 'other' || (label === text && /^[\w.$-]+$/.test(text))).toBe(true);
    }), { numRuns: 200 });
  });

  it('have as many kinds of error as there are', async () => {
    const { metrics, scrape } = setUp();
    const kinds = Object.keys(ERROR_KINDS) as ErrorKind[];
    for (const kind of kinds) metrics.begin('x', 'get', undefined).ended('failed', new ConnectorError(kind, 'x', { remoteClass: `com.example.${kind}` }));
    expect((await scrape()).samples('t_operations_total').map(({ labels }) => labels['error'])).toEqual(kinds);
  });
});
