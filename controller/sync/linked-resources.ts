import type { JsonObject, JsonValue } from '../crest/json.js';
import type { CallerContext } from '../crest/request.js';
import { badRequest } from '../crest/resource-error.js';
import { ownerOf, type MappingBook } from '../mappings/mapping-book.js';
import type { Mapping } from '../mappings/mapping.js';
import { mappingLinks } from '../reconciliation/links.js';
import { messageOf } from '../reconciliation/message-of.js';
import type { ObjectSet } from '../reconciliation/object-set.js';
import type { Database } from '../store/database/database.js';

export interface LinkedResourceParts {
  readonly database: Database;
  readonly book: MappingBook;
  readonly setOf: (name: string, identity: Pick<CallerContext, 'caller' | 'transactionId' | 'span'>) => ObjectSet;
}

interface Linked {
  readonly container: string;
  readonly id: string;
  readonly qualifier: string;
  readonly linkType: string;
  readonly mappings: JsonObject[];
}

/** What an object is linked to, by `system/s/t/id` or `managed/t/id`, whichever side it is on. */
export async function linkedResources({ database, book, setOf }: LinkedResourceParts, resourceName: string, context: CallerContext): Promise<JsonValue> {
  const found = new Map<string, Linked>();
  let isKnown = false;
  for (const entry of (await book.all()).values()) {
    if (!('mapping' in entry)) continue;
    for (const end of ['source', 'target'] as const) {
      const id = idWithin(entry.mapping[end], resourceName);
      if (id === undefined) continue;
      isKnown = true;
      await addLinked({ database, book }, entry.mapping, end, id, found);
    }
  }
  if (!isKnown && !/^(system\/[^/]+\/[^/]+|managed\/[^/]+)\/.+/.test(resourceName)) throw badRequest(`resourceName must be the name of an object, such as system/ldap/account/<id>, not ${resourceName}`);
  return Promise.all([...found.values()].map(async ({ container, id, qualifier, linkType, mappings }) => {
    const base = { resourceName: `${container}/${id}`, linkQualifier: qualifier, linkType, mappings };
    try {
      return { ...base, content: await setOf(container, context).read(id, context.signal) ?? null };
    } catch (error) {
      return { ...base, content: null, error: messageOf(error) };
    }
  }));
}

function idWithin(container: string, resourceName: string): string | undefined {
  const name = resourceName.replace(/^\//, '');
  return name.startsWith(`${container}/`) && name.length > container.length + 1 ? name.slice(container.length + 1) : undefined;
}

async function addLinked({ database, book }: Pick<LinkedResourceParts, 'database' | 'book'>, mapping: Mapping, end: 'source' | 'target', id: string, found: Map<string, Linked>): Promise<void> {
  const links = await mappingLinks(database, mapping, await ownerOf(book, mapping));
  if (links.type === null) return;
  const qualifiers = end === 'source' ? await links.qualifiersOf(id) : mappingQualifiers(mapping);
  for (const qualifier of qualifiers) {
    const other = end === 'source' ? await links.targetOf(id, qualifier) : await links.sourceOf(id, qualifier);
    if (other === undefined) continue;
    const container = end === 'source' ? mapping.target : mapping.source;
    const key = JSON.stringify([container, other, qualifier, links.type]);
    const linked = found.get(key) ?? { container, id: other, qualifier, linkType: links.type, mappings: [] };
    linked.mappings.push({ name: mapping.name, type: end });
    found.set(key, linked);
  }
}

/** A script may name any; then only the usual one is looked for. */
function mappingQualifiers({ linkQualifiers }: Mapping): readonly string[] {
  return 'text' in linkQualifiers ? ['default'] : linkQualifiers;
}
