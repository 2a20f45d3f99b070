import { isIP } from 'node:net';
import { resolveName, systemResolveFaults } from './check-dns.js';
import { systemConnectFaults, tryAddresses, type TcpProblem } from './check-tcp.js';
import { within, isTimeout, type Patience } from './bounded.js';
import { codeOf } from '../transport/dial-failure.js';
import { certificateText } from './check-tls.js';
import { hasFailed, type Finding } from './finding.js';
import { lookAtTls } from './look-at-tls.js';
import { openTcp, placeText, type Place } from './reach.js';
import { systemTlsFaults, tlsProblem } from './tls-problems.js';
import { configurationFor, unknownNames } from './system-configuration.js';
import { systemConfigurationFaults as configurationFaults, systemTestFaults } from './system-faults.js';
import { connectorFor, readSystemFile, type SystemFile } from './system-file.js';
import { judgeTest } from './judge-test.js';
import type { OpenedSystem, SystemHost } from './system-host.js';

/** One system from its file: configuration, name, port, TLS, and the connector's own test with the agent's secrets and policy. */
export async function checkSystem(path: string, host: SystemHost, patience: Patience): Promise<Finding[]> {
  let file: SystemFile;
  try {
    file = await readSystemFile(path);
  } catch (error) {
    return [configurationFaults.found('system-file-unreadable', path, `${error instanceof Error ? error.message : String(error)}.`)];
  }
  const findings: Finding[] = [];
  const opened = await openSystem(file, host, findings);
  if (opened === undefined) return [...findings, systemTestFaults.skipped(file.name, 'Not tried: the configuration has to be in order first.')];
  for (const place of opened.places) findings.push(...await checkPlace(file.name, place, opened, host, patience));
  if (hasFailed(findings)) return [...findings, systemTestFaults.skipped(file.name, 'Not tried: the target has to be reachable first.')];
  return [...findings, ...await judgeTest(file.name, opened, patience)];
}

async function openSystem(file: SystemFile, host: SystemHost, findings: Finding[]): Promise<OpenedSystem | undefined> {
  const { name, connectorRef, properties, ofController } = file;
  const { bundleName, bundleVersion, connectorName } = connectorRef;
  try {
    const info = connectorFor(connectorRef, await host.infos());
    if (info === undefined) {
      findings.push(configurationFaults.found('system-connector-missing', name, `connectorRef asks for ${connectorName} (${bundleName} ${bundleVersion}).`));
      return undefined;
    }
    const unknown = unknownNames(info, properties);
    if (unknown.length > 0) findings.push(configurationFaults.found('system-property-unknown', name, `Ignored: ${unknown.join(', ')}.`));
    if (ofController.length > 0) {
      findings.push(configurationFaults.found('system-needs-controller', name, `Not known here: ${ofController.join(', ')}.`));
      return undefined;
    }
    const opened = await host.open(info, configurationFor(info, properties));
    findings.push(configurationFaults.ok(name, `${opened.title}; ${opened.places.length === 0 ? 'it tells no server it connects to' : `it connects to ${opened.places.map(placeText).join(', ')}`}.`));
    return opened;
  } catch (error) {
    findings.push(configurationFaults.found('system-configuration-invalid', name, `${error instanceof Error ? error.message : String(error)}.`));
    return undefined;
  }
}

const CONNECT: Readonly<Record<TcpProblem, keyof typeof systemConnectFaults.table>> = {
  'tcp-refused': 'system-refused', 'tcp-filtered': 'system-filtered', 'tcp-reset': 'system-reset', 'tcp-no-route': 'system-no-route', 'tcp-failed': 'system-connect-failed', 'tcp-some-addresses': 'system-some-addresses',
};
const RESOLVE = { 'dns-unknown-name': 'system-unknown-name', 'dns-no-answer': 'system-dns-no-answer', 'dns-wrong-address': 'system-wrong-address', 'dns-failed': 'system-dns-failed' } as const;

async function checkPlace(name: string, place: Place, opened: OpenedSystem, host: SystemHost, patience: Patience): Promise<Finding[]> {
  const refusal = await host.refusal(opened, place);
  if (refusal !== undefined) return [configurationFaults.found('system-policy-refuses', name, `${placeText(place)}: ${refusal}.`)];
  const { addresses, what, problem } = await resolveName(place.host, patience);
  if (problem !== undefined) return [systemResolveFaults.found(RESOLVE[problem], name, what), systemConnectFaults.skipped(name, `${placeText(place)} not tried: its name could not be resolved.`)];
  const connected = await tryAddresses(addresses, place.port, patience);
  const findings = [
    systemResolveFaults.ok(name, what),
    connected.problem === undefined ? systemConnectFaults.ok(name, connected.what) : systemConnectFaults.found(CONNECT[connected.problem], name, connected.what),
  ];
  if (connected.address === undefined || !opened.speaksTls(place)) return findings;
  return [...findings, await checkSystemTls(name, place, { host: connected.address, port: place.port }, host, patience)];
}

async function checkSystemTls(subject: string, place: Place, address: Place, host: SystemHost, patience: Patience): Promise<Finding> {
  try {
    const secure = { ca: [...await host.authorities()], minVersion: 'TLSv1.2' as const };
    const { protocol, problem, chain: [leaf], socket } = await within(patience, async (signal) => lookAtTls(await openTcp(address, signal), { name: place.host, secure }, signal));
    socket.destroy();
    const shown = `${placeText(place)}: ${protocol}; it shows ${leaf === undefined ? 'no certificate' : certificateText(leaf)}`;
    if (problem === undefined) return systemTlsFaults.ok(subject, `${shown}, which is trusted.`);
    return systemTlsFaults.found(`system-${tlsProblem(problem, true)}`, subject, `${shown} (${problem})${isIP(place.host) === 0 ? '' : '; it was dialled by address'}.`);
  } catch (error) {
    patience.signal.throwIfAborted();
    if (isTimeout(error)) return systemTlsFaults.found('system-tls-no-answer', subject, `${placeText(place)}: ${(error as Error).message}.`);
    const code = codeOf(error as NodeJS.ErrnoException) ?? String(error);
    return systemTlsFaults.found(`system-${tlsProblem(code, false)}`, subject, `${placeText(place)}: the TLS handshake failed (${code}).`);
  }
}
