import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialects } from '../../../../connectors/engines/sql/dialects.js';
import { id, identifiers, jdbcSql, joinSql, renderSql, sql } from '../../../../connectors/engines/sql/sql-text.js';
import { parseTableName } from '../../../../connectors/engines/sql/table-name.js';

const all = Object.values(dialects);
const hostile = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\'; drop table people; --', '"', '`', ']', '\\', '?', '$1', ':1', '@p1', '/*', 'a\' or \'1\'=\'1', '[x]]', '%_!'));

/** The text with its delimited identifiers cut out, as the database's scanner does it. */
function outsideIdentifiers(text: string, open: string, close: string): string {
  let rest = '';
  for (let at = 0; at < text.length;) {
    if (text[at] !== open) {
      rest += text.charAt(at++);
      continue;
    }
    at++;
    while (at < text.length && !(text[at] === close && text[at + 1] !== close)) at += text[at] === close ? 2 : 1;
    at++;
  }
  return rest;
}

const DELIMITERS: Readonly<Record<string, readonly [string, string]>> = { mysql: ['`', '`'], mariadb: ['`', '`'], sqlserver: ['[', ']'] };

describe('statements', () => {
  it('hold no value from outside: every value is bound', () => {
    fc.assert(fc.property(fc.constantFrom(...all), fc.array(hostile, { minLength: 1, maxLength: 5 }), (dialect, values) => {
      const { text, values: bound } = renderSql(sql`select * from t where ${joinSql(values.map((value) => sql`a = ${value}`), ' or ')}`, dialect);
      expect(bound).toEqual(values);
      expect(text).toBe(`select * from t where ${values.map((_, index) => `a = ${dialect.placeholder(index + 1)}`).join(' or ')}`);
    }));
  });

  it('hold no identifier from outside but delimited, its delimiters doubled', () => {
    fc.assert(fc.property(fc.constantFrom(...all), hostile.filter((name) => name !== '' && !name.includes('\0')), (dialect, name) => {
      const { text } = renderSql(sql`select ${id(name)} from t`, dialect);
      const [open, close] = DELIMITERS[dialect.name] ?? ['"', '"'];
      expect(outsideIdentifiers(text, open, close)).toBe('select  from t');
    }));
  });

  it('refuse an identifier that no delimiter makes one', () => {
    for (const dialect of all) for (const name of ['', 'a\0b']) expect(() => renderSql(id(name), dialect)).toThrow(/is no name/);
  });

  it('take a bare identifier only where it is a plain word', () => {
    fc.assert(fc.property(hostile, (name) => {
      try {
        expect(renderSql(identifiers([name], 'none'), dialects.postgresql).text).toMatch(/^[\p{L}_#@$][\p{L}\p{N}_#@$]*$/u);
      } catch (error) {
        expect(String(error)).toMatch(/plain SQL name/);
      }
    }));
  });

  it('bind a question mark of a written statement only outside of quotes and comments', () => {
    const written = 'select \'?\', "?", `?`, $$?$$, a ?? b -- ?\n/* ? */ from t where a = ? and b = ?';
    expect(renderSql(jdbcSql(written, [1, 'x']), dialects.postgresql)).toEqual({
      text: 'select \'?\', "?", `?`, $$?$$, a ? b -- ?\n/* ? */ from t where a = $1 and b = $2', values: [1, 'x'],
    });
    expect(() => jdbcSql('select ?', [])).toThrow(/1 placeholders .* 0 values/);
  });

  it('name tables as configurations do, and nothing else', () => {
    const named = (given: string): string => renderSql(parseTableName(given).text, dialects.postgresql).text;
    expect(['people', 'hr.people', '"Human Resources"."People"', '[dbo].[people]', '`hr`.people', 'a-b'].map(named))
      .toEqual(['people', 'hr.people', '"Human Resources"."People"', '"dbo"."people"', '"hr".people', '"a-b"']);
    for (const wrong of ['', 'people; drop table x', 'a..b', 'people where 1=1', '"a', 'a.b.c.d', 'people--', 'a.']) expect(() => named(wrong), wrong).toThrow(/no name of a table/);
  });
});
