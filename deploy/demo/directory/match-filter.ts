import { LdapFailure, type Attributes } from './entry-tree.js';
import type { BerElement } from './ber.js';

const PROTOCOL_ERROR = 2;

/** Values of an attribute, lower-cased: every attribute of this directory compares as caseIgnoreMatch. */
function valuesOf(attributes: Attributes, name: string): string[] {
  return (attributes.get(name.toLowerCase())?.values ?? []).map((value) => value.toLowerCase());
}

function matchesSubstrings(value: string, parts: readonly BerElement[]): boolean {
  let at = 0;
  for (const part of parts) {
    const text = part.text.toLowerCase();
    if (part.tag === 0x80) {
      if (!value.startsWith(text)) return false;
      at = text.length;
    } else if (part.tag === 0x82) {
      return value.length - at >= text.length && value.endsWith(text);
    } else {
      const found = value.indexOf(text, at);
      if (found < 0) return false;
      at = found + text.length;
    }
  }
  return true;
}

/** Evaluates a search filter as it came over the wire (RFC 4511 section 4.5.1.7). */
export function matchesFilter(attributes: Attributes, filter: BerElement): boolean {
  switch (filter.tag) {
    case 0xa0: return filter.children.every((operand) => matchesFilter(attributes, operand));
    case 0xa1: return filter.children.some((operand) => matchesFilter(attributes, operand));
    case 0xa2: return !matchesFilter(attributes, filter.child(0));
    case 0xa3:
    case 0xa8: return valuesOf(attributes, filter.child(0).text).includes(filter.child(1).text.toLowerCase());
    case 0xa4: {
      const parts = filter.child(1).children;
      return valuesOf(attributes, filter.child(0).text).some((value) => matchesSubstrings(value, parts));
    }
    case 0xa5: return valuesOf(attributes, filter.child(0).text).some((value) => value >= filter.child(1).text.toLowerCase());
    case 0xa6: return valuesOf(attributes, filter.child(0).text).some((value) => value <= filter.child(1).text.toLowerCase());
    case 0x87: return attributes.has(filter.text.toLowerCase());
    default: throw new LdapFailure(PROTOCOL_ERROR, `Filters of type 0x${filter.tag.toString(16)} are not supported by the embedded directory.`);
  }
}

/** The value that an entry must have in `attribute` to match at all, where the filter says so. */
export function requiredValue(filter: BerElement, attribute: string): string | undefined {
  if (filter.tag === 0xa3) return filter.child(0).text.toLowerCase() === attribute ? filter.child(1).text : undefined;
  if (filter.tag !== 0xa0) return undefined;
  for (const operand of filter.children) {
    const value = requiredValue(operand, attribute);
    if (value !== undefined) return value;
  }
  return undefined;
}
