import type { Uid } from '../../../protocol/model/index.js';
import { afterwards } from '../../engines/rest/index.js';
import type { GraphCall, GraphPath } from './reading.js';

/**
 * Deletes, and with `performHardDelete` removes what was deleted from the recycle bin
 * (https://learn.microsoft.com/en-us/graph/api/directory-deleteditems-delete), for resources that have one. `optional`: not all of the kind
 * go there, or an application may not remove them, which is how Graph has it with groups; then a warning is all.
 */
export function deletion(path: GraphPath, { optional = false } = {}): (call: GraphCall, uid: Uid) => Promise<void> {
  return async (call, uid) => {
    const variables = { uid: uid.value };
    await call.answer(`DELETE ${path}/{uid}`, { variables, uid: uid.value });
    if (!call.config.performHardDelete) return;
    await afterwards(`'${uid.value}' was deleted, but is still in the recycle bin of the directory:`, true, async () => {
      const { status } = await call.answer('DELETE /directory/deletedItems/{uid}', { variables, accept: optional ? [403, 404] : [] });
      if (status >= 400) call.log.warn({ status }, 'What was deleted could not be removed from the recycle bin, too: it is not there, or the service does not let an application do it');
    });
  };
}
