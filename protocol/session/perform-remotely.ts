import { isWrite, type SingleOperation, type SingleResults } from '../model/index.js';
import type { SessionGroup } from './group.js';
import { performOnce } from './perform-once.js';
import type { RemoteCall } from './remote-facade.js';
import { writeRemotely } from './write-remotely.js';

/** Sends an operation that has one answer and waits for it, for its timeout or for the caller to give up. */
export function performRemotely<K extends SingleOperation['kind']>(group: SessionGroup, kind: K, call: RemoteCall, signal: AbortSignal): Promise<SingleResults[K]> {
  return isWrite(kind) ? writeRemotely(group, kind, call, signal) : performOnce(group, kind, call, signal, { answered: false, left: false });
}
