import { isJsonObject, type Json } from '../../engines/rest/index.js';
import type { Paging } from '../../engines/rest/paging/paging.js';

const numberAt = (position: Json | undefined, name: string): number | undefined => {
  const value = isJsonObject(position) ? position[name] : undefined;
  return typeof value === 'number' ? value : undefined;
};

/**
 * By `sysparm_offset`, which counts records the user may not see, too: they are left out of a page that was counted with them, so that a
 * short page is not the last and the next one is a whole page further. `X-Total-Count` says where the end is. Where it has become
 * smaller, records before this page may have gone and those behind have moved up, unseen: the next page begins as much before this one,
 * since an object given twice does less harm than one never given (https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html).
 */
export const recordPaging: Paging = {
  request: (position, size) => ({ query: { sysparm_offset: numberAt(position, 'offset') ?? 0, sysparm_limit: size } }),
  after: ({ position, size, count, headers }) => {
    const offset = numberAt(position, 'offset') ?? 0;
    const told = headers.get('x-total-count');
    if (told === undefined || !/^\d+$/.test(told)) return count === 0 ? undefined : { offset: offset + size };
    const total = Number(told);
    const gone = Math.max(0, (numberAt(position, 'total') ?? total) - total);
    const next = gone > 0 ? Math.max(0, offset - gone) : offset + size;
    return next < total ? { offset: next, total } : undefined;
  },
};
