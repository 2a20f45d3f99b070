import { Uid } from '../../../protocol/model/index.js';
import type { Call, UpdateRequest } from '../../framework/spi.js';
import { cellsOf } from './cells.js';
import { fileToChange, requireAccount, type CsvSession } from './session.js';

/** Replaces the given cells of a row; an attribute without value clears its cell. A new `__NAME__` renames the row. */
export async function update(session: CsvSession, request: UpdateRequest, call: Call): Promise<Uid> {
  requireAccount(request.objectClass);
  const file = await fileToChange(session);
  const old = request.uid.value;
  const uid = await file.submit({
    uids: (columns) => [old, cellsOf(file.path, columns, request.attributes).get(columns.uid) ?? old],
    async apply(plan) {
      const { columns } = plan.table;
      const cells = cellsOf(file.path, columns, request.attributes);
      const before = await plan.fieldsOf(old);
      const renamed = cells.get(columns.uid) ?? old;
      // A cell that only differs by blanks, which reading trims, is left as it is.
      if (renamed === old) cells.delete(columns.uid);
      await plan.replace(old, renamed, before.map((field, index) => cells.get(index) ?? field));
      return renamed;
    },
  }, session.layout, call.signal);
  return new Uid(uid);
}
