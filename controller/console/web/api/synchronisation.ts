import { listOf, rest, type Json, type JsonObject } from './rest.ts';

/** Objects of one side: `total` is text, `?` while it is not known. */
interface Existing { readonly read?: number; readonly processed: number; readonly total: string }
export interface DurationFigures { readonly min: number; readonly max: number; readonly mean: number; readonly count: number; readonly sum: number; readonly stdDev: number }

export type RunState = 'ACTIVE' | 'AWAITING_APPROVAL' | 'SUCCESS' | 'CANCELED' | 'FAILED';

/** A run's summary as `/openidm/recon/ID` has it. */
export interface Run {
  readonly _id: string;
  readonly mapping: string;
  readonly state: RunState;
  readonly stage: string;
  readonly stageDescription: string;
  readonly progress: {
    readonly source: { readonly existing: Existing };
    readonly target: { readonly existing: Existing; readonly created: number; readonly updated: number; readonly deleted: number };
    readonly links: { readonly existing: Existing; readonly created: number; readonly deleted: number };
  };
  readonly situationSummary: Readonly<Record<string, number>>;
  readonly statusSummary: { readonly FAILURE: number; readonly SUCCESS: number };
  readonly dryRun?: boolean;
  readonly delta?: { readonly source?: string; readonly target?: string };
  readonly durationSummary: Readonly<Record<string, DurationFigures>>;
  readonly message?: string;
  /** While it waits for approval: what it would do to how many target objects. */
  readonly wanted?: { readonly CREATE: number; readonly UPDATE: number; readonly DELETE: number; readonly targets: number };
  readonly started: string;
  /** Empty until then. */
  readonly ended: string;
  readonly duration: number;
}

/** One line of a run's report. */
export interface RunEntry {
  readonly _id: string;
  readonly reconciling: string;
  readonly situation: string | null;
  readonly action: string | null;
  readonly status: string | null;
  readonly outcome: string | null;
  readonly sourceObjectId: string | null;
  readonly targetObjectId: string | null;
  readonly ambiguousTargetObjectIds: string | null;
  readonly message: string | null;
}

/** `/openidm/mapping`. */
export interface MappingDocument {
  readonly _id: string;
  readonly source: string | null;
  readonly target: string | null;
  readonly enableSync: boolean;
  readonly deltaReconciliation: boolean;
  /** Empty: it can be used. */
  readonly problems: readonly string[];
  /** As it stands in sync.json. */
  readonly definition: JsonObject;
  readonly defaultActions: Readonly<Record<string, string>>;
  readonly lastRun: Run | null;
}

export const mappings = (signal: AbortSignal): Promise<readonly MappingDocument[]> => listOf<MappingDocument>('mapping', signal);

/** Newest first. */
export async function runs(signal: AbortSignal): Promise<readonly Run[]> {
  return (await rest<{ reconciliations: readonly Run[] }>({ method: 'GET', path: 'recon', signal })).reconciliations.toReversed();
}

/** Something as indented JSON, to be read. */
export const jsonText = (value: Json): string => JSON.stringify(value, null, 2);
