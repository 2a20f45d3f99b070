import { describe, expect, it } from 'vitest';
import { auditedRelay } from '../../../../agent/audit/audited-relay.js';
import { OperationsUnderWay } from '../../../../agent/audit/operations-under-way.js';
import { openWriteJournal, type WriteJournal } from '../../../../agent/journal/write-journal.js';
import { journaledRelay } from '../../../../agent/relay/journaled-relay.js';
import { encodeError, encodeOperation, encodeOperationRequest, encodeSingleResult, encodeStreamEnd, encodeStreamItem } from '../../../../protocol/codec/index.js';
import { Attribute, ConnectorError, GuardedString, Name, OperationOptions, Uid, type BatchItem, type BatchTask, type Operation, type WriteOutcome } from '../../../../protocol/model/index.js';
import type { OperationRelay } from '../../../../protocol/session/forwarding.js';
import { KEY } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { KeptAudit } from '../../../support/kept-audit.js';
import { MemoryOutcomes } from '../../../support/memory-outcomes.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { facadeKey, hex, relay, withId, type RelayOptions, type RelayUnderTest } from '../../../support/relay.js';
import { cut } from '../../../support/socket-pair.js';
import { FaultyDisk } from '../journal/faulty-disk.js';

const options = OperationOptions.none;
const OURS = ['outcome', 'operation-id', 'resend'];
const create = { kind: 'create', objectClass: '__ACCOUNT__', attributes: [new Name('anna'), Attribute.of('mail', 'a@secret.example'), Attribute.of('__PASSWORD__', new GuardedString('Sesam#99'))], options } as const;
const erase = { kind: 'delete', objectClass: '__ACCOUNT__', uid: new Uid('u1'), options } as const;
const search: Operation = { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options };
const batch: Operation = { kind: 'batch', tasks: [create, { ...erase, uid: new Uid('u1', '0') }, { ...erase, uid: new Uid('u2') }] satisfies readonly BatchTask[], options };

interface Setting extends RelayOptions {
  readonly disk?: FaultyDisk;
  readonly principal?: string;
  readonly admit?: OperationRelay['admit'];
}

/** A relay with journal and audit, as an agent makes it, between a requester and a server by hand. */
async function agent({ disk = new FaultyDisk(), principal = 'idm', admit, ...more }: Setting = {}) {
  const journal = await openWriteJournal({ disk, log: recordedLog(), maxSize: 64 * 1024 ** 2, retention: 86_400_000 });
  const audit = new KeptAudit();
  const stop = new AbortController();
  const origin = { peerSessionId: 'S', principal, messageId: 1, locale: undefined };
  const made = await relay({
    requesterFeatures: OURS, targetFeatures: OURS, targetJournal: 'server-journal', outcomes: new MemoryOutcomes(), ...more,
    around: (inner, clock) => auditedRelay({ audit, clock, underWay: new OperationsUnderWay(clock) },
      journaledRelay({ journal, clock, stop: stop.signal }, { ...inner, ...(admit === undefined ? {} : { admit }) }, { connectorKey: KEY, origin }), { relay: 'legacy', connectorKey: KEY, origin }),
  });
  return { ...made, disk, journal, audit };
}
type Agent = Awaited<ReturnType<typeof agent>>;

const java: Setting = { targetFeatures: [] };

const asked = ({ server }: RelayUnderTest) => server.of('operationRequest');
const questions = ({ server }: RelayUnderTest) => server.of('outcomeRequest');
const send = ({ requester }: RelayUnderTest, id: number, operation: Operation, operationId: string | undefined): Promise<void> =>
  requester.send(encodeOperationRequest({ id, connectorKey: KEY, facadeKey, operation, operationId }));
const askOutcome = ({ requester }: RelayUnderTest, id: number, operationId: string, operation: Operation = create): Promise<void> =>
  requester.send({ kind: 'outcomeRequest', id, operationId, age: 60_000, operation: { connectorKey: KEY, facadeKey, locale: undefined, operation: encodeOperation(operation) } });
const answerQuestion = (made: Agent, outcome: WriteOutcome): Promise<void> => made.server.send({ kind: 'outcomeResponse', id: questions(made).at(-1)!.id, outcome });
const stateOf = async (journal: WriteJournal, id: string): Promise<string | undefined> => (await journal.find(id))?.outcome.state;

describe('a write that is passed on', () => {
  it('is on the disk before the server gets it, its outcome and its audit line before the requester is told; both messages are as they came', async () => {
    const made = await agent();
    let open: () => void = () => undefined;
    const close = (): void => {
      const gate = new Promise<void>((resolve) => { open = resolve; });
      made.disk.onSync = () => gate;
    };
    close();
    await send(made, 7, create, 'op-1');
    expect([asked(made), await stateOf(made.journal, 'op-1')]).toEqual([[], 'inProgress']);
    open();
    await settle(20);
    expect(hex(made.asked().slice(-1))).toEqual(hex([withId(asked(made)[0]!.id, encodeOperationRequest({ id: 7, connectorKey: KEY, facadeKey, operation: create, operationId: 'op-1' }))]));
    close();
    const answer = encodeSingleResult(asked(made)[0]!.id, 'create', new Uid('made'));
    await made.server.send(answer);
    await settle(20);
    expect([made.answers(), made.audit.records]).toEqual([[], []]);
    let told: () => void = () => undefined;
    made.audit.gate = new Promise((resolve) => { told = resolve; });
    open();
    await settle(20);
    expect(made.audit.records).toEqual([expect.objectContaining({ operation: 'create', operationId: 'op-1', relay: 'legacy', uid: 'made', outcome: 'ok', name: 'anna' })]);
    expect(made.answers()).toEqual([]);
    told();
    await settle(20);
    expect(hex(made.answers())).toEqual(hex([withId(7, answer)]));
    expect((await made.journal.find('op-1'))?.outcome).toEqual({ state: 'applied', uid: new Uid('made') });
    expect(made.audit.records).toHaveLength(1);
    const disk = Buffer.concat([...made.disk.files.values()]).toString('latin1');
    for (const secret of ['Sesam#99', 'a@secret.example', 'anna']) expect(disk).not.toContain(secret);
  });

  it.each<[string, Setting, number]>([['a server of ours', {}, 1], ['a Java server', java, 0]])('the agent is killed between passing it on and the answer: the next process asks %s, or says that it does not know', async (_name, setting, times) => {
    const first = await agent(setting);
    await send(first, 7, create, 'op-1');
    await settle(20);
    expect(asked(first)).toHaveLength(1);
    const next = await agent({ ...setting, disk: first.disk.afterCrash() });
    await askOutcome(next, 9, 'op-1');
    await settle(20);
    expect(questions(next)).toHaveLength(times);
    if (times === 0) {
      expect(next.requester.last('outcomeResponse').outcome).toEqual({ state: 'unknown' });
      return;
    }
    expect(questions(next)[0]).toMatchObject({ operationId: 'op-1' });
    await answerQuestion(next, { state: 'inProgress' });
    expect(next.requester.last('outcomeResponse').outcome).toEqual({ state: 'inProgress' });
    await askOutcome(next, 10, 'op-1');
    await settle(20);
    await answerQuestion(next, { state: 'applied', uid: new Uid('made') });
    await settle(20);
    expect(next.requester.last('outcomeResponse').outcome).toEqual({ state: 'applied', uid: new Uid('made') });
    await askOutcome(next, 11, 'op-1');
    await settle(20);
    expect(next.requester.last('outcomeResponse')).toMatchObject({ id: 11, outcome: { state: 'applied' } });
    expect(questions(next)).toHaveLength(2);
    expect(asked(next)).toEqual([]);
  });

  it('the server has another journal by now: what it has not seen proves nothing', async () => {
    const first = await agent();
    await send(first, 7, create, 'op-1');
    await settle(20);
    const next = await agent({ disk: first.disk.afterCrash(), targetJournal: 'another' });
    await askOutcome(next, 9, 'op-1');
    await settle(20);
    expect([questions(next), next.requester.last('outcomeResponse').outcome]).toEqual([[], { state: 'unknown' }]);
  });

  it('never came: it is said so, and it is refused should it still come', async () => {
    const made = await agent();
    await askOutcome(made, 9, 'op-1');
    await settle(20);
    expect([questions(made), made.requester.last('outcomeResponse').outcome]).toEqual([[], { state: 'neverSeen' }]);
    await send(made, 10, create, 'op-1');
    await settle(20);
    expect(asked(made)).toEqual([]);
    expect(made.requester.last('error')).toMatchObject({ id: 10, outcome: 'notApplied' });
  });

  it('another requester is told nothing of it', async () => {
    const first = await agent();
    await send(first, 7, create, 'op-1');
    await settle(20);
    const other = await agent({ disk: first.disk.afterCrash(), principal: 'mallory' });
    await askOutcome(other, 9, 'op-1');
    await settle(20);
    expect(other.requester.last('error').javaClass).toContain('PermissionDenied');
    expect(questions(other)).toEqual([]);
  });

  it('comes again under its id: it is answered and not passed on, also by the next process', async () => {
    const first = await agent();
    await send(first, 7, create, 'op-1');
    await settle(20);
    await first.server.send(encodeSingleResult(asked(first)[0]!.id, 'create', new Uid('made')));
    await settle(20);
    const next = await agent({ disk: first.disk.afterCrash(), ...java });
    for (const made of [first, next]) {
      await send(made, 8, create, 'op-1');
      await settle(20);
      expect(hex(made.answers().slice(-1))).toEqual(hex([encodeSingleResult(8, 'create', new Uid('made'))]));
      await send(made, 9, erase, 'op-1');
      await settle(20);
      expect(made.requester.last('error')).toMatchObject({ id: 9, outcome: 'notApplied' });
    }
    expect([asked(first).length, asked(next).length]).toEqual([1, 0]);
    expect(first.audit.records.map(({ outcome, uid }) => [outcome, uid])).toEqual([['ok', 'made'], ['ok', 'made'], ['failed', 'u1']]);
  });

  it('comes again while nobody knows what became of it: the server is asked, and it is not passed on', async () => {
    const first = await agent();
    await send(first, 7, create, 'op-1');
    await settle(20);
    const next = await agent({ disk: first.disk.afterCrash() });
    await send(next, 8, create, 'op-1');
    await settle(20);
    await answerQuestion(next, { state: 'applied', uid: new Uid('made') });
    await settle(20);
    expect(hex(next.answers())).toEqual(hex([encodeSingleResult(8, 'create', new Uid('made'))]));
    expect(asked(next)).toEqual([]);
  });

  it('the server refuses it: noted as failed, and its message is passed on as it came', async () => {
    const made = await agent();
    await send(made, 7, create, 'op-1');
    await settle(20);
    const refusal = encodeError(asked(made)[0]!.id, new ConnectorError('alreadyExists', 'anna is there'));
    await made.server.send(refusal);
    await settle(20);
    expect(hex(made.answers())).toEqual(hex([withId(7, refusal)]));
    expect((await made.journal.find('op-1'))?.outcome).toMatchObject({ state: 'failed', error: { kind: 'alreadyExists' } });
    expect(made.audit.records).toEqual([expect.objectContaining({ outcome: 'failed', error: expect.stringContaining('AlreadyExists') as string })]);
  });

  it('the server itself does not know: it is asked again, and the requester is told what it finds out', async () => {
    const made = await agent();
    await send(made, 7, create, 'op-1');
    await settle(20);
    await made.server.send(encodeError(asked(made)[0]!.id, new ConnectorError('connectionBroken', 'lost my target', { outcome: 'unknown' }), true));
    await settle(20);
    await answerQuestion(made, { state: 'inProgress' });
    await made.clock.advance(200);
    await answerQuestion(made, { state: 'applied', uid: new Uid('found') });
    await settle(20);
    expect(hex(made.answers())).toEqual(hex([encodeSingleResult(7, 'create', new Uid('found'))]));
    expect(await stateOf(made.journal, 'op-1')).toBe('applied');
  });

  it('an unclear failure of a Java server is told as it came, and noted as unknown', async () => {
    const unclear = (id: number): Uint8Array => encodeError(id, new ConnectorError('connectorIo', 'the wire hummed'));
    const towardsJava = await agent({ ...java, requesterFeatures: [] });
    await send(towardsJava, 7, create, undefined);
    await settle(20);
    await towardsJava.server.send(unclear(asked(towardsJava)[0]!.id));
    await settle(20);
    expect(hex(towardsJava.answers())).toEqual(hex([unclear(7)]));
    const made = await agent(java);
    await send(made, 7, create, 'op-1');
    await settle(20);
    await made.server.send(unclear(asked(made)[0]!.id));
    await settle(20);
    expect(hex(made.answers())).toEqual(hex([unclear(7)]));
    expect(await stateOf(made.journal, 'op-1')).toBe('unknown');
  });

  it('the connection to the server is lost: both kinds of requesters are told that the outcome is unknown, after the server could not be asked', async () => {
    for (const [requesterFeatures, operationId] of [[OURS, 'op-1'], [[], undefined]] as const) {
      const made = await agent({ requesterFeatures });
      await send(made, 7, create, operationId);
      await settle(20);
      cut(made.towardsServer[0]!);
      await made.clock.advance(60_000);
      await settle(20);
      expect(made.requester.last('error')).toMatchObject({ id: 7, message: expect.stringMatching(/Outcome unknown to the agent/) as string });
      expect(made.audit.records).toEqual([expect.objectContaining({ outcome: 'failed', effect: 'unknown' })]);
    }
  });

  it('the server is not connected: it is not noted, and nothing was changed', async () => {
    const made = await agent({ isDown: true });
    await send(made, 7, create, 'op-1');
    await settle(20);
    expect(made.requester.last('error')).toMatchObject({ id: 7 });
    expect(await stateOf(made.journal, 'op-1')).toBeUndefined();
  });

  it('is refused by the policy: neither noted nor passed on; its audit line is safe before the refusal is told', async () => {
    const made = await agent({ admit: async () => { throw Object.assign(new ConnectorError('permissionDenied', 'no'), { rule: 'no-sap' }); } });
    let told: () => void = () => undefined;
    made.audit.gate = new Promise((resolve) => { told = resolve; });
    await send(made, 7, create, 'op-1');
    await settle(20);
    expect([made.answers(), asked(made), await stateOf(made.journal, 'op-1')]).toEqual([[], [], undefined]);
    expect(made.audit.records).toEqual([expect.objectContaining({ outcome: 'refused', rule: 'no-sap' })]);
    told();
    await settle(20);
    expect(made.requester.last('error').id).toBe(7);
    expect(made.audit.records).toHaveLength(1);
  });

  it('the disk is full: it is refused and nothing passed on; reads go on', async () => {
    const made = await agent();
    made.disk.isFull = true;
    await send(made, 7, create, 'op-1');
    await send(made, 8, batch, 'op-2');
    await settle(20);
    expect(made.requester.of('error').map(({ id, outcome, javaClass }) => [id, outcome, javaClass.split('.').at(-1)])).toEqual([[7, 'notApplied', 'RetryableException'], [8, 'notApplied', 'RetryableException']]);
    expect(asked(made)).toEqual([]);
    await send(made, 9, search, 'op-3');
    await settle(20);
    expect(asked(made)).toHaveLength(1);
  });

  it('has no name, or none of its own: a server of ours knows it by the journal\'s, a Java server by none', async () => {
    for (const [setting, isNamed] of [[{}, true], [java, false]] as const) {
      const made = await agent({ ...setting, requesterFeatures: ['operation-id'] });
      await send(made, 7, create, 'used-twice');
      await send(made, 8, create, 'used-twice');
      await settle(20);
      const names = asked(made).map(({ operationId }) => operationId);
      expect(names).toHaveLength(2);
      expect(new Set(names).size).toBe(isNamed ? 2 : 1);
      expect(names.includes('used-twice')).toBe(!isNamed);
    }
  });

  it('its requester is gone before the answer: what became of it is noted all the same', async () => {
    const made = await agent();
    await send(made, 7, create, 'op-1');
    await settle(20);
    cut(made.towardsRequester[0]!);
    await settle();
    await made.server.send(encodeSingleResult(asked(made)[0]!.id, 'create', new Uid('made')));
    await settle(20);
    expect(await stateOf(made.journal, 'op-1')).toBe('applied');
    expect(made.audit.records).toEqual([expect.objectContaining({ outcome: 'ok', uid: 'made' })]);
  });
});

describe('a batch that is passed on', () => {
  const items = (id: number): Uint8Array[] => ([{ task: 0, uid: new Uid('made') }, { task: 1 }, { task: 2, error: new ConnectorError('connector', 'no u2') }] satisfies BatchItem[]).map((item) => encodeStreamItem(id, 'batch', item, 0));
  const end = (id: number): Uint8Array[] => encodeStreamEnd(id, 'batch', { tokens: [], queryRequired: false, asynchronousResults: false, returnsResults: true }, 3);

  it.each<[string, Setting, string]>([['a Java server', java, 'failed'], ['a server of ours, which knows more than the text of a failure', {}, 'unknown']])('to %s: each task is noted under an id of its own, and comes again as it ended', async (_name, setting, third) => {
    const made = await agent(setting);
    await send(made, 7, batch, 'op-1');
    await settle(20);
    expect(await Promise.all([0, 1, 2].map((task) => stateOf(made.journal, `op-1#${task}`)))).toEqual(['inProgress', 'inProgress', 'inProgress']);
    const { id } = asked(made)[0]!;
    await made.server.send(...items(id), ...end(id));
    await settle(40);
    expect(hex(made.answers())).toEqual(hex([...items(7), ...end(7)]));
    expect((await made.journal.find('op-1#0'))?.outcome).toEqual({ state: 'applied', uid: new Uid('made') });
    expect([await stateOf(made.journal, 'op-1#1'), await stateOf(made.journal, 'op-1#2')]).toEqual(['applied', third]);
    expect(made.audit.records.map(({ operation, operationId, task, outcome, count }) => [operation, operationId, task, outcome, count])).toEqual([
      ['create', 'op-1#0', 0, 'ok', undefined], ['delete', 'op-1#1', 1, 'ok', undefined], ['delete', 'op-1#2', 2, 'failed', undefined], ['batch', 'op-1', undefined, 'ok', 3],
    ]);
    const before = made.answers().length;
    await send(made, 8, batch, 'op-1');
    await settle(20);
    if (third === 'unknown') await answerQuestion(made, { state: 'failed', error: new ConnectorError('unknownUid', 'no u2') });
    await settle(40);
    expect(asked(made)).toHaveLength(1);
    const again = made.requester.of('operationResponse').filter((response) => response.id === 8).map(({ response }) => response.fields.batchOpResult);
    expect(made.answers().length - before).toBe(again.length);
    expect(again.slice(0, 3).map((result) => [result?.taskId, result?.uid?.value ?? '', result?.error === true, result?.emptyResult?.resultMessage ?? ''])).toEqual([['0', 'made', false, ''], ['1', '', false, ''], ['2', '', true, 'no u2']]);
  });

  it('a result is told when it is noted, not before, and all of it at the end', async () => {
    const made = await agent(java);
    await send(made, 7, batch, 'op-1');
    await settle(20);
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => { open = resolve; });
    made.disk.onSync = () => gate;
    const { id } = asked(made)[0]!;
    await made.server.send(...items(id), ...end(id));
    await settle(20);
    expect(made.answers()).toEqual([]);
    open();
    await settle(40);
    expect(hex(made.answers())).toEqual(hex([...items(7), ...end(7)]));
  });

  it('is lost in the middle: what was reported is known, the rest can be asked for, task by task', async () => {
    const made = await agent();
    await send(made, 7, batch, 'op-1');
    await settle(20);
    await made.server.send(items(asked(made)[0]!.id)[0]!);
    await settle(20);
    cut(made.towardsServer[0]!);
    await made.clock.advance(60_000);
    await settle(20);
    expect(made.requester.last('error').message).toMatch(/Outcome unknown/);
    const next = await agent({ disk: made.disk.afterCrash() });
    await askOutcome(next, 9, 'op-1#0');
    await settle(20);
    expect(next.requester.last('outcomeResponse').outcome).toMatchObject({ state: 'applied' });
    await askOutcome(next, 10, 'op-1#1', erase);
    await settle(20);
    expect(questions(next).map(({ operationId }) => operationId)).toEqual(['op-1#1']);
    await answerQuestion(next, { state: 'neverSeen' });
    await settle(20);
    expect(next.requester.last('outcomeResponse').outcome).toEqual({ state: 'notApplied' });
  });
});
