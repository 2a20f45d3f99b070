import { systemClock } from '../../protocol/session/clock.js';
import { Fleet, type FleetParts } from './fleet.js';
import { connectNats } from './nats-bus.js';

/** The fleet of a controller whose configuration has the section. Loaded only there. */
export function openFleet(parts: Omit<FleetParts, 'clock' | 'connect'>): Fleet {
  return new Fleet({ ...parts, clock: systemClock, connect: (stop) => connectNats(parts.config, parts.log, stop) });
}
