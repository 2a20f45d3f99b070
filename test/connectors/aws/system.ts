import { afterAll, afterEach, beforeEach } from 'vitest';
import aws from '../../../connectors/catalog/aws/index.js';
import { GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import { watchBy } from '../../vendor-contracts/contracts.js';
import { FakeAws } from './fake.js';

/** The smallest configuration the documentation has, for a fake. */
export function configuration(fake: FakeAws, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return { accessKeyId: fake.accessKeyId, secretKey: new GuardedString(fake.secretKey), roleArn: fake.roleArn, endpoint: fake.service.address, stsEndpoint: fake.sts.address, ...changes };
}

export function callerFor(fake: FakeAws, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(aws, configuration(fake, changes));
}

/** Fakes whose exchanges AWS's models of IAM and STS check; `keep` writes the counts down. */
export async function watchedFakes(suite: string): Promise<{ readonly isChecking: boolean; start(): Promise<FakeAws>; keep(): void }> {
  const iam = await watchBy('iam', { service: 'aws', suite });
  const sts = await watchBy('sts', { service: 'aws', suite: `${suite}, role` });
  return { isChecking: iam.isChecking, start: () => FakeAws.start({ iam: [iam], sts: [sts] }), keep: () => { iam.keep(); sts.keep(); } };
}

/** A fake and a caller for each test of a file, every exchange checked. */
export function watchedCaller(suite: string, onStart: (started: { readonly fake: FakeAws; readonly caller: ConnectorCaller }) => void): void {
  const fakes = watchedFakes(suite);
  let started: { readonly fake: FakeAws; readonly caller: ConnectorCaller };
  beforeEach(async () => {
    const fake = await (await fakes).start();
    started = { fake, caller: callerFor(fake) };
    onStart(started);
  });
  afterEach(async () => {
    await started.caller.dispose();
    await started.fake.stop();
  });
  afterAll(async () => (await fakes).keep());
}
