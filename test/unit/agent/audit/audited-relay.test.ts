import { describe, expect, it } from 'vitest';
import { auditedRelay } from '../../../../agent/audit/audited-relay.js';
import { OperationsUnderWay } from '../../../../agent/audit/operations-under-way.js';
import { DEFAULT_CODEC_LIMITS, encodeOperation } from '../../../../protocol/codec/index.js';
import { ACCOUNT, Attribute, ConnectorError, Name, OperationOptions, Uid, type Operation } from '../../../../protocol/model/index.js';
import type { OperationRequest } from '../../../../protocol/message.js';
import type { OperationRelay, RelayEnd } from '../../../../protocol/session/forwarding.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { RelayingExecutor } from '../../../../agent/relay/relaying-executor.js';
import type { RelaySession } from '../../../../agent/relay/relay-session.js';
import { FakeFacade, KEY, info } from '../../../support/fake-facade.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { KeptAudit } from '../../../support/kept-audit.js';

const options = OperationOptions.none;
const { signal } = new AbortController();

function setUp(inner: Partial<OperationRelay> = {}) {
  const audit = new KeptAudit();
  const clock = new FakeClock();
  const ends: RelayEnd[] = [];
  const underWay = new OperationsUnderWay(clock);
  const relay = auditedRelay({ audit, clock, underWay }, {
    server: 'connector server sap', maxBufferedBytes: 1, gatherTime: 0, target: () => { throw new Error('none'); }, ended: (end) => { ends.push(end); }, ...inner,
  }, { relay: 'sap', connectorKey: KEY, origin: { peerSessionId: 'S', principal: 'idm', messageId: 9, locale: undefined } });
  return { audit, clock, ends, relay, underWay };
}

const request = (operation: Operation): OperationRequest => ({ operation: encodeOperation(operation), operationId: 'op-9' }) as unknown as OperationRequest;
const create: Operation = { kind: 'create', objectClass: ACCOUNT, attributes: [new Name('anna'), Attribute.of('mail', 'a@secret.example')], options };

describe('an operation that is passed on', () => {
  it('is audited by the executor that passes operations on', async () => {
    const audit = new KeptAudit();
    const clock = new FakeClock();
    const sap = { name: 'sap', infos: [info({ ...KEY, bundleName: 'sap' })], selection: undefined, server: 'connector server sap', maxBufferedBytes: 1, target: () => { throw new ConnectorError('connectionFailed', 'away'); } };
    const executor = new RelayingExecutor({ own: new FakeFacade(), relays: [sap as unknown as RelaySession], clock, log: recordedLog(), audit: { audit, clock, underWay: new OperationsUnderWay(clock) }, onGrown: () => undefined });
    const relay = await executor.relayFor({ ...KEY, bundleName: 'sap' }, { peerSessionId: 'S', principal: 'idm', messageId: 1, locale: undefined });
    await relay?.ended({ operation: 'search', operationId: 'op', outcome: 'failed', error: new ConnectorError('connectionFailed', 'away'), count: 0 });
    expect(audit.records).toEqual([expect.objectContaining({ operation: 'search', relay: 'sap', outcome: 'failed', error: expect.stringContaining('ConnectionFailedException') as string })]);
    await executor.close();
  });

  it('gets a line with what it was about, and the server', async () => {
    const { relay, audit, ends, clock } = setUp();
    await relay.admit?.(request(create), DEFAULT_CODEC_LIMITS, signal);
    await clock.advance(40);
    await relay.ended({ operation: 'create', operationId: 'op-9', outcome: 'ok', error: undefined, count: undefined });
    expect(ends).toHaveLength(1);
    expect(audit.records).toEqual([expect.objectContaining({
      operation: 'create', operationId: 'op-9', relay: 'sap', connector: KEY.connectorName, objectClass: ACCOUNT, name: 'anna', attributes: ['__NAME__', 'mail'],
      principal: 'idm', session: 'S', messageId: 9, outcome: 'ok', duration: 40,
    })]);
    expect(JSON.stringify(audit.records)).not.toContain('secret.example');
  });

  it('that takes long gets a line while it runs; a relay that is only asked what became of a write gets none', async () => {
    const { relay, audit, clock, underWay } = setUp();
    expect(underWay.size).toBe(0);
    await relay.admit?.(request(create), DEFAULT_CODEC_LIMITS, signal);
    await clock.advance(10_000);
    underWay.tell(audit);
    expect(audit.records).toEqual([expect.objectContaining({ operation: 'create', running: true, name: 'anna' })]);
  });

  it('that a rule refused names the rule', async () => {
    const refusal = Object.assign(new ConnectorError('permissionDenied', 'no'), { rule: 'no-sap' });
    const { relay, audit } = setUp({ admit: () => Promise.reject(refusal) });
    await expect(relay.admit?.(request({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid('u'), options }), DEFAULT_CODEC_LIMITS, signal)).rejects.toBe(refusal);
    await relay.ended({ operation: 'delete', operationId: 'op-9', outcome: 'failed', error: refusal, count: undefined });
    expect(audit.records).toEqual([expect.objectContaining({ operation: 'delete', uid: 'u', outcome: 'refused', rule: 'no-sap' })]);
  });

  it('that would change something is not passed on while no line can be written', async () => {
    let asked = 0;
    const { relay, audit } = setUp({ admit: async () => { asked += 1; } });
    audit.unwritable = true;
    await expect(relay.admit?.(request(create), DEFAULT_CODEC_LIMITS, signal)).rejects.toMatchObject({ kind: 'retryable' });
    expect(asked).toBe(0);
    await relay.admit?.(request({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options }), DEFAULT_CODEC_LIMITS, signal);
    expect(asked).toBe(1);
  });

  it('that cannot be decoded here is passed on all the same, with a line that says less', async () => {
    const { relay, audit } = setUp();
    const broken = { operation: { kind: 'create', payload: new Uint8Array([255]) }, operationId: 'op-9' } as unknown as OperationRequest;
    await relay.admit?.(broken, DEFAULT_CODEC_LIMITS, signal);
    await relay.ended({ operation: 'create', operationId: 'op-9', outcome: 'left', error: undefined, count: 3 });
    expect(audit.records).toEqual([expect.objectContaining({ operation: 'create', outcome: 'left', count: 3 })]);
  });
});
