import { textAt, type JsonObject } from './json.js';
import { variablesOf } from './request-line.js';

/** A uid made of several texts of the service's object, and what it is made of: of a part that is missing an empty text, which names nothing. */
export interface CompoundUid {
  readonly uid: (object: JsonObject) => string | undefined;
  readonly variables: (uid: string) => Readonly<Record<string, string>>;
}

/**
 * `{group}/members/{member}`: names in braces are paths in the object, and variables of request lines. What stands between two of them
 * must not be in the first; the last one takes the rest.
 */
export function compoundUid(template: string): CompoundUid {
  const names = variablesOf(template);
  const [start = '', ...separators] = names.reduce<readonly string[]>((texts, name) => [...texts.slice(0, -1), ...(texts.at(-1) ?? '').split(`{${name}}`, 2)], [template]);
  return {
    uid: (object) => {
      const parts = names.map((name) => textAt(object, name));
      return parts.includes(undefined) ? undefined : parts.reduce<string>((uid, part, index) => `${uid}${part ?? ''}${separators[index] ?? ''}`, start);
    },
    variables: (uid) => {
      const parts: Record<string, string> = Object.fromEntries(names.map((name) => [name, '']));
      let rest = uid.startsWith(start) ? uid.slice(start.length) : '';
      for (const [index, name] of names.entries()) {
        const end = index === names.length - 1 ? rest.length : rest.indexOf(separators[index] ?? '');
        parts[name] = rest.slice(0, Math.max(0, end));
        rest = end < 0 ? '' : rest.slice(end + (separators[index] ?? '').length);
      }
      return parts;
    },
  };
}
