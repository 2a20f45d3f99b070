import type { JsonObject } from '../../crest/json.js';
import { badRequest, type ResourceError } from '../../crest/resource-error.js';
import type { SystemRegistry } from '../system-registry.js';
import type { SystemEnvironment } from '../system.js';
import type { ObjectCall } from './object-call.js';

/** Runs liveSync for one object type; answers the stage object. */
export type LiveSyncRunner = (call: ObjectCall, detailed: boolean) => Promise<JsonObject>;

export interface SystemRequestParts {
  readonly registry: SystemRegistry;
  readonly environment: SystemEnvironment;
  readonly liveSync: LiveSyncRunner;
  /** Where `actionFile` of system actions is looked for. */
  readonly projectFolder: string;
}

export function unknownAction(known: readonly string[], action: string): ResourceError {
  return badRequest(`Expecting String containing one of: ${known.join(' ')}; got ${action}`);
}
