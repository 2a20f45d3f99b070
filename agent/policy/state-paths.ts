import { join } from 'node:path';

/** What the policy keeps in the agent's state directory. */
export function policyStatePaths(stateDirectory: string): { readonly counts: string; readonly releases: string } {
  return { counts: join(stateDirectory, 'policy-brakes.json'), releases: join(stateDirectory, 'policy-releases') };
}
