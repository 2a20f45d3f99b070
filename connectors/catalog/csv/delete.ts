import type { Call, DeleteRequest } from '../../framework/spi.js';
import { fileToChange, requireAccount, type CsvSession } from './session.js';

/** Takes the row out of the file, with every line it spans. */
export async function remove(session: CsvSession, request: DeleteRequest, call: Call): Promise<void> {
  requireAccount(request.objectClass);
  const file = await fileToChange(session);
  const uid = request.uid.value;
  await file.submit({
    uids: () => [uid],
    async apply(plan) {
      await plan.remove(uid);
      return uid;
    },
  }, session.layout, call.signal);
}
