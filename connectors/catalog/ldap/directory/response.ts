import { BER, BerCursor, MalformedMessage, decodeText } from '../../../framework/ber.js';
import { AttributeNames } from './attribute-names.js';
import type { Entry } from './contract.js';
import { ReceivedAttribute } from './received-attribute.js';

/** A response control; the value is its raw content. */
export interface ResponseControl {
  readonly oid: string;
  readonly value: Uint8Array;
}

export interface LdapResult {
  readonly code: number;
  readonly matchedDn: string;
  readonly diagnostic: string;
  readonly referrals: readonly string[];
}

/** What a server sends, RFC 4511 section 4.1.1, by kind. */
export type LdapResponse =
  | { readonly kind: 'entry'; readonly entry: Entry; readonly controls: readonly ResponseControl[] }
  | { readonly kind: 'reference'; readonly urls: readonly string[] }
  | { readonly kind: 'intermediate'; readonly oid: string | undefined; readonly value: Uint8Array | undefined }
  | {
    readonly kind: 'done'; readonly tag: number; readonly result: LdapResult; readonly controls: readonly ResponseControl[];
    /** Of a bind response with SASL. */
    readonly saslCredentials?: Uint8Array | undefined;
    /** Of an extended response. */
    readonly oid?: string | undefined; readonly value?: Uint8Array | undefined;
  };

export interface LdapMessage { readonly id: number; readonly response: LdapResponse; readonly bytes: number }

export const RESPONSE_TAG = {
  bind: 0x61, entry: 0x64, searchDone: 0x65, modify: 0x67, add: 0x69, delete: 0x6b, modifyDn: 0x6d, compare: 0x6f,
  reference: 0x73, extended: 0x78, intermediate: 0x79,
} as const;

const DONE_TAGS: ReadonlySet<number> = new Set([
  RESPONSE_TAG.bind, RESPONSE_TAG.searchDone, RESPONSE_TAG.modify, RESPONSE_TAG.add, RESPONSE_TAG.delete, RESPONSE_TAG.modifyDn,
  RESPONSE_TAG.compare, RESPONSE_TAG.extended,
]);
const CONTROLS = 0xa0;
const REFERRAL = 0xa3;

/** Decodes one whole message. Throws MalformedMessage for anything RFC 4511 does not allow. `names`: those of messages before. */
export function decodeResponse(message: Uint8Array, names = new AttributeNames()): LdapMessage {
  const outer = new BerCursor(message);
  const body = outer.within(BER.sequence);
  if (!outer.done) throw new MalformedMessage('bytes after the message');
  const id = body.integer();
  const tag = body.tag;
  if (tag === undefined) throw new MalformedMessage('a message without an operation');
  const operation = body.within(tag);
  const controls = body.tag === CONTROLS ? decodeControls(body.within(CONTROLS)) : [];
  return { id, response: decodeOperation(tag, operation, controls, names), bytes: message.length };
}

function decodeOperation(tag: number, operation: BerCursor, controls: readonly ResponseControl[], names: AttributeNames): LdapResponse {
  if (tag === RESPONSE_TAG.entry) return { kind: 'entry', entry: decodeEntry(operation, names), controls };
  if (tag === RESPONSE_TAG.reference) return { kind: 'reference', urls: decodeTexts(operation) };
  if (tag === RESPONSE_TAG.intermediate) {
    const oid = operation.readIf(0x80);
    return { kind: 'intermediate', oid: oid === undefined ? undefined : decodeText(oid), value: operation.readIf(0x81) };
  }
  if (!DONE_TAGS.has(tag)) throw new MalformedMessage(`an operation with tag 0x${tag.toString(16)}`);
  const result = decodeResult(operation);
  if (tag === RESPONSE_TAG.bind) return { kind: 'done', tag, result, controls, saslCredentials: operation.readIf(0x87) };
  if (tag !== RESPONSE_TAG.extended) return { kind: 'done', tag, result, controls };
  const oid = operation.readIf(0x8a);
  return { kind: 'done', tag, result, controls, oid: oid === undefined ? undefined : decodeText(oid), value: operation.readIf(0x8b) };
}

function decodeResult(operation: BerCursor): LdapResult {
  const code = operation.integer(BER.enumerated);
  const matchedDn = operation.text();
  const diagnostic = operation.text();
  const referrals = operation.tag === REFERRAL ? decodeTexts(operation.within(REFERRAL)) : [];
  return { code, matchedDn, diagnostic, referrals };
}

function decodeTexts(cursor: BerCursor): string[] {
  const texts: string[] = [];
  while (!cursor.done) texts.push(cursor.text());
  return texts;
}

function decodeEntry(operation: BerCursor, names: AttributeNames): Entry {
  const dn = operation.text();
  const attributes = new Map<string, ReceivedAttribute>();
  const list = operation.within(BER.sequence);
  const parts = new BerCursor(list.bytes, 0, 0);
  const values = new BerCursor(list.bytes, 0, 0);
  while (!list.done) {
    list.moveInto(BER.sequence, parts);
    parts.pass(BER.octetString);
    const { name, key } = names.at(parts.bytes, parts.contentStart, parts.contentEnd);
    // A server that names an attribute a million times must not cost a million copies of its values.
    let attribute = attributes.get(key);
    if (attribute === undefined) attributes.set(key, attribute = new ReceivedAttribute(name, parts.bytes));
    parts.moveInto(BER.set, values);
    while (!values.done) {
      values.pass(BER.octetString);
      attribute.add(values.contentStart, values.contentEnd);
    }
  }
  return { dn, attributes };
}

function decodeControls(cursor: BerCursor): ResponseControl[] {
  const controls: ResponseControl[] = [];
  while (!cursor.done) {
    const control = cursor.within(BER.sequence);
    const oid = control.text();
    control.readIf(BER.boolean);
    controls.push({ oid, value: control.readIf(BER.octetString) ?? new Uint8Array(0) });
  }
  return controls;
}
