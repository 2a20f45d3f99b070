import { expect } from 'vitest';
import { ConnectorCaller, failure } from './connector-caller.js';
import { scriptOnConnector } from './script-on-connector.js';
import { connected, type Changes, type FakeOfService, type TestedService } from './tested-service.js';

/** `test` finds out, before anything was validated, whether the credentials are good and the service is there. `wrong` makes them bad. */
export async function testsServiceAndCredentials<F extends FakeOfService>(service: TestedService<F>, wrong: Changes): Promise<void> {
  const { caller, fake } = await connected(service, wrong);
  expect((await failure(caller.test())).kind).toMatch(/invalidCredential|configuration/);
  const good = new ConnectorCaller(service.connector, service.configuration(fake));
  await good.test();
  await fake.service.pause();
  expect((await failure(good.test())).retryable).toBe(true);
  await good.dispose();
}

/** Scripts on the connector have it, its configuration and the caller's arguments. */
export async function runsScripts<F extends FakeOfService>(service: TestedService<F>): Promise<void> {
  const { caller, values, fake } = await connected(service);
  const text = 'await connector.test(); return configuration.serviceUri + " " + greeting;';
  expect(await scriptOnConnector(caller, service.connector, values, text, new Map([['greeting', 'hello']]))).toBe(`${fake.service.address} hello`);
}
