import { ConnectorError } from '../../../../protocol/model/index.js';
import { BerWriter } from 'ldapts';
import type { EntryChange, SortBy } from './contract.js';
import { writeFilter, type FilterNode } from './filter-encoding.js';

/** The body of a request, tag included (RFC 4511 section 4). `size` is at least the bytes its values take. */
export interface LdapRequest {
  /** For traces. */
  readonly operation: 'abandon' | 'add' | 'bind' | 'delete' | 'extended' | 'modify' | 'modifyDN' | 'search' | 'unbind';
  readonly size: number;
  write(writer: BerWriter): void;
}

export interface RequestControl {
  readonly oid: string;
  readonly critical: boolean;
  readonly value?: Buffer | undefined;
}

type Value = string | Uint8Array;
/** What servers take in one message is less; this is what our length encoding takes. */
const MAX_REQUEST_BYTES = 15 * 1024 * 1024;
const OCTET_STRING = 0x04;
const SET = 0x31;
const CHANGE = { add: 0, delete: 1, replace: 2 } as const;
const SCOPE = { base: 0, one: 1, sub: 2 } as const;

function byteLength(value: Value): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength;
}

function sizeOf(dn: string, lists: readonly { readonly values: readonly Value[] }[]): number {
  return lists.reduce((sum, list) => list.values.reduce((total, value) => total + byteLength(value) + 8, sum + 128), byteLength(dn));
}

function writeValue(writer: BerWriter, value: Value, tag = OCTET_STRING): void {
  if (typeof value === 'string') writer.writeString(value, tag);
  else writer.writeBuffer(Buffer.from(value.buffer, value.byteOffset, value.byteLength), tag);
}

function writeAttribute(writer: BerWriter, name: string, values: readonly Value[]): void {
  writer.startSequence();
  writer.writeString(name);
  writer.startSequence(SET);
  for (const value of values) writeValue(writer, value);
  writer.endSequence();
  writer.endSequence();
}

/** The whole message. The buffer is made large enough at once: a growing BerWriter can lose the last byte of a long sequence. */
export function encodeMessage(id: number, request: LdapRequest, controls: readonly RequestControl[]): Buffer {
  const size = request.size + controls.reduce((sum, control) => sum + control.oid.length + (control.value?.length ?? 0) + 32, 0) + 256;
  if (size > MAX_REQUEST_BYTES) throw new ConnectorError('invalidAttributeValue', `The LDAP request is ${size} bytes long, more than the ${MAX_REQUEST_BYTES} that can be sent.`);
  const writer = new BerWriter({ size });
  writer.startSequence();
  writer.writeInt(id);
  request.write(writer);
  if (controls.length > 0) {
    writer.startSequence(0xa0);
    for (const control of controls) {
      writer.startSequence();
      writer.writeString(control.oid);
      if (control.critical) writer.writeBoolean(true);
      if (control.value !== undefined) writer.writeBuffer(control.value, OCTET_STRING);
      writer.endSequence();
    }
    writer.endSequence();
  }
  writer.endSequence();
  return writer.buffer;
}

export function simpleBind(dn: string, password: string): LdapRequest {
  return bind(dn, byteLength(password), (writer) => writer.writeString(password, 0x80));
}

/** SASL EXTERNAL without an authorization identity: the server takes it from the client certificate. */
export function externalBind(): LdapRequest {
  return bind('', 0, (writer) => {
    writer.startSequence(0xa3);
    writer.writeString('EXTERNAL');
    writer.writeString('');
    writer.endSequence();
  });
}

/** One step of a SASL mechanism (RFC 4511 section 4.2). */
export function saslBind(mechanism: string, credentials: Uint8Array): LdapRequest {
  return bind('', credentials.byteLength, (writer) => {
    writer.startSequence(0xa3);
    writer.writeString(mechanism);
    writeValue(writer, credentials);
    writer.endSequence();
  });
}

function bind(dn: string, size: number, authentication: (writer: BerWriter) => void): LdapRequest {
  return {
    operation: 'bind', size: byteLength(dn) + size + 64,
    write(writer) {
      writer.startSequence(0x60);
      writer.writeInt(3);
      writer.writeString(dn);
      authentication(writer);
      writer.endSequence();
    },
  };
}

export const UNBIND: LdapRequest = {
  operation: 'unbind', size: 2,
  write(writer) {
    writer.writeByte(0x42);
    writer.writeByte(0);
  },
};

export function abandon(id: number): LdapRequest {
  return { operation: 'abandon', size: 8, write: (writer) => writer.writeInt(id, 0x50) };
}

export function extended(oid: string): LdapRequest {
  return {
    operation: 'extended', size: 64,
    write(writer) {
      writer.startSequence(0x77);
      writer.writeString(oid, 0x80);
      writer.endSequence();
    },
  };
}

export interface SearchParameters {
  readonly base: string;
  readonly scope: keyof typeof SCOPE;
  readonly filter: FilterNode;
  /** Characters of the filter's text: never less than the bytes of its values. */
  readonly filterSize: number;
  /** Undefined: all user attributes. */
  readonly attributes: readonly string[] | undefined;
  /** 0: none of ours. */
  readonly sizeLimit: number;
  readonly derefAliases: boolean;
}

/** A search without a time limit of its own: the caller's signal is the limit. */
export function searchRequest(search: SearchParameters): LdapRequest {
  const attributes = search.attributes?.length === 0 ? ['1.1'] : (search.attributes ?? []);
  return {
    operation: 'search', size: byteLength(search.base) + search.filterSize * 4 + attributes.reduce((sum, name) => sum + name.length + 8, 0) + 1024,
    write(writer) {
      writer.startSequence(0x63);
      writer.writeString(search.base);
      writer.writeEnumeration(SCOPE[search.scope]);
      writer.writeEnumeration(search.derefAliases ? 3 : 0);
      writer.writeInt(search.sizeLimit);
      writer.writeInt(0);
      writer.writeBoolean(false);
      writeFilter(writer, search.filter);
      writer.startSequence();
      for (const name of attributes) writer.writeString(name);
      writer.endSequence();
      writer.endSequence();
    },
  };
}

export function addRequest(dn: string, attributes: readonly { readonly name: string; readonly values: readonly Value[] }[]): LdapRequest {
  return {
    operation: 'add', size: sizeOf(dn, attributes),
    write(writer) {
      writer.startSequence(0x68);
      writer.writeString(dn);
      writer.startSequence();
      for (const { name, values } of attributes) writeAttribute(writer, name, values);
      writer.endSequence();
      writer.endSequence();
    },
  };
}

export function modifyRequest(dn: string, changes: readonly EntryChange[]): LdapRequest {
  return {
    operation: 'modify', size: sizeOf(dn, changes),
    write(writer) {
      writer.startSequence(0x66);
      writer.writeString(dn);
      writer.startSequence();
      for (const change of changes) {
        writer.startSequence();
        writer.writeEnumeration(CHANGE[change.operation]);
        writeAttribute(writer, change.attribute, change.values);
        writer.endSequence();
      }
      writer.endSequence();
      writer.endSequence();
    },
  };
}

/** The old RDN's values are always removed from the entry. */
export function renameRequest(dn: string, newRdn: string, newSuperior: string | undefined): LdapRequest {
  return {
    operation: 'modifyDN', size: byteLength(dn) + byteLength(newRdn) + byteLength(newSuperior ?? '') + 64,
    write(writer) {
      writer.startSequence(0x6c);
      writer.writeString(dn);
      writer.writeString(newRdn);
      writer.writeBoolean(true);
      if (newSuperior !== undefined) writer.writeString(newSuperior, 0x80);
      writer.endSequence();
    },
  };
}

export function deleteRequest(dn: string): LdapRequest {
  return { operation: 'delete', size: byteLength(dn) + 16, write: (writer) => writer.writeString(dn, 0x4a) };
}

export function controlValue(size: number, write: (writer: BerWriter) => void): Buffer {
  const writer = new BerWriter({ size: size + 64 });
  writer.startSequence();
  write(writer);
  writer.endSequence();
  return writer.buffer;
}

export const CONTROL = {
  pagedResults: '1.2.840.113556.1.4.319',
  sortRequest: '1.2.840.113556.1.4.473',
  sortResponse: '1.2.840.113556.1.4.474',
  windowRequest: '2.16.840.1.113730.3.4.9',
  windowResponse: '2.16.840.1.113730.3.4.10',
  showDeleted: '1.2.840.113556.1.4.417',
  showRecycled: '1.2.840.113556.1.4.2064',
  domainScope: '1.2.840.113556.1.4.1339',
  dirSync: '1.2.840.113556.1.4.841',
  treeDelete: '1.2.840.113556.1.4.805',
  passwordPolicy: '1.3.6.1.4.1.42.2.27.8.5.1',
  passwordExpired: '2.16.840.1.113730.3.4.4',
  passwordExpiring: '2.16.840.1.113730.3.4.5',
  transactionId: '1.3.6.1.4.1.36733.2.1.5.1',
} as const;

/** RFC 2696. */
export function pagedResultsControl(size: number, cookie: Uint8Array): RequestControl {
  const value = controlValue(cookie.length, (writer) => {
    writer.writeInt(size);
    writeValue(writer, cookie);
  });
  return { oid: CONTROL.pagedResults, critical: true, value };
}

/** RFC 2891. */
export function sortControl(keys: readonly SortBy[]): RequestControl {
  const value = controlValue(keys.reduce((sum, key) => sum + key.attribute.length + (key.orderingRule?.length ?? 0) + 32, 0), (writer) => {
    for (const key of keys) {
      writer.startSequence();
      writer.writeString(key.attribute);
      if (key.orderingRule !== undefined) writer.writeString(key.orderingRule, 0x80);
      if (!key.ascending) writer.writeBoolean(true, 0x81);
      writer.endSequence();
    }
  });
  return { oid: CONTROL.sortRequest, critical: true, value };
}

/** A window of `size` entries whose first has position `offset`; `count` and `context` as the server gave them last. */
export function windowControl(size: number, offset: number, count: number, context: Uint8Array | undefined): RequestControl {
  const value = controlValue(64 + (context?.length ?? 0), (writer) => {
    writer.writeInt(0);
    writer.writeInt(size - 1);
    writer.startSequence(0xa0);
    writer.writeInt(offset);
    writer.writeInt(count);
    writer.endSequence();
    if (context !== undefined && context.length > 0) writeValue(writer, context);
  });
  return { oid: CONTROL.windowRequest, critical: true, value };
}
