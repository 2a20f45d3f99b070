import { pageSizeOf, pagesFrom, type ListEndpoint, type PagePart, type PageStart } from './list.js';
import { isJsonObject, type Json } from './json.js';
import type { RestCall } from './rest-call.js';

/** Where it goes on: at a page of the outer list, an element of that page, and a page of the element's own list; null: at the first one. */
interface Place { readonly outer: Json; readonly element: number; readonly inner: Json }

const BEGINNING: Place = { outer: null, element: 0, inner: null };

/** One page of the outer list, and where the next one is. */
async function outerPage(call: RestCall, outer: ListEndpoint, at: Json): Promise<{ readonly elements: readonly Json[]; readonly next: Json | undefined }> {
  const elements: Json[] = [];
  for await (const { items, end } of pagesFrom(call, outer, { at: at ?? undefined, size: pageSizeOf(outer) })) {
    elements.push(...items);
    if (end !== undefined) return { elements, next: end.next };
  }
  return { elements, next: undefined };
}

/**
 * The pages of a list that is made of a list for each element of another, such as the members of every group; for `ObjectList.pages`.
 * What `outer` has is held a page at a time. `inner` says where an element's own list is.
 */
export function listsOfEach(outer: ListEndpoint, inner: (element: Json) => ListEndpoint): NonNullable<ListEndpoint['pages']> {
  return async function* pages(call: RestCall, { at, size }: PageStart): AsyncGenerator<PagePart, void, void> {
    let place: Place | undefined = isJsonObject(at) ? at as unknown as Place : BEGINNING;
    while (place !== undefined) {
      const from: Place = place;
      const { elements, next } = await outerPage(call, outer, from.outer);
      const behind: Place | undefined = next === undefined ? undefined : { ...BEGINNING, outer: next };
      for (let index = from.element; index < elements.length; index++) {
        const start = index === from.element ? from.inner ?? undefined : undefined;
        const after = index + 1 < elements.length ? { ...from, element: index + 1, inner: null } : behind;
        for await (const { items, before, at: page, end } of pagesFrom(call, inner(elements[index] ?? null), { at: start, size })) {
          const here = (within: Json | undefined): Json => ({ outer: from.outer, element: index, inner: within ?? null });
          yield { items, before, at: here(page), ...(end === undefined ? {} : { end: { next: end.next === undefined ? after as unknown as Json | undefined : here(end.next) } }) };
        }
      }
      place = behind;
    }
  };
}
