import { ConnectorError } from '../../../../protocol/model/index.js';
import { BerWriter } from 'ldapts';

/** Filters nested deeper than this are refused: they cost the server and our stack. */
const MAX_DEPTH = 100;
const TAG = {
  and: 0xa0, or: 0xa1, not: 0xa2, equality: 0xa3, substrings: 0xa4, greaterOrEqual: 0xa5, lessOrEqual: 0xa6, present: 0x87,
  approximate: 0xa8, extensible: 0xa9,
} as const;
const DESCRIPTION = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)(?:;[A-Za-z0-9-]+)*$/;
const RULE = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)$/;
const OCTET_STRING = 0x04;

/** An RFC 4515 filter as a tree; values are bytes. */
export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly operand: FilterNode }
  | { readonly kind: 'equality' | 'greaterOrEqual' | 'lessOrEqual' | 'approximate'; readonly attribute: string; readonly value: Buffer }
  | { readonly kind: 'substrings'; readonly attribute: string; readonly initial: Buffer | undefined; readonly any: readonly Buffer[]; readonly final: Buffer | undefined }
  | { readonly kind: 'present'; readonly attribute: string }
  | { readonly kind: 'extensible'; readonly attribute: string | undefined; readonly rule: string | undefined; readonly dnAttributes: boolean; readonly value: Buffer };

function invalid(text: string, why: string): never {
  throw new ConnectorError('illegalArgument', `The LDAP filter ${JSON.stringify(text)} is not valid: ${why}.`);
}

/** Reads RFC 4515 text (the outermost parentheses may be missing). Escapes are bytes, so any octet string can be said. */
class FilterReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): FilterNode {
    const node = this.#filter(0);
    if (this.#at !== this.#text.length) invalid(this.#text, `unexpected ${JSON.stringify(this.#text[this.#at])} at position ${this.#at}`);
    return node;
  }

  #filter(depth: number): FilterNode {
    if (depth > MAX_DEPTH) invalid(this.#text, `it is nested more than ${MAX_DEPTH} deep`);
    this.#skipSpaces();
    this.#expect('(');
    this.#skipSpaces();
    const node = this.#component(depth);
    this.#expect(')');
    this.#skipSpaces();
    return node;
  }

  #component(depth: number): FilterNode {
    const operator = this.#text[this.#at];
    if (operator !== '&' && operator !== '|' && operator !== '!') return this.#item();
    this.#at++;
    if (operator === '!') return { kind: 'not', operand: this.#filter(depth + 1) };
    const operands: FilterNode[] = [];
    this.#skipSpaces();
    while (this.#text[this.#at] === '(') operands.push(this.#filter(depth + 1));
    return { kind: operator === '&' ? 'and' : 'or', operands };
  }

  #item(): FilterNode {
    const end = this.#text.indexOf(')', this.#at);
    if (end < 0) invalid(this.#text, 'a parenthesis is missing');
    const item = this.#text.slice(this.#at, end);
    const parts = /^([^=~<>:]*)(:[^=]*:=|[~<>]?=)([^]*)$/.exec(item);
    if (parts === null) return invalid(this.#text, `${JSON.stringify(item)} is not of the form attribute=value`);
    const [, left = '', operator = '', value = ''] = parts;
    const attribute = left.trim();
    this.#at = end;
    if (operator.startsWith(':')) return this.#extensible(attribute, operator.slice(0, -1), value);
    if (!DESCRIPTION.test(attribute)) invalid(this.#text, `${JSON.stringify(attribute)} is no attribute name`);
    switch (operator) {
      case '~=': return { kind: 'approximate', attribute, value: this.#bytes(value) };
      case '>=': return { kind: 'greaterOrEqual', attribute, value: this.#bytes(value) };
      case '<=': return { kind: 'lessOrEqual', attribute, value: this.#bytes(value) };
      default: return this.#equality(attribute, value);
    }
  }

  #equality(attribute: string, value: string): FilterNode {
    if (value === '*') return { kind: 'present', attribute };
    if (!value.includes('*')) return { kind: 'equality', attribute, value: this.#bytes(value) };
    const pieces = value.split('*').map((piece) => this.#bytes(piece));
    const [initial, final] = [pieces[0], pieces.at(-1)].map((piece) => (piece?.length === 0 ? undefined : piece));
    const any = pieces.slice(1, -1).filter((piece) => piece.length > 0);
    if (initial === undefined && final === undefined && any.length === 0) return { kind: 'present', attribute };
    return { kind: 'substrings', attribute, initial, any, final };
  }

  #extensible(attribute: string, middle: string, value: string): FilterNode {
    const parts = middle.split(':').slice(1).filter((part) => part !== '');
    const dnAttributes = parts[0]?.toLowerCase() === 'dn';
    const [rule, ...more] = dnAttributes ? parts.slice(1) : parts;
    if (more.length > 0 || (rule !== undefined && !RULE.test(rule))) invalid(this.#text, `${JSON.stringify(middle)} names no matching rule`);
    if (attribute !== '' && !DESCRIPTION.test(attribute)) invalid(this.#text, `${JSON.stringify(attribute)} is no attribute name`);
    if (attribute === '' && rule === undefined) invalid(this.#text, 'an extensible match needs an attribute or a matching rule');
    return { kind: 'extensible', attribute: attribute === '' ? undefined : attribute, rule, dnAttributes, value: this.#bytes(value) };
  }

  #bytes(value: string): Buffer {
    if (!value.includes('\\')) {
      if (value.includes('(')) invalid(this.#text, 'a parenthesis in a value has to be written \\28');
      return Buffer.from(value, 'utf8');
    }
    const [first = '', ...escapes] = value.split('\\');
    const pieces = [Buffer.from(first, 'utf8')];
    for (const piece of escapes) {
      if (!/^[0-9a-fA-F]{2}/.test(piece)) invalid(this.#text, 'a backslash is not followed by two hexadecimal digits');
      pieces.push(Buffer.from(piece.slice(0, 2), 'hex'), Buffer.from(piece.slice(2), 'utf8'));
    }
    return Buffer.concat(pieces);
  }

  #skipSpaces(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) invalid(this.#text, `expected ${JSON.stringify(character)} at position ${this.#at}`);
    this.#at++;
  }
}

/** Parses RFC 4515 text. Throws a ConnectorError `illegalArgument` that says what is wrong. */
export function parseFilter(text: string): FilterNode {
  const trimmed = text.trim();
  if (trimmed === '') invalid(text, 'it is empty');
  return new FilterReader(trimmed.startsWith('(') ? trimmed : `(${trimmed})`).read();
}

/** Writes the filter as RFC 4511 section 4.5.1 has it. */
export function writeFilter(writer: BerWriter, node: FilterNode): void {
  switch (node.kind) {
    case 'and': case 'or':
      writer.startSequence(TAG[node.kind]);
      for (const operand of node.operands) writeFilter(writer, operand);
      return writer.endSequence();
    case 'not':
      writer.startSequence(TAG.not);
      writeFilter(writer, node.operand);
      return writer.endSequence();
    case 'present':
      return writer.writeString(node.attribute, TAG.present);
    case 'substrings':
      return writeSubstrings(writer, node);
    case 'extensible':
      return writeExtensible(writer, node);
    default:
      writer.startSequence(TAG[node.kind]);
      writer.writeString(node.attribute);
      writer.writeBuffer(node.value, OCTET_STRING);
      return writer.endSequence();
  }
}

function writeSubstrings(writer: BerWriter, node: FilterNode & { kind: 'substrings' }): void {
  writer.startSequence(TAG.substrings);
  writer.writeString(node.attribute);
  writer.startSequence();
  if (node.initial !== undefined) writer.writeBuffer(node.initial, 0x80);
  for (const piece of node.any) writer.writeBuffer(piece, 0x81);
  if (node.final !== undefined) writer.writeBuffer(node.final, 0x82);
  writer.endSequence();
  writer.endSequence();
}

function writeExtensible(writer: BerWriter, node: FilterNode & { kind: 'extensible' }): void {
  writer.startSequence(TAG.extensible);
  if (node.rule !== undefined) writer.writeString(node.rule, 0x81);
  if (node.attribute !== undefined) writer.writeString(node.attribute, 0x82);
  writer.writeBuffer(node.value, 0x83);
  if (node.dnAttributes) writer.writeBoolean(true, 0x84);
  writer.endSequence();
}
