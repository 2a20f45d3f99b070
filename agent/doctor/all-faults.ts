import { certificateFaults } from './check-certificate.js';
import { clockFaults } from './check-clock.js';
import { configurationFaults } from './check-configuration.js';
import { dnsFaults, systemResolveFaults } from './check-dns.js';
import { handshakeFaults } from './check-handshake.js';
import { proxyFaults } from './check-proxy.js';
import { systemConnectFaults, tcpFaults } from './check-tcp.js';
import { upgradeFaults } from './check-upgrade.js';
import type { Faults } from './finding.js';
import { systemConfigurationFaults, systemLoginFaults, systemTestFaults } from './system-faults.js';
import { systemTlsFaults, tlsFaults } from './tls-problems.js';

/** Every fault the doctor can name, in the order of the walk: docs/doctor.md is made from it. */
export const ALL_FAULTS: readonly Faults<string>[] = [
  configurationFaults, clockFaults, certificateFaults, dnsFaults, proxyFaults, tcpFaults, tlsFaults, upgradeFaults, handshakeFaults,
  systemConfigurationFaults, systemResolveFaults, systemConnectFaults, systemTlsFaults, systemLoginFaults, systemTestFaults,
];
