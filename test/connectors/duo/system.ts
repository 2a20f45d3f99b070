import duo from '../../../connectors/catalog/duo/index.js';
import { GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import type { TestedService } from '../../support/tested-service.js';
import { FakeDuo } from './fake.js';

/** The configuration the documentation has, for a fake. */
export function configuration(fake: FakeDuo, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return { host: 'api-xxxxxx.duosecurity.com', integrationKey: fake.integrationKey, secretKey: new GuardedString(fake.secretKey), endpoint: fake.service.address, ...changes };
}

export function callerFor(fake: FakeDuo, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(duo, configuration(fake, changes));
}

export const DUO: TestedService<FakeDuo> = { connector: duo, start: (observers) => FakeDuo.start(observers), configuration };
