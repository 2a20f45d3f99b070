import type { ConnectorFacade } from '../../protocol/model/index.js';

/** The process behind a facade, e.g. a connection group: the same object as long as it is the same process. */
export interface MemberPlace {
  readonly isOperational: boolean;
  /** Takes on no more operations and will be gone soon. */
  readonly isDraining: boolean;
}

/** One of the processes a connector can be used at. */
export interface FacadeMember {
  readonly place: MemberPlace;
  /** Throws a ConnectorError when the process is gone. */
  facade(): ConnectorFacade;
}

/** The processes a connector can be used at, as they come and go. */
export interface FacadeMembers {
  /** Those that can be reached now, in the order in which they are to be tried. Never throws. */
  now(): readonly FacadeMember[];
  /** Called when one comes, goes or drains. The result stops it. */
  onChange(listener: () => void): () => void;
}

/** The same, those that drain behind the others. */
export function drainingLast(members: readonly FacadeMember[]): readonly FacadeMember[] {
  return members.some(({ place }) => place.isDraining) ? [...members].sort((left, right) => Number(left.place.isDraining) - Number(right.place.isDraining)) : members;
}
