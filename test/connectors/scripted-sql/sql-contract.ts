import { rm } from 'node:fs/promises';
import scriptedSql from '../../../connectors/catalog/scripted-sql/index.js';
import { ACCOUNT, Attribute, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import { filled, operationSandbox, scriptFolder, withScripts } from '../../support/scripted.js';
import type { TestDatabase } from '../database-table/table-facade.js';
import { SCRIPTS, tables } from './sql-scripts.js';

/** The contract suite on a script for each operation and a database server. `bytes`: its type for them. */
export function describeSqlContract(title: string, start: () => Promise<TestDatabase>, bytes?: string): void {
  describeConnectorContract(title, async () => {
    const database = await start();
    for (const statement of tables(bytes)) await database.query(statement);
    const runner = await operationSandbox({}, 16);
    const { scripts = {}, values = {} } = filled(SCRIPTS);
    const folder = await scriptFolder(scripts);
    return {
      connector: withScripts(scriptedSql, runner),
      configuration: { ...database.configuration, ...values, scriptRoots: [folder], minIdle: 0, testOnBorrow: true, validationQuery: 'select 1', validationInterval: 0n },
      objectClass: ACCOUNT,
      sample: (index) => [
        new Name(`user${index}`), Attribute.of('mail', `m${index % 3}@example.com`), Attribute.of('age', BigInt(20 + index)), Attribute.of('__PASSWORD__', new GuardedString(`pass-w0rd-${index}`)),
      ],
      change: Attribute.of('mail', 'changed@example.com'),
      multiValued: { name: 'groups', values: ['admins', 'staff'] },
      filters: [{ kind: 'equals', attribute: Attribute.of('mail', 'm1@example.com') }, { kind: 'greaterThan', attribute: Attribute.of('age', 24n) }],
      filterAttributes: ['mail'],
      optional: ['mail'],
      freeText: ['mail'],
      broken: { password: 'wrong-password-2' },
      secrets: ['pass-w0rd-', 'wrong-password-2', database.configuration['password'] as string],
      behind: { name: database.name, real: database.isReal },
      ...database.outage && { outage: database.outage },
      ...database.openCursors && { openCursors: database.openCursors },
      stop: async () => {
        await runner.close();
        await database.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  });
}
