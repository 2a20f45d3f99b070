import { NAME, type Uid } from '../../../protocol/model/index.js';
import { refuse, textAt, valueAt, type JsonObject, type RestCall, type Written } from '../../engines/rest/index.js';

const contradict = (column: string): never => refuse(`__NAME__ and ${column} are the same column: give one of them, or the same value in both.`);

/** The values a write gives the column of the name, which is an attribute by itself, too. */
function namesIn({ attributes }: Written, column: string): readonly string[] {
  const given = attributes.filter(({ name }) => [NAME, column].some((known) => known.toLowerCase() === name.toLowerCase())).map(({ single }) => single);
  return [...new Set(given.filter((value) => typeof value === 'string'))];
}

export function checkNames(written: Written, operation: 'create' | 'update', column: string): void {
  if (operation === 'create' && namesIn(written, column).length > 1) contradict(column);
}

/** The body of an update. Callers send back whole objects with one of the two changed: what is not as before is meant. */
export async function settledName(call: RestCall, table: string, { value: uid }: Uid, written: Written, column: string): Promise<JsonObject> {
  const names = namesIn(written, column);
  if (names.length < 2) return written.object;
  const known = textAt(valueAt(await call.send(`GET /table/${table}/{uid}`, { variables: { uid }, uid, query: { sysparm_fields: column } }), 'result'), column);
  const [changed, ...others] = names.filter((name) => name !== known);
  return changed === undefined || others.length > 0 ? contradict(column) : { ...written.object, [column]: changed };
}
