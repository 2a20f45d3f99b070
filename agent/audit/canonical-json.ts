export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json | undefined };

/** Everything but printable ASCII; quote and backslash are escaped besides. */
const UNSAFE = /["\\\u0000-\u001f\u007f-\uffff]/;
const EACH_UNSAFE = /["\\\u0000-\u001f\u007f-\uffff]/g;

function escape(character: string): string {
  if (character === '"') return '\\"';
  if (character === '\\') return '\\\\';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * One text for one value: members in the order of their names, no blanks, numbers as ECMAScript prints them, and everything
 * but printable ASCII escaped as `\uXXXX`, lone surrogates included. So a line holds no line break, no control character and
 * nothing that changes how a terminal shows it, and has as many bytes as characters. Undefined members are left out.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return UNSAFE.test(value) ? `"${value.replace(EACH_UNSAFE, escape)}"` : `"${value}"`;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no place in JSON.`);
    return JSON.stringify(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  let text = '';
  for (const name of sortedNames(value)) {
    const member = value[name];
    if (member !== undefined) text += `${text === '' ? '' : ','}${canonicalJson(name)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** Lines are made in the right order already, as a rule. */
function sortedNames(value: object): string[] {
  const names = Object.keys(value);
  for (let index = 1; index < names.length; index++) {
    if ((names[index - 1] ?? '') > (names[index] ?? '')) return names.sort();
  }
  return names;
}

function isList(value: readonly Json[] | { readonly [name: string]: Json | undefined }): value is readonly Json[] {
  return Array.isArray(value);
}
