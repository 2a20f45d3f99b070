import { describe, expect, it } from 'vitest';
import { auditStage } from '../../../../agent/audit/audited-facade.js';
import { OperationsUnderWay } from '../../../../agent/audit/operations-under-way.js';
import type { FacadeContext } from '../../../../agent/operations/facade-stage.js';
import { policyStage } from '../../../../agent/policy/policed-facade.js';
import {
  ACCOUNT, Attribute, ConnectorError, GuardedString, Name, OperationOptions, Script, Uid, chunksOf, itemsOf,
  type BatchEnd, type BatchItem, type BatchTask, type ConnectorFacade, type Operation, type SingleOperation, type StreamOperation,
} from '../../../../protocol/model/index.js';
import { createFacade } from '../../../../connectors/framework/index.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { FakeFacade, account } from '../../../support/fake-facade.js';
import { KeptAudit } from '../../../support/kept-audit.js';
import { MemoryTarget, memoryConnector } from '../../../support/memory-connector.js';
import { configured, drain } from '../../../support/memory-facade.js';
import { recordedLog } from '../../../support/quiet-log.js';

const options = OperationOptions.none;
const SECRET = 'Secret-Passw0rd';
const uid = new Uid('uid=anna');
const attributes = [new Name('anna'), Attribute.of('mail', 'anna@secret.example'), Attribute.of('__PASSWORD__', new GuardedString(SECRET))];
const operations = {
  create: { kind: 'create', objectClass: ACCOUNT, attributes, options },
  update: { kind: 'update', objectClass: ACCOUNT, uid, updateType: 'ADD', attributes: [Attribute.of('mail', 'x@secret.example')], options },
  delete: { kind: 'delete', objectClass: ACCOUNT, uid, options },
  search: { kind: 'search', objectClass: ACCOUNT, filter: undefined, options },
} as const satisfies Record<string, Operation>;

function setUp() {
  const audit = new KeptAudit();
  const clock = new FakeClock();
  const underWay = new OperationsUnderWay(clock);
  const facade = new FakeFacade();
  const target = new MemoryTarget();
  const connector = memoryConnector(target);
  const context: FacadeContext = {
    connector, connectorKey: connector.key, configuration: configured(connector, { host: 'db.example', credentials: new GuardedString(SECRET) }),
    systemId: 's', origin: { peerSessionId: 'S-1', principal: 'CN=controller', messageId: 7, locale: undefined },
  };
  const stage = auditStage({ audit, underWay, clock });
  return { audit, clock, underWay, facade, target, connector, context, stage, staged: stage(facade, context) };
}

const abort = new AbortController();
const call = { signal: abort.signal, operationId: 'op-1' };
const perform = (facade: ConnectorFacade, operation: SingleOperation): Promise<unknown> => facade.perform(operation, call);
const stream = (facade: ConnectorFacade, operation: StreamOperation) => facade.stream(operation, call);

describe('an operation with one answer', () => {
  it('gets one line: who, what, on which object, with which outcome', async () => {
    const { staged, facade, audit, clock } = setUp();
    facade.onPerform = async () => {
      await clock.advance(250);
      return new Uid('uid=new');
    };
    await perform(staged, operations.create);
    expect(audit.records).toEqual([expect.objectContaining({
      operation: 'create', operationId: 'op-1', connector: 'memory', objectClass: ACCOUNT, uid: 'uid=new', name: 'anna', attributes: ['__NAME__', 'mail', '__PASSWORD__'],
      principal: 'CN=controller', session: 'S-1', messageId: 7, outcome: 'ok', duration: 250,
    })]);
  });

  it.each<[string, SingleOperation, unknown, Record<string, unknown>]>([
    ['a rename', operations.update, new Uid('uid=other'), { uid: 'uid=anna', newUid: 'uid=other', updateType: 'ADD', attributes: ['mail'] }],
    ['an update that keeps the uid', operations.update, uid, { uid: 'uid=anna' }],
    ['a delete', operations.delete, undefined, { operation: 'delete', uid: 'uid=anna' }],
    ['a login', { kind: 'authenticate', objectClass: ACCOUNT, username: 'anna', password: new GuardedString(SECRET), options }, uid, { operation: 'authenticate', name: 'anna', uid: 'uid=anna' }],
    ['a script, by its digest', { kind: 'scriptOnResource', script: new Script('groovy', `password=${SECRET}`), scriptArguments: new Map([['p', SECRET]]), options }, 'answer', { scriptLanguage: 'groovy', scriptSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string }],
    ['a test', { kind: 'test' }, undefined, { operation: 'test' }],
  ])('%s', async (_title, operation, result, expected) => {
    const { staged, facade, audit } = setUp();
    facade.onPerform = async () => result;
    await perform(staged, operation);
    expect(audit.records).toEqual([expect.objectContaining({ outcome: 'ok', ...expected })]);
  });

  it('never has a value or a secret in its line', async () => {
    const { staged, facade, audit } = setUp();
    facade.onPerform = async () => { throw new ConnectorError('invalidAttributeValue', `The value ${SECRET} for mail x@secret.example is bad.`); };
    for (const operation of [operations.create, operations.update, operations.delete]) await perform(staged, operation).catch(() => undefined);
    expect(audit.records).toHaveLength(3);
    const text = JSON.stringify(audit.records);
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain('secret.example');
  });

  it('that failed tells the class of the failure, and whether the write was done', async () => {
    const { staged, facade, audit } = setUp();
    facade.onPerform = async () => { throw new ConnectorError('operationTimeout', 'late', { outcome: 'unknown' }); };
    await expect(perform(staged, operations.delete)).rejects.toThrow('late');
    expect(audit.records).toEqual([expect.objectContaining({ outcome: 'failed', error: 'org.identityconnectors.framework.common.exceptions.OperationTimeoutException', effect: 'unknown' })]);
  });

  it('that a rule refused names the rule', async () => {
    const { staged, facade, audit } = setUp();
    facade.onPerform = async () => { throw Object.assign(new ConnectorError('permissionDenied', 'no'), { rule: 'no-deletes' }); };
    await expect(perform(staged, operations.delete)).rejects.toThrow('no');
    expect(audit.records).toEqual([expect.objectContaining({ outcome: 'refused', rule: 'no-deletes' })]);
  });

  it('that the real policy refused names its rule, and never reaches the connector', async () => {
    const { stage, facade, audit, context } = setUp();
    const { LivePolicy } = await import('../../../../agent/policy/live-policy.js');
    const { mkdtemp, writeFile, rm } = await import('node:fs/promises');
    const { tmpdir } = await import('node:os');
    const { join } = await import('node:path');
    const directory = await mkdtemp(join(tmpdir(), 'causeway-audit-policy-'));
    await writeFile(join(directory, 'policy.yaml'), 'version: 1\ndefault: allow\nreadOnly: true\n');
    const live = await LivePolicy.start({ file: join(directory, 'policy.yaml'), checkInterval: 60_000, stateDirectory: directory, clock: new FakeClock(), log: recordedLog(), audit });
    try {
      await expect(perform(stage(policyStage(live)(facade, context), context), operations.delete)).rejects.toMatchObject({ kind: 'permissionDenied' });
      expect(facade.performed.filter(({ operation }) => operation.kind === 'delete')).toEqual([]);
      expect(audit.records).toEqual([expect.objectContaining({ outcome: 'refused', operation: 'delete', rule: expect.stringMatching(/./) as string })]);
    } finally {
      await live.close();
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('is answered only when its line is safe', async () => {
    const { staged, audit } = setUp();
    let open: () => void = () => undefined;
    audit.gate = new Promise((resolve) => { open = resolve; });
    let answered = false;
    const answer = perform(staged, operations.delete).then(() => { answered = true; });
    await new Promise((resolve) => { setImmediate(resolve); });
    expect(answered).toBe(false);
    open();
    await answer;
  });

  it('that would change something is not begun while no line can be written; a read is', async () => {
    const { staged, facade, audit } = setUp();
    audit.unwritable = true;
    await expect(perform(staged, operations.delete)).rejects.toMatchObject({ kind: 'retryable' });
    expect(facade.performed).toEqual([]);
    expect(audit.records).toEqual([expect.objectContaining({ outcome: 'refused', rule: 'audit' })]);
    await drain(stream(staged, operations.search));
    expect(facade.performed).toHaveLength(1);
  });
});

describe('a system', () => {
  it('is named by a digest that a new password does not change and that none can be guessed from', async () => {
    const { stage, facade, audit, context, connector } = setUp();
    const variant = (values: Record<string, string>, secret: string): FacadeContext => ({ ...context, configuration: configured(connector, { host: 'db.example', ...values, credentials: new GuardedString(secret) }) });
    for (const one of [context, variant({}, 'another password'), variant({ host: 'other.example' }, SECRET)]) await perform(stage(facade, one), operations.delete);
    const [first, second, third] = audit.records.map(({ system }) => system);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('is told with the places its connector says it goes to', async () => {
    const { audit, facade, context } = setUp();
    const connector = memoryConnector(new MemoryTarget(), { extra: { targets: () => [{ host: 'db.example', port: 42 }, { host: 'fe80::1', port: 1 }, { path: '/data/users.csv' }] } });
    await perform(auditStage({ audit, underWay: new OperationsUnderWay(new FakeClock()), clock: new FakeClock() })(facade, { ...context, connector }), operations.delete);
    expect(audit.records[0]?.targets).toEqual(['db.example:42', '[fe80::1]:1', '/data/users.csv']);
  });
});

describe('a stream', () => {
  it('gets one line with the number of its results, which pass by their chunks', async () => {
    const { stage, context, audit } = setUp();
    const chunks = [[account(1), account(2)], [account(3)]];
    const inner = new FakeFacade();
    const chunked: ConnectorFacade = { connectorKey: inner.connectorKey, supportedOperations: inner.supportedOperations, perform: async () => null as never, stream: () => itemsOf((async function* () { yield* chunks; return undefined; })()) as never };
    const passed = [];
    for await (const chunk of chunksOf(stream(stage(chunked, context), operations.search))) passed.push(chunk);
    expect(passed[0]).toBe(chunks[0]);
    expect(passed).toHaveLength(2);
    expect(audit.records).toEqual([expect.objectContaining({ operation: 'search', outcome: 'ok', count: 3 })]);
  });

  it('that is left early says so, after the connector has cleaned up', async () => {
    const { staged, facade, audit } = setUp();
    facade.onStream = () => facade.accounts(10);
    const results = stream(staged, operations.search);
    await results.next();
    await results.next();
    await results.return(undefined);
    expect(facade.open).toBe(0);
    expect(audit.records).toEqual([expect.objectContaining({ outcome: 'left', count: 2 })]);
  });

  it('that fails in the middle tells the error and how many results there were', async () => {
    const { staged, facade, audit } = setUp();
    facade.onStream = async function* () {
      yield account(1);
      throw new ConnectorError('connectionBroken', 'gone');
    };
    await expect(drain(stream(staged, operations.search))).rejects.toThrow('gone');
    expect(audit.records).toEqual([expect.objectContaining({ outcome: 'failed', count: 1, error: expect.stringContaining('ConnectionBrokenException') as string })]);
  });

  it('that is cancelled was left, whatever error that made', async () => {
    const { stage, facade, audit, context } = setUp();
    const cancel = new AbortController();
    facade.onStream = async function* () {
      yield account(1);
      cancel.abort();
      throw new ConnectorError('connector', 'cancelled');
    };
    await drain(stage(facade, context).stream(operations.search, { signal: cancel.signal })).catch(() => undefined);
    expect(audit.records).toEqual([expect.objectContaining({ outcome: 'left' })]);
  });

  it('of hours gets a line while it runs, a short one does not', async () => {
    const { staged, facade, audit, clock, underWay } = setUp();
    facade.onStream = () => facade.accounts(3);
    const results = stream(staged, operations.search);
    await results.next();
    underWay.tell(audit);
    expect(audit.records).toEqual([]);
    await clock.advance(11_000);
    underWay.tell(audit);
    underWay.tell(audit);
    expect(audit.records).toEqual([expect.objectContaining({ operation: 'search', running: true, outcome: 'unknown' })]);
    await drain(results);
    expect(audit.records).toHaveLength(2);
    expect(underWay.size).toBe(0);
  });

  it('leaves nothing under way, however it ends', async () => {
    const { staged, facade, underWay } = setUp();
    await drain(stream(staged, operations.search));
    facade.onPerform = async () => { throw new Error('x'); };
    await perform(staged, operations.delete).catch(() => undefined);
    expect(underWay.size).toBe(0);
  });
});

describe('a batch', () => {
  const tasks: readonly BatchTask[] = [operations.create, operations.update, operations.delete];
  const batch = { kind: 'batch', tasks, options } as const;
  const end: BatchEnd = { tokens: [], queryRequired: false, asynchronousResults: false, returnsResults: true };

  it('gets a line for each task with its own outcome, and one for the whole', async () => {
    const { staged, facade, audit } = setUp();
    facade.onStream = async function* (): AsyncGenerator<BatchItem, BatchEnd, void> {
      yield { task: 0, uid: new Uid('uid=made') };
      yield { task: 2, error: new ConnectorError('unknownUid', 'gone') };
      return end;
    };
    await drain(stream(staged, batch));
    expect(audit.records).toEqual([
      expect.objectContaining({ operation: 'create', task: 0, outcome: 'ok', uid: 'uid=made', operationId: 'op-1#0', attributes: ['__NAME__', 'mail', '__PASSWORD__'] }),
      expect.objectContaining({ operation: 'delete', task: 2, outcome: 'failed', error: expect.stringContaining('UnknownUidException') as string }),
      expect.objectContaining({ operation: 'update', task: 1, outcome: 'unknown' }),
      expect.objectContaining({ operation: 'batch', outcome: 'ok', count: 3, operationId: 'op-1' }),
    ]);
    expect(JSON.stringify(audit.records)).not.toContain(SECRET);
  });

  it('that is refused as a whole has a refused line for each task', async () => {
    const { staged, facade, audit } = setUp();
    audit.unwritable = true;
    await expect(drain(stream(staged, batch))).rejects.toThrow('cannot be written');
    expect(facade.performed).toEqual([]);
    expect(audit.records.map(({ operation, outcome }) => [operation, outcome])).toEqual([['create', 'refused'], ['update', 'refused'], ['delete', 'refused'], ['batch', 'refused']]);
  });

  it('of a real connector: every task is there', async () => {
    const { stage, target, connector, context, audit } = setUp();
    target.add('uid=anna');
    const facade = createFacade(connector, context.configuration, { log: recordedLog(), stateRoot: '/nonexistent' });
    await drain(stream(stage(facade, context), batch));
    await facade.dispose();
    expect(audit.records.filter(({ task }) => task !== undefined).map(({ task, outcome }) => [task, outcome]).sort()).toEqual([[0, 'ok'], [1, 'ok'], [2, 'ok']]);
  });
});
