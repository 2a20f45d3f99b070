import type { Socket } from 'node:net';
import { systemClock } from '../system-clock.js';
import { productVersion } from '../version.js';
import type { AgentConfig, ControllerConfig } from '../config/agent-config.js';
import { proxyText } from '../transport/proxy-tunnel.js';
import type { DialTarget } from '../transport/dial.js';
import { dialTargetOf, showsIdentity } from '../wiring.js';
import { openTcp, openTunnel, type Place } from './reach.js';
import { dialIdentityOf, type ShownIdentity } from './shown-identity.js';

/** The way to one controller, as the agent goes it. */
export interface ControllerPath {
  /** The URL, for findings. */
  readonly subject: string;
  readonly target: DialTarget;
  readonly place: Place;
  /** Name its certificate must hold. */
  readonly name: string;
  /** Authorities to trust are named, by configuration or enrolment; else the system's count. */
  readonly isTrustPinned: boolean;
  /** A connection on which TLS can begin, through the proxy if there is one. */
  open(signal: AbortSignal): Promise<Socket>;
  /** The same past the proxy; undefined without one. */
  readonly openDirect: ((signal: AbortSignal) => Promise<Socket>) | undefined;
}

/** With an identity that is shown as the agent would, and which learns nothing of the outcome. */
export function pathTo(config: AgentConfig, controller: ControllerConfig, identity: ShownIdentity | undefined, timeout: number): ControllerPath {
  const shown = identity !== undefined && showsIdentity(config, controller) ? dialIdentityOf(identity) : undefined;
  const base = dialTargetOf(config, controller, systemClock, productVersion());
  const { url, tls, proxy } = base;
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  const place = { host, port: url.port === '' ? url.protocol === 'wss:' ? 443 : 80 : Number(url.port) };
  const direct = (signal: AbortSignal): Promise<Socket> => openTcp(place, signal);
  const tunnelled = async (signal: AbortSignal): Promise<Socket> => {
    if (proxy === undefined) return direct(signal);
    const { socket, status } = await openTunnel(proxy, place, signal);
    if (socket === undefined) throw new Error(`the proxy ${proxyText(proxy)} answered HTTP ${status}`);
    return socket;
  };
  return {
    subject: url.href, place, name: tls.serverName ?? host, isTrustPinned: tls.ca !== undefined || shown?.ca !== undefined,
    // The controller's log tells who this was.
    target: { ...base, userAgent: `${base.userAgent} doctor`, connectTimeout: timeout, identity: shown === undefined ? undefined : async () => shown },
    open: tunnelled, openDirect: proxy === undefined ? undefined : direct,
  };
}
