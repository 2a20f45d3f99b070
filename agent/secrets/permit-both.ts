import type { PermitTarget } from '../../protocol/model/index.js';

/** A place has to be permitted by both; by none where nobody has a say. */
export function permitBoth(first: PermitTarget | undefined, second: PermitTarget | undefined): PermitTarget | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return async (target) => {
    await first(target);
    await second(target);
  };
}
