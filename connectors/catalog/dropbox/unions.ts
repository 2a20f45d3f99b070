import { isJsonObject, type Json, type JsonObject } from '../../engines/rest/index.js';

/** A union as Dropbox writes it: the name of the case under `.tag` (https://github.com/dropbox/stone, docs/json_serializer.rst). */
export const tagged = (tag: string, value?: string | readonly string[]): JsonObject => ({ '.tag': tag, ...(value === undefined ? {} : { [tag]: value }) });

/** The case of a union; one without a value may be its name alone. */
export function tagOf(union: Json | undefined): string | undefined {
  const tag = isJsonObject(union) ? union['.tag'] : union;
  return typeof tag === 'string' ? tag : undefined;
}

export const memberById = (id: string): JsonObject => tagged('team_member_id', id);
export const groupById = (id: string): JsonObject => tagged('group_id', id);
