import { afterAll, beforeAll, expect, it } from 'vitest';
import racf from '../../../connectors/catalog/racf/index.js';
import { runScriptOnConnector, type ScriptSandbox } from '../../../connectors/engines/scripted/sandbox/index.js';
import { GuardedString, OperationOptions, Script, type IcfValue } from '../../../protocol/model/index.js';
import { configured } from '../../support/memory-facade.js';
import { operationSandbox } from '../../support/scripted.js';
import { RacfFixture } from './fixture.js';

let fixture: RacfFixture;
let sandbox: ScriptSandbox;
beforeAll(async () => {
  fixture = await RacfFixture.start();
  sandbox = await operationSandbox({}, 1);
});
afterAll(async () => {
  await sandbox.close();
  await fixture.stop();
});

it('[racf 62] scripts on the connector have it, its configuration without secrets, and the arguments of their caller', async () => {
  const text = `
    await connector.create(icf.ACCOUNT, { __NAME__: id, userId: id, NAME: configuration.segments + ' ' + args.id });
    const [found] = await connector.search(icf.ACCOUNT, icf.filter.equals('__UID__', id));
    return [found.attributes.NAME[0], 'password' in configuration];`;
  const answer = await runScriptOnConnector(
    sandbox,
    { kind: 'scriptOnConnector', script: new Script('javascript', text), scriptArguments: new Map<string, IcfValue>([['id', 'SCRIPTED']]), options: OperationOptions.none },
    { open: async () => fixture.facade, configuration: configured(racf, { hostName: 'localhost', port: fixture.server.port, userId: 'IBMUSER', password: new GuardedString('SYS1'), segments: 'TSO' }), timeout: 10_000, log: fixture.log },
    fixture.call(),
  );
  expect(answer).toEqual(['TSO SCRIPTED', false]);
  expect(fixture.racf.users.get('SCRIPTED')?.name).toBe('TSO SCRIPTED');
});
