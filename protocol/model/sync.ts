import type { Uid } from './attribute.js';
import type { ConnectorObject } from './connector-object.js';
import type { IcfValue } from './values.js';

/** Where a reader of changes stands; the value is opaque to all but the connector, but keeps its ICF type. */
export interface SyncToken {
  readonly value: IcfValue;
}

export type SyncDeltaKind = 'CREATE_OR_UPDATE' | 'DELETE' | 'CREATE' | 'UPDATE';

/** One change. Every kind but DELETE carries the object; `previousUid` only with UPDATE and CREATE_OR_UPDATE. */
export interface SyncDelta {
  readonly kind: SyncDeltaKind;
  readonly token: SyncToken;
  readonly uid: Uid;
  readonly objectClass: string | undefined;
  readonly previousUid?: Uid | undefined;
  readonly object?: ConnectorObject | undefined;
}
