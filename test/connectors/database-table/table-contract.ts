import databaseTable from '../../../connectors/catalog/database-table/index.js';
import { ACCOUNT, Attribute, GuardedString, Name } from '../../../protocol/model/index.js';
import { describeConnectorContract } from '../../contract/connector-contract.js';
import type { TestDatabase } from './table-facade.js';

/** The contract suite on a table of a database. */
export function describeTableContract(title: string, start: () => Promise<TestDatabase>): void {
  describeConnectorContract(title, async () => {
    const database = await start();
    await database.createTable('contract_people');
    return {
      connector: databaseTable,
      configuration: { ...database.configuration, table: 'contract_people', keyColumn: 'email', passwordColumn: 'secret', changeLogColumn: 'changed', testOnBorrow: true, validationQuery: 'select 1', validationInterval: 0n },
      objectClass: ACCOUNT,
      sample: (index) => [
        new Name(`user${index}`), Attribute.of('name', `m${index % 3}@example.com`), Attribute.of('note', index % 2 === 0 ? 'even' : 'odd'),
        Attribute.of('__PASSWORD__', new GuardedString(`pass-w0rd-${index}`)),
      ],
      change: Attribute.of('name', 'changed@example.com'),
      filters: [
        { kind: 'equals', attribute: Attribute.of('name', 'm1@example.com') },
        { kind: 'startsWith', attribute: Attribute.of('name', 'm2') },
        { kind: 'not', operand: { kind: 'contains', attribute: Attribute.of('note', 'dd') } },
        { kind: 'greaterThanOrEqual', attribute: Attribute.of('name', 'm1@example.com') },
      ],
      filterAttributes: ['name', 'note'],
      optional: ['note'],
      freeText: ['name', 'note'],
      broken: database.configuration['password'] === null ? { table: 'nowhere' } : { password: 'wrong-password-2' },
      secrets: ['pass-w0rd-', 'wrong-password-2', ...(typeof database.configuration['password'] === 'string' ? [database.configuration['password']] : [])],
      behind: { name: database.name, real: database.isReal },
      ...(database.outage === undefined ? {} : { outage: database.outage }),
      ...(database.openCursors === undefined ? {} : { openCursors: database.openCursors }),
      exempt: {
        values: 'a column holds one value, so nothing is multi-valued',
        ...(database.outage === undefined ? { outage: 'the database runs within the agent and cannot be away without it' } : {}),
      },
      stop: () => database.stop(),
    };
  });
}
