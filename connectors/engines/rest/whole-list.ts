import type { RestObjectClass } from './definition.js';
import { isJsonObject, withValueAt, type JsonObject } from './json.js';
import { listed, type ListDetails, type ListEndpoint } from './list.js';
import { uidOf } from './object-mapping.js';
import type { RestCall } from './rest-call.js';

/**
 * A list that is one answer, in no order that lasts. It is read to its end before anything else is done, since its connection would not
 * last as long as the requests for its objects; the objects come by their uid, and a page begins behind the last uid of the one before.
 */
export interface WholeList {
  /** Whether a search is for an element at all: no request is made for one that it is not for. @default every element */
  readonly keeps?: (element: JsonObject) => boolean;
}

/** An element of a whole list, with its uid. */
export interface WholeElement { readonly uid: string; readonly wire: JsonObject }

/** What a search is for of a whole list, in the order of the uids. `uidsOnly`: no more of each element is held than its uid. */
export async function wholeElements(call: RestCall, definition: RestObjectClass, list: ListEndpoint & { readonly whole?: WholeList }, details: ListDetails, { uidsOnly, progress }: { readonly uidsOnly: boolean; progress(): void }): Promise<readonly WholeElement[]> {
  const { keeps = () => true } = list.whole ?? {};
  const { uid: place = 'id' } = definition;
  const elements = new Map<string, JsonObject>();
  for await (const part of listed(call, list, details)) {
    for (const wire of part) {
      if (!isJsonObject(wire) || !keeps(wire)) continue;
      const uid = uidOf(definition, wire);
      if (uid !== undefined) elements.set(uid, uidsOnly && typeof place === 'string' ? withValueAt({}, place, uid) : wire);
    }
    progress();
  }
  return [...elements].map(([uid, wire]) => ({ uid, wire })).sort((one, other) => (one.uid < other.uid ? -1 : 1));
}

/** Where the elements behind a uid begin. */
export function placeBehind(elements: readonly WholeElement[], uid: string): number {
  let [low, high] = [0, elements.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((elements[middle]?.uid ?? '') <= uid) low = middle + 1;
    else high = middle;
  }
  return low;
}
