import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'vitest';
import { systemClock, type Clock } from '../../connectors/framework/clock.js';
import { createFacade, type FacadeHandle } from '../../connectors/framework/index.js';
import {
  Attribute, ConnectorError, OPTION, OperationOptions, Uid,
  type ApiOperation, type CallContext, type ConnectorObject, type Filter, type IcfValue,
} from '../../protocol/model/index.js';
import { configured } from '../support/memory-facade.js';
import { recordedLog } from '../support/quiet-log.js';
import { HOSTILE_TEXT } from './contract-filters.js';
import type { ContractTarget } from './contract-target.js';

/** How many samples there are while the checks run; each leaves them as they were. */
export const SAMPLES = 11;
export const PAGE = 3;

export const valuesOf = (objects: readonly ConnectorObject[]): string[] => objects.map(({ uid }) => uid.value).sort();

type Entries = Record<string, IcfValue>;

/** A target under the contract suite: its facade, what was logged and what failed so far. */
export class ContractSubject {
  readonly target: ContractTarget;
  readonly clock: Clock;
  readonly facade: FacadeHandle;
  readonly log = recordedLog();
  readonly errors: ConnectorError[] = [];
  readonly uids: Uid[] = [];
  readonly #stateRoots: string[];

  private constructor(target: ContractTarget, stateRoot: string) {
    this.target = target;
    this.clock = target.clock ?? systemClock;
    this.#stateRoots = [stateRoot];
    this.facade = this.facadeWith();
  }

  /** With all samples created. */
  static async start(target: ContractTarget): Promise<ContractSubject> {
    const subject = new ContractSubject(target, await mkdtemp(join(tmpdir(), 'causeway-contract-')));
    try {
      for (let index = 0; index < SAMPLES; index++) subject.uids.push(await subject.create(index));
      return subject;
    } catch (error) {
      await subject.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.facade.dispose();
    await this.target.stop();
    await Promise.all(this.#stateRoots.map((root) => rm(root, { recursive: true, force: true })));
  }

  get everything(): string[] {
    return this.uids.map(({ value }) => value).sort();
  }

  /** Another facade on the same state, as after a restart. */
  facadeWith(changes: Entries = {}, stateRoot = this.#stateRoots[0]!): FacadeHandle {
    const { connector, configuration, trustedCertificates } = this.target;
    return createFacade(connector, configured(connector, { ...configuration, ...changes }), { log: this.log, stateRoot, trustedCertificates, clock: this.clock });
  }

  /** A facade with state of its own, as on another agent. */
  async facadeElsewhere(): Promise<FacadeHandle> {
    const root = await mkdtemp(join(tmpdir(), 'causeway-contract-'));
    this.#stateRoots.push(root);
    return this.facadeWith({}, root);
  }

  can(operation: ApiOperation): boolean {
    return this.facade.supportedOperations.has(operation);
  }

  call(signal = new AbortController().signal): CallContext {
    return { signal, operationId: 'contract' };
  }

  on(entries: Entries = {}) {
    return { objectClass: this.target.objectClass, options: OperationOptions.of(entries) };
  }

  async create(index: number, context = this.call()): Promise<Uid> {
    return (await this.facade.perform({ kind: 'create', attributes: this.target.sample(index), ...this.on() }, context))!;
  }

  /**
   * Objects on which filters can go wrong that go right on the samples: one without what it may lack, and some whose texts mean
   * something to queries, or differ from a sample's in case alone. For the caller to delete.
   */
  async createUnlike(): Promise<Uid[]> {
    if (!this.can('DeleteApiOp')) return [];
    const { optional = [], freeText = [], sample } = this.target;
    const first = SAMPLES + 3;
    const unlike = [
      ...optional.length === 0 ? [] : [sample(first).filter(({ name }) => !optional.some((lacking) => lacking.toLowerCase() === name.toLowerCase()))],
      ...freeText.length === 0 ? [] : [(text: string) => `${text} ${HOSTILE_TEXT}`, (text: string) => text.toUpperCase()].map((change, index) =>
        sample(first + 1 + index).map((attribute) => typeof attribute.single === 'string' && freeText.includes(attribute.name) ? Attribute.of(attribute.name, change(attribute.single)) : attribute)),
    ];
    const uids: Uid[] = [];
    for (const attributes of unlike) uids.push((await this.facade.perform({ kind: 'create', attributes, ...this.on() }, this.call()))!);
    return uids;
  }

  get(uid: Uid, context = this.call()): Promise<ConnectorObject | null> {
    return this.facade.perform({ kind: 'get', uid, ...this.on() }, context);
  }

  async update(uid: Uid, attributes: readonly Attribute[], updateType: 'REPLACE' | 'ADD' | 'REMOVE' = 'REPLACE', context = this.call()): Promise<Uid> {
    return (await this.facade.perform({ kind: 'update', updateType, attributes, uid, ...this.on() }, context))!;
  }

  async delete(uid: Uid, context = this.call()): Promise<void> {
    await this.facade.perform({ kind: 'delete', uid, ...this.on() }, context);
  }

  async search(filter: Filter | undefined, entries: Entries = {}, through = this.facade, context = this.call()) {
    const results = through.stream({ kind: 'search', filter, ...this.on(entries) }, context);
    const items: ConnectorObject[] = [];
    for (;;) {
      const step = await results.next();
      if (step.done === true) return { items, cookie: step.value?.pagedResultsCookie ?? undefined };
      items.push(step.value);
    }
  }

  /** Pages from a cookie on, taken from the facades in turn. */
  async pages(filter: Filter | undefined, facades: readonly FacadeHandle[], from?: string): Promise<ConnectorObject[]> {
    const paged: ConnectorObject[] = [];
    let cookie = from;
    for (let page = 0; page === 0 || cookie !== undefined; page++) {
      expect(page).toBeLessThan(SAMPLES);
      const answer = await this.search(filter, { [OPTION.pageSize]: PAGE, ...(cookie === undefined ? {} : { [OPTION.pagedResultsCookie]: cookie }) }, facades[page % facades.length]);
      expect(answer.items.length).toBeLessThanOrEqual(PAGE);
      paged.push(...answer.items);
      ({ cookie } = answer);
    }
    return paged;
  }

  /** The error the work fails with, which is searched for secrets at the end. */
  async failing(work: Promise<unknown>): Promise<ConnectorError> {
    const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConnectorError);
    this.errors.push(error as ConnectorError);
    return error as ConnectorError;
  }

  /** Reads the rest of a search. The error it breaks off with, if it does. */
  async broken(results: AsyncGenerator<ConnectorObject, unknown, void>): Promise<ConnectorError | undefined> {
    const read = async (): Promise<void> => {
      for (let step = await results.next(); step.done !== true;) step = await results.next();
    };
    const whole = read();
    return await whole.then(() => false, () => true) ? this.failing(whole) : undefined;
  }

  /** Everything that was logged, and every error, with all that hangs on them: stacks, causes, fields. */
  said(): string {
    const textOf = (error: Error): string => `${error.message} ${error.stack ?? ''}${error.cause instanceof Error ? ` ${textOf(error.cause)}` : ''}`;
    const everything = inspect([this.log.entries, this.errors], { depth: 20, maxArrayLength: null, maxStringLength: null, breakLength: Infinity });
    return [everything, ...this.errors.map(textOf)].join('\n');
  }
}
