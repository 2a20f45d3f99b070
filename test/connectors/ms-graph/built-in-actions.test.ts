import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scriptedFacade } from '../../../agent/operations/scripted-facade.js';
import type { ScriptHost } from '../../../agent/operations/script-host.js';
import type { FacadeContext } from '../../../agent/operations/facade-stage.js';
import graph from '../../../connectors/catalog/ms-graph/index.js';
import { Attribute, OperationOptions, Script, type ConnectorFacade, type IcfValue } from '../../../protocol/model/index.js';
import { failure } from '../../support/connector-caller.js';
import { calling, configured } from '../../support/memory-facade.js';
import { recordedLog } from '../../support/quiet-log.js';
import { operationSandbox } from '../../support/scripted.js';
import { scriptOnConnector } from '../../support/script-on-connector.js';
import { configuration, system, type System } from './system.js';

let at: System;
let agent: ConnectorFacade;
const sandbox = operationSandbox({}, 1);
beforeAll(async () => {
  at = await system('built-in actions');
  const context = { connector: graph, configuration: configured(graph, configuration(at.fake)) } as unknown as FacadeContext;
  agent = scriptedFacade(at.caller.facade, context, { scripts: { sandbox: () => sandbox } as unknown as ScriptHost, open: async () => at.caller.facade, log: recordedLog() });
});
afterAll(async () => {
  await (await sandbox).close();
  await at.stop();
});

/** What a controller sends for `?_action=script`: the dummy action's source in its language, and the parameters. */
function act(given: Readonly<Record<string, IcfValue>>, text = 'return;', language = 'Groovy'): Promise<IcfValue> {
  return agent.perform({ kind: 'scriptOnConnector', script: new Script(language, text), scriptArguments: new Map(Object.entries(given)), options: OperationOptions.none }, calling());
}

describe('the built-in action addPassword', () => {
  it('[ms-graph 40, 41, 42, 43] gives an application or a service principal a new secret, whatever the script says', async () => {
    for (const [argument, kind] of [['applicationId', 'applications'], ['servicePrincipalId', 'servicePrincipals']] as const) {
      const id = at.fake.add(kind, { displayName: 'Test-Application' });
      const result = await act({ [argument]: id, displayName: 'TestSecretGenesis', builtinAction: 'addPassword' }) as Map<string, IcfValue>;
      expect([...result.keys()].sort()).toEqual(['displayName', 'endDateTime', 'hint', 'keyId', 'secretText', 'startDateTime']);
      expect(result.get('secretText')).toMatch(/^LS8~/);
      expect(result.get('hint')).toBe('LS8');
      expect(result.get('displayName')).toBe('TestSecretGenesis');
      expect(at.fake.find(kind, id).fields['passwordCredentials']).toMatchObject([{ keyId: result.get('keyId') }]);
    }
    const unnamed = await act({ applicationId: at.fake.add('applications', { displayName: 'x' }), builtinAction: 'addPassword' }, 'this is no script') as Map<string, IcfValue>;
    expect(unnamed.get('displayName')).toBeNull();
  });

  it('[ms-graph 44] tells its times in parts', async () => {
    const result = await act({ applicationId: at.fake.add('applications', { displayName: 'x' }), builtinAction: 'addPassword' }) as Map<string, IcfValue>;
    const parts = (year: number): unknown => new Map<string, unknown>([
      ['dateTime', new Map([['date', new Map([['year', year], ['month', 5], ['day', 5]])], ['time', new Map([['hour', 20], ['minute', 40], ['second', 27], ['nano', 771_787_000]])]])],
      ['offset', new Map([['totalSeconds', 0]])],
    ]);
    expect([result.get('startDateTime'), result.get('endDateTime')]).toEqual([parts(2023), parts(2025)]);
  });

  it('[ms-graph 40, 41] needs to be named, and one of the two ids', async () => {
    for (const given of [{}, { applicationId: 'a', servicePrincipalId: 'b' }, { applicationId: ' ' }]) {
      expect(await failure(act({ builtinAction: 'addPassword', ...given }))).toMatchObject({ kind: 'illegalArgument', outcome: 'notApplied' });
    }
    expect(await failure(act({ builtinAction: 'removeEverything' }))).toMatchObject({ kind: 'illegalArgument', message: expect.stringContaining('addPassword') as string });
    expect((await failure(act({ builtinAction: 'addPassword', applicationId: '00000000-0000-4000-8000-000000000000' }))).kind).toBe('unknownUid');
  });
});

describe('any other script on the connector', () => {
  it('[ms-graph 56] runs beside the connector, with it and with the caller\'s arguments', async () => {
    at.fake.add('groups', { displayName: 'From a script' });
    expect(await act({ wanted: 'tenant' }, 'return configuration[wanted]', 'JavaScript')).toBe('contoso.example');
    const text = 'const [found] = await connector.search(icf.GROUP); return found.uid';
    expect(await scriptOnConnector(at.caller, graph, configuration(at.fake), text)).toBe(at.fake.of('groups')[0]!['id']);
    expect(await at.caller.create('application', Attribute.of('displayName', 'still itself'))).toBeDefined();
  });

  it('is refused where nothing runs scripts', async () => {
    const perform = at.caller.facade.perform({ kind: 'scriptOnConnector', script: new Script('javascript', 'return 1'), scriptArguments: new Map(), options: OperationOptions.none }, calling());
    expect(await failure(perform)).toMatchObject({ kind: 'unsupportedOperation', outcome: 'notApplied' });
  });
});
