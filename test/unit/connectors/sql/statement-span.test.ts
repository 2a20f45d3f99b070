import { describe, expect, it } from 'vitest';
import { dialects } from '../../../../connectors/engines/sql/dialects.js';
import { statementSpan } from '../../../../connectors/engines/sql/statement-span.js';
import { id, jdbcSql, sql } from '../../../../connectors/engines/sql/sql-text.js';

describe('a statement as traces show it', () => {
  it.each([
    [sql`select ${id('mail')} from ${id('people')} where ${id('name')} = ${'marked'}`, 'SELECT'],
    [sql`  insert into people values (${'marked'})`, 'INSERT'],
    [jdbcSql("update people set name = 'marked'"), 'UPDATE'],
    [jdbcSql("marked 'x'"), undefined],
    [jdbcSql('/* marked */ select 1'), undefined],
  ])('by its first word, if that is one of SQL', (statement, operation) => {
    const { attributes } = statementSpan(dialects.sqlserver, statement);
    expect(attributes).toEqual({ 'db.system.name': 'microsoft.sql_server', 'db.operation.name': operation });
    expect(JSON.stringify(attributes)).not.toContain('marked');
  });
});
