import { describe, expect, it, onTestFinished } from 'vitest';
import { ConnectorError } from '../../../../../protocol/model/index.js';
import { startTelemetry } from '../../../../../deploy/runtime/telemetry/start-telemetry.js';
import { recordedLog } from '../../../../support/quiet-log.js';
import { Collector } from '../../../../support/otlp/collector.js';
import { flushed, tracing } from './support.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = `00-${TRACE}-00f067aa0ba902b7`;

async function collector(): Promise<Collector> {
  const made = await Collector.start();
  onTestFinished(() => made.close());
  return made;
}

describe.each(['http/protobuf', 'http/json'] as const)('spans by %s', (protocol) => {
  it('arrive as children of each other, with kinds, attributes and failures', async () => {
    const there = await collector();
    const { telemetry } = tracing(there.url, { protocol, resource: { 'deployment.environment.name': 'test' } });
    const root = telemetry.tracer.start('root', { kind: 'server', attributes: { text: 'a', count: 3, left: true, none: undefined } });
    const child = root.child('child', { kind: 'client' });
    child.child('inner').end();
    child.end(new ConnectorError('unknownUid', 'There is no marked-uid.'));
    root.set({ later: 1.5 });
    root.end();
    await flushed(telemetry);
    expect(there.tree(root.traceId)).toEqual(['tested: root', '  child !', '    inner']);
    const [whole, failed] = ['root', 'child'].map((name) => there.spans.find((span) => span.name === name)!);
    expect(whole).toMatchObject({ kind: 2, parentSpanId: '', hasFailed: false, attributes: { text: 'a', count: 3, left: true, later: 1.5 }, resource: { 'service.name': 'tested', 'service.version': '1.2.3', 'service.instance.id': 'site1', 'deployment.environment.name': 'test' } });
    expect(failed).toMatchObject({ kind: 3, hasFailed: true, attributes: { 'error.type': 'org.identityconnectors.framework.common.exceptions.UnknownUidException' } });
    // Starts are of whole milliseconds.
    const slack = 2_000_000n;
    expect(whole!.end + slack >= failed!.end && whole!.start <= failed!.start + slack).toBe(true);
    expect(there.requests[0]).toMatchObject({ path: '/v1/traces', headers: { 'content-type': protocol === 'http/json' ? 'application/json' : 'application/x-protobuf' } });
    // Of a failure nothing is told but its kind.
    expect(Buffer.concat(there.requests.map(({ body }) => body)).includes('marked-uid')).toBe(false);
  });
});

describe('a trace', () => {
  it('goes on with that of who asked, and is recorded as theirs is', async () => {
    const there = await collector();
    const { telemetry } = tracing(there.url, { sampleRatio: 0 });
    const recorded = telemetry.tracer.start('recorded', { parent: `${PARENT}-01` });
    const quiet = telemetry.tracer.start('quiet', { parent: `${PARENT}-00` });
    expect([recorded, quiet].map(({ traceId, isRecorded }) => [traceId, isRecorded])).toEqual([[TRACE, true], [TRACE, false]]);
    expect(quiet.child('below').traceParent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
    quiet.end();
    recorded.end();
    await flushed(telemetry);
    expect(there.spans).toMatchObject([{ name: 'recorded', traceId: TRACE, parentSpanId: '00f067aa0ba902b7' }]);
  });

  it.each(['hostile', `ff-${TRACE}-00f067aa0ba902b7-01`, `${PARENT}-01\r\nx: y`])('begins anew where what came is no traceparent: %j', async (parent) => {
    const there = await collector();
    const { telemetry } = tracing(there.url);
    const span = telemetry.tracer.start('fresh', { parent });
    span.end();
    await flushed(telemetry);
    expect(there.spans).toMatchObject([{ parentSpanId: '', traceId: span.traceId }]);
    expect(span.traceId).not.toBe(TRACE);
  });

  it('is one of so many by the ratio, and what is not recorded costs no export', async () => {
    const there = await collector();
    const { telemetry } = tracing(there.url, { sampleRatio: 0 });
    telemetry.tracer.start('never').end();
    await flushed(telemetry);
    expect(there.requests).toEqual([]);
  });

  it('links to what led to it', async () => {
    const there = await collector();
    const { telemetry } = tracing(there.url);
    const asked = telemetry.tracer.start('asked');
    telemetry.tracer.start('run', { links: [asked] }).end();
    await flushed(telemetry);
    expect(there.spans).toMatchObject([{ name: 'run', parentSpanId: '', links: [{ traceId: asked.traceId, spanId: asked.spanId }] }]);
  });

  it('of a run over a hundred thousand objects is bounded, from its beginning to its end, and says what is missing', async () => {
    const there = await collector();
    const { telemetry } = tracing(there.url, { queueSize: 100_000 });
    const run = telemetry.tracer.start('run');
    for (let count = 0; count < 100_000; count++) run.child('operation', { attributes: { count } }).end();
    run.end();
    await flushed(telemetry);
    const kept = there.spans.filter(({ name }) => name === 'operation').map(({ attributes }) => Number(attributes['count'])).sort((left, right) => left - right);
    expect(kept.length).toBeGreaterThan(1_000);
    expect(kept.length).toBeLessThan(5_000);
    expect(kept.slice(0, 256)).toEqual(Array.from({ length: 256 }, (_, index) => index));
    expect(kept.at(-1)).toBeGreaterThan(90_000);
    expect(there.spans.find(({ name }) => name === 'run')?.attributes['causeway.spans_left_out']).toBe(100_000 - kept.length);
  });
});

describe('a span told of afterwards', () => {
  it('has the times it is said to have had, to the microsecond', async () => {
    const there = await collector();
    const { telemetry } = tracing(there.url);
    const began = Date.now() - 5_000;
    const root = telemetry.tracer.start('root', { startedAt: began });
    const child = root.child('child', { startedAt: began + 1.25 });
    child.end(undefined, began + 3.5);
    child.end(new Error('again'), began + 100);
    root.end();
    await flushed(telemetry);
    const span = there.spans.find(({ name }) => name === 'child')!;
    const whole = BigInt(began) * 1_000_000n;
    // Milliseconds since 1970 with a fraction are known to a quarter of a microsecond.
    for (const [told, expected] of [[span.start, whole + 1_250_000n], [span.end, whole + 3_500_000n]] as const) expect(Number(told - expected)).toBeCloseTo(0, -3);
    expect(span.hasFailed).toBe(false);
  });

  it('that is not going to come is counted with those left out here', async () => {
    const there = await collector();
    const { telemetry } = tracing(there.url);
    const root = telemetry.tracer.start('root');
    root.child('child').leaveOut(7);
    root.leaveOut(3);
    root.end();
    await flushed(telemetry);
    expect(there.spans.find(({ name }) => name === 'root')?.attributes['causeway.spans_left_out']).toBe(10);
  });
});

describe('the environment', () => {
  it('can switch tracing off', () => {
    const settings = { service: 's', version: undefined, instance: undefined, endpoint: new URL('http://127.0.0.1:1'), protocol: 'http/json', headers: async () => ({}), sampleRatio: 1, resource: {}, timeout: 1, interval: 1, queueSize: 16, ca: undefined, proxy: undefined } as const;
    expect(startTelemetry(settings, recordedLog(), { OTEL_SDK_DISABLED: 'true' })).toBeUndefined();
  });

  it('names the deployment, the configuration has the last word, and sends nothing elsewhere', async () => {
    const [there, elsewhere] = await Promise.all([collector(), collector()]);
    const variables = { OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=idm,team=a', OTEL_SERVICE_NAME: 'named', OTEL_EXPORTER_OTLP_ENDPOINT: elsewhere.url, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: elsewhere.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-stray=marked', OTEL_TRACES_SAMPLER: 'always_off' };
    Object.assign(process.env, variables);
    onTestFinished(() => { for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name); });
    const { telemetry } = tracing(there.url, { resource: { team: 'b' } });
    telemetry.tracer.start('one').end();
    await flushed(telemetry);
    expect(there.spans).toMatchObject([{ service: 'named', resource: { 'service.namespace': 'idm', team: 'b' } }]);
    expect(there.requests[0]?.headers).not.toHaveProperty('x-stray');
    expect(elsewhere.requests).toEqual([]);
  });
});
