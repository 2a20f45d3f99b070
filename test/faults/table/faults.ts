import { CERTIFICATE_FAULTS } from './certificate-faults.js';
import { DISK_FAULTS } from './disk-faults.js';
import type { Fault } from './fault.js';
import { NAME_FAULTS, NETWORK_FAULTS, PROXY_FAULTS } from './network-faults.js';
import { CLOCK_FAULTS, PROCESS_FAULTS } from './process-faults.js';
import { TARGET_FAULTS } from './target-faults.js';

/** All of them, in the order of the table. */
export const FAULTS: readonly Fault[] = [
  { name: 'none', strike: async () => ({ heal: async () => undefined }) },
  ...NETWORK_FAULTS, ...NAME_FAULTS, ...PROXY_FAULTS, ...PROCESS_FAULTS, ...TARGET_FAULTS, ...CLOCK_FAULTS, ...DISK_FAULTS, ...CERTIFICATE_FAULTS,
];
