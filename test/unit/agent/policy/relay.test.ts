import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { selectionOf } from '../../../../agent/relay/connector-selection.js';
import { RelaySession } from '../../../../agent/relay/relay-session.js';
import { RelayingExecutor } from '../../../../agent/relay/relaying-executor.js';
import { RememberedConnectors } from '../../../../agent/relay/remembered-connectors.js';
import { facadeKeyOf } from '../../../../protocol/codec/index.js';
import { ConnectorError, Script, type ConnectorFacade, type Operation } from '../../../../protocol/model/index.js';
import { createPeer } from '../../../../protocol/session/peer.js';
import { settle } from '../../../support/fake-clock.js';
import { FakeFacade, KEY, configuration, info } from '../../../support/fake-facade.js';
import { recordedLog } from '../../../support/quiet-log.js';
import { socketPair } from '../../../support/socket-pair.js';
import { START, create, object, options, policed, remove, run, update, type Policed } from './support/policed.js';

interface Relayed extends Policed {
  readonly server: FakeFacade;
  /** What the server was asked. */
  asked(): readonly string[];
  /** The text of a refusal, or `done`; time goes on meanwhile. */
  ask(operation: Operation): Promise<string>;
}

/** A controller, an agent with a policy, and a server named `legacy` that the agent passes operations on to. */
async function relayed(policy: string | undefined): Promise<Relayed> {
  const world = await policed(policy);
  const { clock, log, live } = world;
  const directory = await mkdtemp(join(tmpdir(), 'causeway-relayed-'));
  const server = new FakeFacade();
  server.infos = [info(KEY)];
  const serving = createPeer({ role: 'listener', executor: server, log: recordedLog(), clock });
  const relay = new RelaySession({
    name: 'legacy', selection: selectionOf([{ bundleName: KEY.bundleName }]), maxBufferedBytes: 1_000_000, remembered: new RememberedConnectors(directory, log),
    session: {
      url: 'ws://legacy/openicf', plan: { sockets: 1, maxSockets: 1, connectionTtl: 0, stagger: 0 }, backoff: { base: 100, cap: 100 }, retireTimeout: 1_000, limits: {}, clock, log,
      dial: async () => {
        const { dialler, listener } = socketPair();
        serving.attach(listener, 'agent').catch(() => undefined);
        return { socket: dialler, principal: 'legacy' };
      },
    },
  });
  const executor = new RelayingExecutor({ own: new FakeFacade(), relays: [relay], policy: live, clock, log, onGrown: () => undefined });
  await executor.start();
  await settle(8);
  const controller = createPeer({ role: 'listener', log: recordedLog(), clock });
  const agent = createPeer({ role: 'dialler', executor, log, clock });
  const pair = socketPair();
  const [joined] = await Promise.all([controller.attach(pair.listener, 'cloud'), agent.attach(pair.dialler, 'cloud')]);
  await settle(8);
  onTestFinished(async () => {
    const ends = [controller.close('over'), agent.close('over'), executor.close(), serving.close('over')];
    for (let turn = 0; turn < 4; turn++) await clock.advance(5_000);
    await Promise.all(ends);
    await rm(directory, { recursive: true, force: true });
  });
  const facade: ConnectorFacade = joined.group.facade(KEY, facadeKeyOf(configuration()));
  const ask = async (operation: Operation): Promise<string> => {
    let over = false;
    const asked = run(facade, operation).then(() => 'done', (error: unknown) => (error instanceof ConnectorError ? `${error.kind}: ${error.message}` : String(error))).finally(() => { over = true; });
    while (!over) await clock.advance(10);
    return asked;
  };
  return { ...world, server, asked: () => server.performed.map(({ operation }) => operation.kind), ask };
}

const search: Operation = { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options: options() };

describe('an operation that is passed on', () => {
  it('is refused by the rules as any other, before the server hears of it', async () => {
    const { ask, asked } = await relayed(`version: 1\ndefault: deny\nrules: [{name: legacy, effect: allow, targets: ["relay:leg*"], connectors: [c.C], operations: [read, update]}]\n`);
    expect(await ask(search)).toBe('done');
    expect(await ask(update({ mail: 'x' }))).toBe('done');
    expect(await ask(remove())).toMatch(/^permissionDenied: delete of __ACCOUNT__ was refused by the policy of this agent: rule default denies it/);
    expect(asked()).toEqual(['search', 'update']);
  });

  it('is no script, without any policy', async () => {
    const { ask, asked } = await relayed(undefined);
    expect(await ask({ kind: 'scriptOnConnector', script: new Script('Groovy', '1'), scriptArguments: new Map(), options: options() })).toMatch(/^permissionDenied: .*does not run scripts/);
    expect(await ask(remove())).toBe('done');
    expect(asked()).toEqual(['delete']);
  });

  it('is not read where a rule limits what may be read, and not written where it limits that', async () => {
    const { ask, asked } = await relayed(`${START}rules: [{name: few, effect: allow, attributes: {read: {deny: [salary]}, write: {deny: [title]}}}]\n`);
    expect(await ask(search)).toMatch(/^permissionDenied: .*rule few limits what may be read, which this agent cannot see to in the results of another server/);
    expect(await ask(update({ title: 'x' }))).toMatch(/does not let the attribute title be written/);
    expect(await ask(create({ mail: 'x' }))).toBe('done');
    expect(asked()).toEqual(['create']);
  });

  it('does no harm to protected objects: the server is asked what it is about', async () => {
    const { ask, asked, server } = await relayed(`${START}protected: [{name: admins, names: ["admin*"]}]\n`);
    server.onPerform = async ({ kind }) => (kind === 'get' ? object('u1', 'admin-1') : undefined);
    expect(await ask(remove())).toMatch(/rule admins protects the object/);
    expect(asked()).toEqual(['get']);
  });

  it('is counted, unless the server says that it was not done', async () => {
    const { ask, server } = await relayed(`${START}brakes: [{name: few, changes: [delete], limit: 2}]\n`);
    server.onPerform = async () => { throw new ConnectorError('unknownUid', 'gone'); };
    for (let n = 0; n < 5; n++) expect(await ask(remove())).toBe('unknownUid: gone');
    server.onPerform = async () => undefined;
    expect([await ask(remove()), await ask(remove()), await ask(remove())]).toEqual(['done', 'done', expect.stringMatching(/brake few has tripped at relay:legacy/)]);
  });

  it('goes as a whole batch or not at all', async () => {
    const { ask, asked } = await relayed(`${START}rules: [{name: no-deletes, effect: deny, operations: [delete]}]\nbrakes: [{name: few, changes: [create], limit: 1}]\n`);
    const batch = (...tasks: Extract<Operation, { kind: 'batch' }>['tasks'][number][]): Operation => ({ kind: 'batch', tasks, options: options() });
    for (let n = 0; n < 3; n++) expect(await ask(batch(create({}), remove()))).toMatch(/^permissionDenied: batch was refused .*: task 1: rule no-deletes denies it; .*none of its tasks was done/);
    expect(asked()).toEqual([]);
    expect(await ask(create({}))).toBe('done');
  });
});
