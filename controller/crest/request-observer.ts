/** A request that has ended. */
export interface AnsweredRequest {
  /** As asked for, an override included; whatever the caller sent. */
  readonly method: string;
  /** First segment of the path behind the context; whatever the caller sent. */
  readonly resource: string;
  /** 0: the answer was cut: its reader left, or it failed midway. */
  readonly status: number;
  readonly milliseconds: number;
}

/** Told of every request. */
export interface RequestObserver {
  begin(): (answered: AnsweredRequest) => void;
}
