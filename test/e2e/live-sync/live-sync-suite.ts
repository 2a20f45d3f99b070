import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChaosProxy } from '../../faults/table/chaos-proxy.js';
import { startAgent, startController, type Agent, type Controller } from '../../support/causeway-processes.js';
import { makeWorld, type World } from '../../support/causeway-world.js';
import { until } from '../../support/until.js';
import type { Json } from '../../support/rest-client.js';

/** One change of one person, by number. Nobody is changed twice between two runs. */
export interface TargetChange {
  readonly kind: 'create' | 'update' | 'delete';
  readonly person: number;
  /** Text of some kilobytes that the person has afterwards, so that a thousand of them take their time. */
  readonly text: string;
}

/** A system under liveSync. Its own client makes the changes, never the connector. */
export interface LiveSyncTarget {
  /** Content of a provisioner file with an object type `account`. */
  provisioner(agent: string, world: World): object;
  /** Settings of the agent, e.g. the authority the target's certificate is from. */
  agentConfig?(world: World): Promise<Readonly<Record<string, unknown>>>;
  /** Makes the people 0 to `count` - 1, before anything is synchronised. */
  prepare(count: number, world: World): Promise<void>;
  /** Makes the changes in their order. */
  apply(changes: readonly TargetChange[]): Promise<void>;
  /** Who an id of liveSync is. */
  personOf(id: string): number;
  /** The changes the target can tell of, in the order it tells them; asked after `apply`. @default all of them, in the order they were made */
  told?(changes: readonly TargetChange[]): readonly TargetChange[];
  /** The target keeps no order of its changes, so none can be told. */
  readonly isUnordered?: boolean;
  stop(): Promise<void>;
}

const CHANGES = 1000;
const PEOPLE = 700;
const TEXT_LENGTH = 2048;
/** The network between agent and controller while an agent is to be caught in the middle of a run. */
const SLOW = { pieceBytes: 16 * 1024, pieceDelay: 8 };
const ACCOUNT = '/openidm/system/target/account';

/** A thousand changes of distinct people: of ten, four creates, three updates and three deletes. */
function mixedChanges(round: number, from: { readonly created: number; readonly standing: readonly number[] }): TargetChange[] {
  let { created } = from;
  const standing = [...from.standing];
  return Array.from({ length: CHANGES }, (_, index): TargetChange => {
    const text = `round ${round} change ${index} `.padEnd(TEXT_LENGTH, 'x');
    if (index % 10 < 4) return { kind: 'create', person: created++, text };
    return { kind: index % 10 < 7 ? 'update' : 'delete', person: standing.shift()!, text };
  });
}

const short = ({ kind, person }: Pick<TargetChange, 'kind' | 'person'>): string => `${kind} ${person}`;

/** Who is there, as the changes go by. */
class People {
  #round = 0;
  #created = PEOPLE;
  #standing = Array.from({ length: PEOPLE }, (_, person) => person);

  changes(): TargetChange[] {
    const changes = mixedChanges(++this.#round, { created: this.#created, standing: this.#standing });
    const gone = new Set(changes.flatMap(({ kind, person }) => (kind === 'delete' ? [person] : [])));
    const fresh = changes.flatMap(({ kind, person }) => (kind === 'create' ? [person] : []));
    this.#created += fresh.length;
    // Whoever was changed goes to the end, so that the next round meets others.
    const touched = new Set(changes.map(({ person }) => person));
    const before = this.#standing.filter((person) => !gone.has(person));
    this.#standing = [...before.filter((person) => !touched.has(person)), ...before.filter((person) => touched.has(person)), ...fresh];
    return changes;
  }
}

/** Controller, agent and target, with the changes that have arrived at the controller. */
class Chain {
  readonly world: World;
  readonly controller: Controller;
  readonly agent: Agent;
  readonly proxy: ChaosProxy;
  readonly target: LiveSyncTarget;
  #seen = 0;

  private constructor(parts: Pick<Chain, 'world' | 'controller' | 'agent' | 'proxy' | 'target'>) {
    this.world = parts.world;
    this.controller = parts.controller;
    this.agent = parts.agent;
    this.proxy = parts.proxy;
    this.target = parts.target;
  }

  static async start(target: LiveSyncTarget): Promise<Chain> {
    const world = await makeWorld();
    await target.prepare(PEOPLE, world);
    await world.provisioner('target', target.provisioner('site1', world));
    const controller = await startController(world);
    const proxy = await ChaosProxy.start(Number(new URL(controller.gatewayUrl).port));
    const agent = await startAgent(world, { controller: { gatewayUrl: `wss://localhost:${proxy.port}/openicf` }, config: await target.agentConfig?.(world) ?? {} });
    const chain = new Chain({ world, controller, agent, proxy, target });
    await controller.systemReady('target');
    return chain;
  }

  async stop(): Promise<void> {
    await this.agent.process.kill();
    await this.controller.process.kill();
    await this.proxy.stop();
    await this.target.stop();
    await this.world.remove();
  }

  liveSync(): Promise<{ readonly status: number; readonly body: Json }> {
    return this.controller.rest.send(`${ACCOUNT}?_action=liveSync`, { method: 'POST', timeout: 120_000 });
  }

  /** Changes that arrived since the last `taken`, in their order. */
  arrived(): string[] {
    const audited = this.controller.process.lines.flatMap(({ fields }) => {
      const kind = /^sync-(create|update|delete)$/.exec(typeof fields['audit'] === 'string' ? fields['audit'] : '')?.[1];
      return kind === undefined ? [] : [`${kind} ${this.target.personOf(String(fields['id']))}`];
    });
    return this.#sorted(audited.slice(this.#seen));
  }

  taken(): void {
    this.#seen += this.arrived().length;
  }

  expected(changes: readonly TargetChange[]): string[] {
    return this.#sorted((this.target.told?.(changes) ?? changes).map(short));
  }

  #sorted(changes: string[]): string[] {
    return this.target.isUnordered === true ? changes.sort() : changes;
  }
}

const ENDS = { killed: (agent: Agent) => agent.kill(), stopped: (agent: Agent) => agent.stop() };

/**
 * liveSync of a target: every change arrives once, in order, whatever happens to the agent. Call it in a test file of the target's own.
 * `ends`: what happens to the agent in the middle of a run; being stopped is the milder of the two.
 */
export function describeLiveSync(name: string, start: () => Promise<LiveSyncTarget>, ends: readonly (keyof typeof ENDS)[] = ['killed']): void {
  describe(`liveSync of ${name}`, () => {
    const people = new People();
    let chain: Chain | undefined;

    beforeAll(async () => {
      chain = await Chain.start(await start());
      // The first run only notes where changes begin.
      expect((await chain.liveSync()).status).toBe(200);
    }, 300_000);
    afterAll(() => chain?.stop());

    it('1,000 mixed changes arrive exactly once and in order, and nothing arrives when nothing changed', async () => {
      const changes = people.changes();
      await chain!.target.apply(changes);
      expect((await chain!.liveSync()).body).not.toHaveProperty('lastException');
      await until(() => chain!.arrived().length >= chain!.expected(changes).length, 'all changes in the log');
      expect(chain!.arrived()).toEqual(chain!.expected(changes));
      await chain!.liveSync();
      expect(chain!.arrived()).toHaveLength(chain!.expected(changes).length);
      chain!.taken();
    }, 240_000);

    it.each(ends)('also when the agent is %s in the middle of a run and started again', async (end) => {
      const { agent, controller, proxy, target } = chain!;
      const changes = people.changes();
      await target.apply(changes);
      const expected = chain!.expected(changes);
      proxy.change(SLOW);
      const broken = chain!.liveSync();
      await until(() => chain!.arrived().length > 0, 'the first changes of the run', 60_000, 2);
      const midway = chain!.arrived().length;
      await ENDS[end](agent);
      proxy.calm();
      await agent.restart();
      await broken.catch(() => undefined);
      expect(midway).toBeLessThan(expected.length);
      await controller.systemReady('target');
      // An interrupted run goes on behind what arrived; what was changed since comes with the run after it.
      for (let run = 0; run < 5 && chain!.arrived().length < expected.length; run++) expect((await chain!.liveSync()).body).not.toHaveProperty('lastException');
      await until(() => chain!.arrived().length >= expected.length, 'the rest of the changes in the log');
      await chain!.liveSync();
      expect(chain!.arrived()).toEqual(expected);
      chain!.taken();
    }, 300_000);
  });
}
