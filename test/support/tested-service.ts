import { expect, onTestFinished } from 'vitest';
import type { AnyConnector } from '../../connectors/framework/index.js';
import type { IcfValue } from '../../protocol/model/index.js';
import type { ExchangeObserver, FakeRequest } from '../targets/rest/exchange.js';
import type { FakeService } from '../targets/rest/fake-service.js';
import type { Exemption } from '../vendor-contracts/contract-watch.js';
import { watchBy, type ContractId } from '../vendor-contracts/contracts.js';
import { ConnectorCaller } from './connector-caller.js';

export interface FakeOfService { readonly service: FakeService }

export type Changes = Readonly<Record<string, IcfValue>>;

/** A service as tests know it: its fake, and how the connector finds it. */
export interface TestedService<F extends FakeOfService> {
  readonly connector: AnyConnector;
  /** By which every exchange is checked; left out where the vendor publishes none. */
  readonly contract?: ContractId;
  readonly exemptions?: readonly Exemption[];
  start(observers: readonly ExchangeObserver[]): Promise<F>;
  /** Values of the configuration properties: the least the documentation has. */
  configuration(fake: F): Record<string, IcfValue>;
}

export interface Watched<F> {
  readonly fake: F;
  /** What the fake's exchanges are checked against; undefined where it is not here, or there is none. */
  readonly checkedBy: string | undefined;
  /** Keeps the counts. Throws where the vendor's contract was broken, by the connector or by the fake. */
  stop(): Promise<void>;
}

/** Starts a fake, watched by the vendor's contract and by `observers`. `suite` names the counts. */
export async function watched<F extends FakeOfService>(service: TestedService<F>, suite: string, observers: readonly ExchangeObserver[] = []): Promise<Watched<F>> {
  const { connector, contract, exemptions = [] } = service;
  const watch = contract === undefined ? undefined : await watchBy(contract, { service: connector.id, suite, exemptions });
  const fake = await service.start([...watch === undefined ? [] : [watch], ...observers]);
  return {
    fake,
    checkedBy: watch?.isChecking === true ? watch.counts.contract : undefined,
    async stop() {
      watch?.keep();
      await fake.service.stop();
      expect(fake.service.complaints.slice(0, 5)).toEqual([]);
    },
  };
}

export interface Connected<F> {
  readonly fake: F;
  readonly caller: ConnectorCaller;
  /** Of the configuration properties. */
  readonly values: Record<string, IcfValue>;
  /** Everything the fake was asked, in the order it came. */
  readonly requests: readonly FakeRequest[];
}

/** For one test: a fake and the connector in front of it, which go when the test ends. It fails where the vendor's contract was broken. */
export async function connected<F extends FakeOfService>(service: TestedService<F>, changes: Changes = {}): Promise<Connected<F>> {
  const requests: FakeRequest[] = [];
  const { fake, stop } = await watched(service, 'behaviours', [{ onRequest: (request) => { requests.push(request); return []; }, onAnswer: () => [] }]);
  const values = { ...service.configuration(fake), ...changes };
  const caller = new ConnectorCaller(service.connector, values);
  onTestFinished(async () => {
    await caller.dispose();
    await stop();
  });
  return { fake, caller, values, requests };
}
