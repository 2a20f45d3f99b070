import { ConnectorError, type SyncToken } from '../../../../protocol/model/index.js';
import type { Call, Changes, SyncRequest } from '../../../framework/spi.js';
import type { DatabaseSession } from '../connection/mongo-session.js';
import { changeStreamChanges, latestChangeToken } from './change-streams.js';
import { latestTimestampToken, timestampChanges } from './timestamps.js';

export const SYNC_MODES = ['changeStream', 'timestamp'] as const;
export type SyncMode = (typeof SYNC_MODES)[number];

/** Undefined where none is chosen, or one nobody knows. */
export function syncModeOf({ syncMode }: { readonly syncMode: string | null }): SyncMode | undefined {
  const given = syncMode?.trim().toLowerCase();
  return SYNC_MODES.find((mode) => mode.toLowerCase() === given);
}

const noMode = (): ConnectorError => new ConnectorError('unsupportedOperation', 'Changes need syncMode, snapshotSync or a script (syncScriptFileName).');

export function documentChanges(session: DatabaseSession, request: SyncRequest, call: Call): Changes {
  const mode = syncModeOf(session.config);
  if (mode === undefined) throw noMode();
  return mode === 'changeStream' ? changeStreamChanges(session, request, call) : timestampChanges(session, request, call);
}

export async function latestDocumentToken(session: DatabaseSession, objectClass: string, call: Call): Promise<SyncToken | null> {
  const mode = syncModeOf(session.config);
  if (mode === undefined) throw noMode();
  return mode === 'changeStream' ? latestChangeToken(session, objectClass, call) : latestTimestampToken(session, objectClass, call);
}
