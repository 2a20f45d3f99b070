import type { ConnectionGroup } from '../../protocol/session/contract.js';

/** Sessions that lead to an agent by way of another controller, or that the agent has left for another one. */
const far = new WeakMap<ConnectionGroup, number>();

/** The session leads through another controller. */
export function viaAnother(group: ConnectionGroup): void {
  far.set(group, 1);
}

/** The agent has a newer connection at another controller: this one may be dead without our knowing. */
export function superseded(group: ConnectionGroup, isSo: boolean): void {
  if (isSo) far.set(group, 2);
  else far.delete(group);
}

/** 0: the agent is connected here; the least is to be tried first. */
export function distanceOf(group: ConnectionGroup): number {
  return far.get(group) ?? 0;
}

/** Sessions by way of a controller that is gone: they do not come back, and where the agent appears next nobody knows. */
const lost = new WeakSet<object>();

export function holderLost(group: ConnectionGroup): void {
  lost.add(group);
}

export function isHolderLost(place: object): boolean {
  return lost.has(place);
}
