import type { Call } from '../../framework/spi.js';
import { notMade, trailBehind, type PageState } from './cookie.js';
import type { Table } from './format/table.js';

/**
 * A page that begins at a cookie of another agent of the group: this file may be a copy of that agent's, or the same one by
 * another way. The cookie is believed when the rows before its place are the same, which they are all read for: nobody can
 * have a row cut anew, or a row left out, by making a cookie up. Throws `illegalArgument` when they are not.
 */
export async function requireSameRows(table: Table, page: PageState, call: Call): Promise<void> {
  let seen = 0;
  let trail = '';
  for await (const rows of table.batches(call.signal)) {
    for (const { offset, line, uid } of rows) {
      if (offset >= page.offset) {
        if (offset === page.offset && line === page.line && seen === page.seen && trail === page.trail) return;
        notMade(table.path);
      }
      trail = trailBehind(trail, uid);
      seen++;
    }
    call.progress?.();
  }
  notMade(table.path);
}
