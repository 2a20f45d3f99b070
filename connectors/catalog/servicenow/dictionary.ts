import { listed, textAt, type RestAttributes, type RestCall } from '../../engines/rest/index.js';
import { column } from './columns.js';
import { recordPaging } from './offset-paging.js';

/** A table extends another, and that one another, a few times at most. */
const DEEPEST = 20;
const ENTRIES_AT_ONCE = 1_000;

/** A table and those it extends, whose columns it has too; sys_db_object tells. */
async function tablesAbove(call: RestCall, table: string): Promise<readonly string[]> {
  const tables: string[] = [];
  for (let next: string | undefined = table; next !== undefined && tables.length < DEEPEST && !tables.includes(next);) {
    tables.push(next);
    const answer = await call.send('GET /table/sys_db_object', { query: { sysparm_query: `name=${next}`, sysparm_fields: 'super_class.name', sysparm_limit: 1 } });
    next = superClassOf(answer);
  }
  return tables;
}

/** Dot-walked fields keep their dots: a name with one is no path. */
function superClassOf(answer: unknown): string | undefined {
  const [entry] = (answer as { readonly result?: readonly Readonly<Record<string, unknown>>[] } | null)?.result ?? [];
  const name = entry?.['super_class.name'];
  return typeof name === 'string' && /^\w+$/.test(name) ? name : undefined;
}

/** Columns of a table the instance tells of in sys_dictionary, custom ones among them, but for those known already. */
export async function columnsOf(call: RestCall, table: string, known: RestAttributes): Promise<RestAttributes> {
  const tables = await tablesAbove(call, table);
  const found: Record<string, RestAttributes[string]> = {};
  const dictionary = {
    request: 'GET /table/sys_dictionary', items: 'result', pageSize: ENTRIES_AT_ONCE, paging: recordPaging,
    query: { sysparm_query: `nameIN${tables.join(',')}^elementISNOTEMPTY^internal_type!=collection^ORDERBYsys_id`, sysparm_fields: 'element,read_only' },
  } as const;
  for await (const entries of listed(call, dictionary)) {
    for (const entry of entries) {
      const name = textAt(entry, 'element');
      if (name !== undefined && known[name] === undefined) found[name] = column(name, { own: textAt(entry, 'read_only') === 'true' });
    }
  }
  return found;
}
