import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import databaseTable from '../../../connectors/catalog/database-table/index.js';
import { runScriptOnConnector, type ScriptSandbox } from '../../../connectors/engines/scripted/sandbox/index.js';
import { OperationOptions, Script, type IcfValue } from '../../../protocol/model/index.js';
import { configured } from '../../support/memory-facade.js';
import { operationSandbox } from '../../support/scripted.js';
import { TableFacade, type TestDatabase } from './table-facade.js';

/** Scripts on the connector, run beside it as an agent does. */
export function describeScripts(start: () => Promise<TestDatabase>): void {
  describe('scripts on the database-table connector', () => {
    let database: TestDatabase;
    let sandbox: ScriptSandbox;
    let facade: TableFacade;
    beforeAll(async () => {
      database = await start();
      await database.createTable('scripted_people');
      sandbox = await operationSandbox({}, 1);
      facade = await TableFacade.on(database, { table: 'scripted_people' });
    });
    afterAll(async () => {
      await facade.dispose();
      await sandbox.close();
      await database.stop();
    });

    it('[database-table 32] have the connector, bound to its configuration, and the arguments of their caller', async () => {
      const run = (text: string, given: Record<string, IcfValue>) => runScriptOnConnector(
        sandbox,
        { kind: 'scriptOnConnector', script: new Script('javascript', text), scriptArguments: new Map(Object.entries(given)), options: OperationOptions.none },
        { open: async () => facade.facade, configuration: configured(databaseTable, { ...database.configuration, table: 'scripted_people' }), timeout: 10_000, log: facade.log },
        facade.context,
      );
      const text = `
        await connector.create(icf.ACCOUNT, { __NAME__: id, note: configuration.table + ' ' + args.id });
        const [found] = await connector.search(icf.ACCOUNT, icf.filter.equals('__UID__', id));
        return found.attributes.note[0];`;
      expect(await run(text, { id: 'bob' })).toBe('scripted_people bob');
      expect(await run('return \'password\' in configuration', {})).toBe(false);
      expect((await facade.get('bob'))?.get('note')?.values).toEqual(['scripted_people bob']);
    });
  });
}
