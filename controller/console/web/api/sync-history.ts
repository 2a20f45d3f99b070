/** `/openidm/sync/history`: runs of liveSync, newest first. */
export interface SyncRun {
  readonly _id: string;
  /** `system/s/t` */
  readonly source: string;
  readonly state: string;
  readonly caller: string;
  readonly started: string;
  /** Empty until then. */
  readonly ended: string;
  readonly duration: number | null;
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly skipped: number;
  readonly failed: number;
  readonly message: string | null;
}

/** `/openidm/sync/change`: what was done about an object, as `audit/sync` has it. */
export interface SyncedChange {
  readonly _id: string;
  readonly timestamp: string;
  readonly mapping?: string;
  readonly situation?: string;
  readonly action?: string;
  readonly outcome?: string | null;
  readonly status: string;
  readonly sourceObjectId?: string;
  readonly targetObjectId?: string | null;
  readonly message?: string;
}
