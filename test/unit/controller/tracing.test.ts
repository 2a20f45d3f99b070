import { afterEach, describe, expect, it } from 'vitest';
import { ConnectorError } from '../../../protocol/model/index.js';
import { FakeSpan, FakeTracer } from '../../support/fake-span.js';
import { startRecon } from './start-recon.js';
import { startRest } from './start-rest.js';

let stop: () => Promise<void> = () => Promise.resolve();
afterEach(() => stop());

describe('a reconciliation', () => {
  it('is a trace of its own that links to who asked for it, with its operations below it', async () => {
    const tracer = new FakeTracer();
    const recon = await startRecon({}, { tracer });
    stop = () => recon.stop();
    recon.source.add('marked-s', { uid: 'marked-s' });
    const asked = new FakeSpan('POST');
    const { id, done } = await recon.service.start('m', {}, 'tester', asked);
    await done;
    expect(tracer.roots).toMatchObject([{ start: { links: [asked] }, span: { name: 'reconciliation', hasEnded: true, failure: undefined, attributes: { 'causeway.mapping': 'm', 'causeway.request_id': id, 'causeway.state': 'SUCCESS' } } }]);
    expect(tracer.roots[0]?.span.tree()).toEqual(expect.arrayContaining(['reconciliation', '  openicf/search', '  openicf/create']));
    expect(tracer.roots[0]?.span.tree().filter((line) => line.includes('(open)'))).toEqual([]);
    expect(JSON.stringify(tracer.roots.map(({ span }) => span))).not.toContain('marked');
  });

  it('that fails says so', async () => {
    const tracer = new FakeTracer();
    const recon = await startRecon({}, { tracer });
    stop = () => recon.stop();
    recon.target.add('t');
    expect(await recon.run()).toMatchObject({ state: 'FAILED' });
    expect(tracer.roots).toMatchObject([{ span: { hasEnded: true, failure: expect.any(Error) as Error, attributes: { 'causeway.state': 'FAILED' } } }]);
  });
});

describe('a request', () => {
  it('has its id in the answer, whether or not anybody traces, and whatever became of it', async () => {
    const rest = await startRest();
    stop = () => rest.stop();
    for (const path of ['/openidm/info/ping', '/openidm/nowhere', '/openidm/system/memory/account/none']) {
      const { headers } = await rest.call('GET', path);
      expect([headers.get('x-request-id'), headers.get('traceresponse')]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), null]);
    }
    const stranger = await fetch(`${rest.url}/openidm/system/memory/account/x`);
    expect([stranger.status, stranger.headers.get('x-request-id')?.length]).toEqual([401, 36]);
  });

  it('of nobody we know leaves no trace', async () => {
    const tracer = new FakeTracer();
    const rest = await startRest({ tracer });
    stop = () => rest.stop();
    await fetch(`${rest.url}/openidm/system/memory/account?_queryFilter=true`);
    await fetch(`${rest.url}/openidm/info/ping`);
    expect(tracer.roots).toEqual([]);
  });

  it('that fails at the target is a failure by its status; a caller\'s mistake is none', async () => {
    const tracer = new FakeTracer();
    const rest = await startRest({ tracer });
    stop = () => rest.stop();
    rest.facade.failures.set('get', new ConnectorError('connectionFailed', 'marked-host is down'));
    expect((await rest.call('GET', '/openidm/system/memory/account/marked')).status).toBe(503);
    rest.facade.failures.clear();
    expect((await rest.call('GET', '/openidm/system/memory/account/marked')).status).toBe(404);
    expect(tracer.roots.map(({ span }) => [span.name, span.attributes['http.response.status_code'], span.failure])).toEqual([
      ['GET /openidm/system/{system}/{type}/{id}', 503, { code: 503 }], ['GET /openidm/system/{system}/{type}/{id}', 404, undefined],
    ]);
    expect(JSON.stringify(tracer.roots.map(({ span: { name, attributes, children } }) => [name, attributes, children.map((child) => child.attributes)]))).not.toContain('marked');
  });

  it('with a path or a method nobody has makes no name of its own', async () => {
    const tracer = new FakeTracer();
    const rest = await startRest({ tracer });
    stop = () => rest.stop();
    await rest.call('GET', '/openidm/marked/path');
    await rest.call('POST', '/openidm/marked', { headers: { 'X-HTTP-Method-Override': 'marked-method' } });
    expect(tracer.roots.map(({ span }) => span.name)).toEqual(['GET /openidm', '_OTHER /openidm']);
  });
});

describe('liveSync', () => {
  it('is a trace of its own that links to its request', async () => {
    const tracer = new FakeTracer();
    const rest = await startRest({ tracer });
    stop = () => rest.stop();
    await rest.call('POST', '/openidm/system?_action=liveSync&source=system/memory/account');
    const [request, run] = tracer.roots;
    expect(request?.span.tree()).toEqual(['POST /openidm/system']);
    expect(run).toMatchObject({ start: { links: [request?.span] }, span: { name: 'liveSync', hasEnded: true, attributes: { 'causeway.source': 'system/memory/account', 'causeway.state': 'ok' } } });
    expect(run?.span.tree()).toEqual(['liveSync', '  openicf/latestSyncToken']);
  });
});
