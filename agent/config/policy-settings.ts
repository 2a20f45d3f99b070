import { z } from 'zod';
import { duration, path } from './setting-types.js';

/** The local policy, which decides last about what controllers ask for. See agent/policy/README.md. */
export function policySettings(base: string) {
  return z.strictObject({
    file: path(base, 'YAML file with the policy of this agent').optional(),
    checkInterval: duration().default(2_000),
  });
}
