import { afterAll, beforeAll, expect, it } from 'vitest';
import as400 from '../../../connectors/catalog/as400/index.js';
import { runScriptOnConnector, type ScriptSandbox } from '../../../connectors/engines/scripted/sandbox/index.js';
import { GuardedString, OperationOptions, Script, type IcfValue } from '../../../protocol/model/index.js';
import { configured } from '../../support/memory-facade.js';
import { operationSandbox } from '../../support/scripted.js';
import { As400Fixture } from './fixture.js';

let fixture: As400Fixture;
let sandbox: ScriptSandbox;
beforeAll(async () => {
  fixture = await As400Fixture.start();
  sandbox = await operationSandbox({}, 1);
});
afterAll(async () => {
  await sandbox.close();
  await fixture.stop();
});

it('[as400 38] scripts on the connector have it, its configuration without secrets, and the arguments of their caller', async () => {
  const text = `
    await connector.create(icf.ACCOUNT, { __NAME__: id, TEXT: configuration.userName + ' ' + args.id });
    const [found] = await connector.search(icf.ACCOUNT, icf.filter.equals('__UID__', id));
    return [found.attributes.TEXT[0], 'password' in configuration];`;
  const answer = await runScriptOnConnector(
    sandbox,
    { kind: 'scriptOnConnector', script: new Script('javascript', text), scriptArguments: new Map<string, IcfValue>([['id', 'SCRIPTED']]), options: OperationOptions.none },
    { open: async () => fixture.facade, configuration: configured(as400, { hostName: 'localhost', port: fixture.server.port, userName: 'QSECADM', password: new GuardedString('SECRET1') }), timeout: 10_000, log: fixture.log },
    fixture.call(),
  );
  expect(answer).toEqual(['QSECADM SCRIPTED', false]);
  expect(fixture.host.rows.get('SCRIPTED')?.['TEXT_DESCRIPTION']).toBe('QSECADM SCRIPTED');
});
