import { ConnectorError, NAME, Uid } from '../../../protocol/model/index.js';
import type { Call, CreateRequest } from '../../framework/spi.js';
import { cellsOf } from './cells.js';
import type { Columns } from './format/columns.js';
import { fileToChange, requireAccount, type CsvSession } from './session.js';

/** Adds a row at the end of the file. Columns without an attribute stay empty. */
export async function create(session: CsvSession, request: CreateRequest, call: Call): Promise<Uid> {
  requireAccount(request.objectClass);
  const file = await fileToChange(session);
  const prepare = (columns: Columns): { readonly uid: string; readonly fields: readonly string[] } => {
    const cells = cellsOf(file.path, columns, request.attributes);
    const uid = cells.get(columns.uid);
    if (uid === undefined) throw new ConnectorError('invalidAttributeValue', `A new row of ${file.path} needs ${NAME}, the value of its column ${columns.headers[columns.uid] ?? ''}.`);
    return { uid, fields: columns.headers.map((_, index) => cells.get(index) ?? '') };
  };
  const uid = await file.submit({
    uids: (columns) => [prepare(columns).uid],
    async apply(plan) {
      const row = prepare(plan.table.columns);
      await plan.create(row.uid, row.fields);
      return row.uid;
    },
  }, session.layout, call.signal);
  return new Uid(uid);
}
