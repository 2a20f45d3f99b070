import { isLoopback } from '../config/setting-types.js';
import type { ControllerConfig } from '../config/controller-config.js';
import { failed, type CheckResult } from './check-result.js';

interface Listener {
  readonly setting: string;
  readonly address: string;
  readonly port: number;
}

/** Two listeners cannot have one port, unless their addresses have nothing in common. Port 0 is any free one. */
export function checkListeners({ rest, gateway, enrolment, metrics }: ControllerConfig): CheckResult[] {
  const listeners = Object.entries({ rest, gateway, enrolment, metrics }).flatMap(([section, own]): Listener[] => (own === undefined || own.port === 0 ? [] : [{ setting: `${section}.port`, address: own.address, port: own.port }]));
  return listeners.flatMap((listener, index) => {
    const other = listeners.slice(0, index).find((earlier) => earlier.port === listener.port && overlap(earlier.address, listener.address));
    return other === undefined ? [] : [failed({ setting: listener.setting }, `${listener.port} at ${listener.address} is the port of ${other.setting} at ${other.address} as well. Give one of the two another port.`)];
  });
}

/** `::` takes IPv4 as well; `localhost` may be either loopback address. */
function overlap(one: string, other: string): boolean {
  const [first, second] = [plain(one), plain(other)];
  if (first === second || first === '::' || second === '::') return true;
  if (first === '0.0.0.0' || second === '0.0.0.0') return !first.includes(':') && !second.includes(':');
  return (first === 'localhost' && isLoopback(second)) || (second === 'localhost' && isLoopback(first));
}

function plain(address: string): string {
  return address.replaceAll(/^\[|\]$/g, '').toLowerCase();
}
