import {
  ConnectorObject, Locale, OperationOptions, Uid, type ConnectorKey, type SearchResult, type SyncDelta, type SyncToken,
} from '../model/index.js';
import { protobuf } from '../generated/messages.js';
import { asConnectorError, illegalArgument, quoted } from './codec-errors.js';
import type { CodecLimits } from './limits.js';
import { decodeAttributes, decodeOptions, decodeValue, encodeAttributes, encodeOptions, encodeValue } from './object-stream/object-stream.js';
import { COUNT_POLICIES } from './object-stream/options.js';
import { SYNC_DELTA_KINDS, checkSyncDelta, syncDeltaOf } from './object-stream/sync.js';

/** Conversions between the model and the protobuf messages of protocol section 4.3. */

export type Bytes = Uint8Array | null | undefined;

/** The object stream of a bytes field; an empty field is null (protocol section 5.1). */
export function streamOf(bytes: Bytes): Uint8Array | undefined {
  return bytes === null || bytes === undefined || bytes.length === 0 ? undefined : bytes;
}

export function toUid(uid: Uid): protobuf.Uid.$Properties {
  return uid.revision === undefined ? { value: uid.value } : { value: uid.value, revision: uid.revision };
}

/** Null when absent. */
export function fromUid(uid: protobuf.Uid.$Properties | null | undefined): Uid | null {
  if (uid === null || uid === undefined) return null;
  const value = uid.value ?? '';
  if (value.trim() === '') throw illegalArgument('A Uid must not be blank.');
  return new Uid(value, uid.revision ?? undefined);
}

export function toConnectorKey(key: ConnectorKey): protobuf.ConnectorKey.$Properties {
  return { bundleName: key.bundleName, bundleVersion: key.bundleVersion, connectorName: key.connectorName };
}

export function fromConnectorKey(key: protobuf.ConnectorKey.$Properties | null | undefined): ConnectorKey | undefined {
  if (key === null || key === undefined) return undefined;
  return { bundleName: key.bundleName ?? '', bundleVersion: key.bundleVersion ?? '', connectorName: key.connectorName ?? '' };
}

export function toLocale({ language, country, variant }: Locale): protobuf.Locale.$Properties {
  return { language, country, variant };
}

export function fromLocale(locale: protobuf.Locale.$Properties | null | undefined): Locale | undefined {
  if (locale === null || locale === undefined) return undefined;
  return new Locale(locale.language ?? '', locale.country ?? '', locale.variant ?? '');
}

/** Empty options are left out: a receiver takes none for empty ones. */
export function toOptions(options: OperationOptions): { options?: Uint8Array } {
  return options.entries.size === 0 ? {} : { options: encodeOptions(options) };
}

export function fromOptions(bytes: Bytes, limits: CodecLimits): OperationOptions {
  const stream = streamOf(bytes);
  return stream === undefined ? OperationOptions.none : decodeOptions(stream, limits);
}

export function toSyncToken(token: SyncToken): protobuf.SyncToken.$Properties {
  if (token.value === null) throw illegalArgument('A sync token needs a value.');
  return { value: encodeValue(token.value) };
}

/** Null when absent or without a value. */
export function fromSyncToken(token: protobuf.SyncToken.$Properties | null | undefined, limits: CodecLimits): SyncToken | null {
  const stream = streamOf(token?.value);
  if (stream === undefined) return null;
  const value = decodeValue(stream, limits);
  return value === null ? null : { value };
}

export function toConnectorObject(object: ConnectorObject): protobuf.ConnectorObject.$Properties {
  return { objectClass: object.objectClass, attributes: encodeAttributes(object.attributes) };
}

export function fromConnectorObject(object: protobuf.ConnectorObject.$Properties, limits: CodecLimits): ConnectorObject {
  return objectOf(object.objectClass ?? '', object.attributes, limits);
}

function objectOf(objectClass: string, attributes: Bytes, limits: CodecLimits): ConnectorObject {
  if (objectClass.trim() === '') throw illegalArgument('A ConnectorObject needs an object class.');
  const stream = streamOf(attributes);
  if (stream === undefined) throw illegalArgument(`A ConnectorObject of ${quoted(objectClass)} needs attributes.`);
  const decoded = decodeAttributes(stream, limits);
  try {
    return new ConnectorObject(objectClass, decoded);
  } catch (error) {
    throw asConnectorError(error, 'the ConnectorObject is not valid');
  }
}

export function toSyncDelta(delta: SyncDelta): protobuf.SyncDelta.$Properties {
  checkSyncDelta(delta);
  const objectClass = delta.objectClass ?? delta.object?.objectClass;
  return {
    token: toSyncToken(delta.token),
    deltaType: protobuf.SyncDelta.SyncDeltaType[delta.kind],
    uid: toUid(delta.uid),
    ...(delta.previousUid === undefined ? {} : { previousUid: toUid(delta.previousUid) }),
    ...(objectClass === undefined ? {} : { objectClass }),
    ...(delta.object === undefined ? {} : { connectorObject: encodeAttributes(delta.object.attributes) }),
  };
}

export function fromSyncDelta(delta: protobuf.SyncDelta.$Properties, limits: CodecLimits): SyncDelta {
  const kind = SYNC_DELTA_KINDS[delta.deltaType ?? 0];
  if (kind === undefined) throw illegalArgument(`${delta.deltaType ?? 0} is no kind of sync delta.`);
  const objectClass = delta.objectClass ?? '';
  return syncDeltaOf({
    kind,
    token: fromSyncToken(delta.token, limits),
    uid: fromUid(delta.uid),
    previousUid: fromUid(delta.previousUid),
    objectClass: objectClass.trim() === '' ? null : objectClass,
    object: streamOf(delta.connectorObject) === undefined ? null : objectOf(objectClass, delta.connectorObject, limits),
  });
}

export function toSearchResult(result: SearchResult): protobuf.SearchResult.$Properties {
  return {
    ...(result.pagedResultsCookie === null ? {} : { pagedResultsCookie: result.pagedResultsCookie }),
    totalPagedResultsPolicy: protobuf.SearchResult.CountPolicy[result.totalPagedResultsPolicy],
    totalPagedResults: result.totalPagedResults,
    remainingPagedResults: result.remainingPagedResults,
  };
}

export function fromSearchResult(result: protobuf.SearchResult.$Properties): SearchResult {
  const cookie = result.pagedResultsCookie ?? '';
  return {
    pagedResultsCookie: cookie.trim() === '' ? null : cookie,
    totalPagedResultsPolicy: COUNT_POLICIES[result.totalPagedResultsPolicy ?? 0] ?? 'NONE',
    totalPagedResults: result.totalPagedResults ?? 0,
    remainingPagedResults: result.remainingPagedResults ?? 0,
  };
}
