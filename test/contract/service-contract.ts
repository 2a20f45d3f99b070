import { PauseSkippingClock } from '../support/pause-skipping-clock.js';
import { watched, type FakeOfService, type TestedService } from '../support/tested-service.js';
import { describeConnectorContract } from './connector-contract.js';
import type { ContractTarget } from './contract-target.js';

type OfTheFake = 'connector' | 'configuration' | 'outage' | 'openCursors' | 'stop' | 'clock';

/** What is a suite's own; all else comes of the fake. */
export type ServiceSuite = Omit<ContractTarget, OfTheFake> & Partial<Pick<ContractTarget, 'configuration'>>;

/** The contract suite of a connector to a service, for one of its object classes: against the fake, watched by the vendor's contract where there is one. */
export function describeServiceContract<F extends FakeOfService>(service: TestedService<F>, suite: string, of: (fake: F) => ServiceSuite): void {
  describeConnectorContract(`${service.connector.id}: ${suite}`, async () => {
    const { fake, checkedBy, stop } = await watched(service, suite);
    return {
      connector: service.connector,
      configuration: service.configuration(fake),
      behind: { name: checkedBy === undefined ? 'a fake' : `a fake checked against ${checkedBy}`, real: false },
      outage: { begin: () => fake.service.pause(), end: () => fake.service.resume() },
      openCursors: async () => fake.service.open,
      clock: new PauseSkippingClock(),
      stop,
      ...of(fake),
    };
  });
}
