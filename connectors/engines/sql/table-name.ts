import { ConnectorError } from '../../../protocol/model/index.js';
import { checkedIdentifier, identifiers, joinSql, type SqlText } from './sql-text.js';

/** A table as a configuration names it: `people`, `hr.people`, `"Human Resources"."People"`, `[dbo].[people]`. */
export interface TableName {
  readonly parts: readonly TableNamePart[];
  /** As in SQL: plain parts bare, so that the database finds them as it finds any unquoted name; delimited ones delimited. */
  readonly text: SqlText;
}
export interface TableNamePart {
  readonly name: string;
  readonly isDelimited: boolean;
}

const PART = /^(?:"((?:[^"]|"")+)"|`((?:[^`]|``)+)`|\[((?:[^\]]|\]\])+)\]|([\p{L}_#@$](?:-?[\p{L}\p{N}_#@$])*))(\.|$)/u;
const PLAIN = /^[\p{L}_#@$][\p{L}\p{N}_#@$]*$/u;

/** Throws `configuration` for what is no name of a table. */
export function parseTableName(given: string): TableName {
  const parts: TableNamePart[] = [];
  let rest = given.trim();
  do {
    const match = PART.exec(rest);
    if (match === null || parts.length === 3) refuse(given);
    parts.push(partOf(match));
    const endsInDot = match[5] === '.';
    rest = rest.slice(match[0].length);
    if (endsInDot && rest === '') refuse(given);
  } while (rest !== '');
  return { parts, text: joinSql(parts.map(({ name, isDelimited }) => identifiers([name], isDelimited ? 'dialect' : 'none')), '.') };
}

function partOf(match: RegExpExecArray): TableNamePart {
  const [, double, back, bracket, bare = ''] = match;
  const name = double?.replaceAll('""', '"') ?? back?.replaceAll('``', '`') ?? bracket?.replaceAll(']]', ']') ?? bare;
  // A bare name with a hyphen would be a subtraction: it can only be meant as a delimited one.
  return { name: checkedIdentifier(name), isDelimited: bare === '' || !PLAIN.test(bare) };
}

function refuse(given: string): never {
  throw new ConnectorError('configuration', `${JSON.stringify(given)} is no name of a table: give table, schema.table, or "Table" in quotes where the name has other characters than letters, digits and _.`);
}

/** A part as the catalog spells it. */
export function catalogName({ name, isDelimited }: TableNamePart, foldsTo: 'lower' | 'upper' | 'kept'): string {
  if (isDelimited || foldsTo === 'kept') return name;
  return foldsTo === 'lower' ? name.toLowerCase() : name.toUpperCase();
}
