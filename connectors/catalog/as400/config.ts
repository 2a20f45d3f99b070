import { ConnectorError } from '../../../protocol/model/index.js';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { flag, guarded, integer, long, numbered, properties, text, withGroup, type ConfigOf, type PropertyDefinition } from '../../framework/properties.js';
import type { PoolLimits } from '../../framework/spi.js';

/** Java's `Integer` and `Long`: as `int` and `long`, but null means that nothing was chosen. */
function boxed<T>(type: 'Integer' | 'Long', property: PropertyDefinition<T>): PropertyDefinition<T> {
  return { ...property, type };
}

const basic = withGroup('Basic Configuration Properties', properties({
  maximumConnections: boxed('Integer', integer({ default: 10, help: 'The most connections at a time; a negative number is no limit. Further operations wait.' })),
  maxLifetime: boxed('Integer', integer({ help: 'Milliseconds after which a connection is not used again. Empty: 86400000; a negative number is no limit.' })),
  maxInactivity: boxed('Integer', integer({ help: 'Milliseconds without use after which a connection is closed. Empty: 3600000; a negative number is no limit.' })),
  maxUseTime: boxed('Long', long({ help: 'Milliseconds one operation may use a connection, after which it is closed under it. Empty or negative: no limit.' })),
  maxUseCount: boxed('Integer', integer({ help: 'Operations after which a connection is replaced. Empty or negative: no limit.' })),
  isRunMaintenance: flag({ default: true, help: 'Whether connections that are not used are closed in the background. Without it they are looked at when they are needed again.' }),
  isThreadUsed: flag({ default: true, help: 'Of the Java library, whose threads do the communication. Accepted, and without effect here.' }),
  cleanupInterval: boxed('Long', long({ help: 'Of the Java library: milliseconds between two runs of its maintenance, 300000 when empty. Accepted; connections are closed when their time is up.' })),
}));

export const config = numbered(1, properties({
  hostName: text({ required: true, help: 'Host name or IP address of the IBM i.' }),
  userName: text({ required: true, help: 'User profile of the administrator to sign on with.' }),
  password: guarded({ required: true, help: 'Password of that user profile.' }),
  isSecure: flag({ default: true, required: true, help: 'Whether the certificate of the server has to be trusted. The connection is encrypted in any case.' }),
  ...basic,
  port: integer({ default: 8076, group: OWN_PROPERTIES, displayName: 'Port', help: 'TCP port of the Mapepire server on the IBM i.' }),
}));

export type As400Config = ConfigOf<typeof config>;

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** Milliseconds an operation waits for a connection to become free. */
const LONGEST_WAIT = 150_000;
/** The longest a timer can wait; more makes it go off at once. */
export const FOREVER = 2 ** 31 - 1;

/** The effective limits: what is left out has a default, and a negative number means no limit. */
export interface ConnectionLimits {
  readonly maximumConnections: number;
  readonly maxLifetime: number;
  readonly maxInactivity: number;
  readonly maxUseTime: number;
  readonly maxUseCount: number;
}

function limit(given: number | null, otherwise: number): number {
  const effective = given ?? otherwise;
  return effective < 0 ? Infinity : effective;
}

/** Defaults as the documentation states them. */
export function connectionLimits(given: As400Config): ConnectionLimits {
  return {
    maximumConnections: limit(given.maximumConnections, -1), maxLifetime: limit(given.maxLifetime, DAY), maxInactivity: limit(given.maxInactivity, HOUR),
    maxUseTime: limit(given.maxUseTime, -1), maxUseCount: limit(given.maxUseCount, -1),
  };
}

/** The pool of connections these properties ask for; the controller's own settings for pools do not count. */
export function poolLimits(given: As400Config): PoolLimits {
  const { maximumConnections, maxInactivity } = connectionLimits(given);
  return {
    maxObjects: maximumConnections, maxIdle: maximumConnections, minIdle: 0, maxWait: LONGEST_WAIT,
    minEvictableIdleTime: given.isRunMaintenance ? Math.min(maxInactivity, FOREVER) : FOREVER,
  };
}

function refuse(message: string): never {
  throw new ConnectorError('configuration', `AS400 connector: ${message}`);
}

/** What the table's types cannot say. */
export function validate(given: As400Config): void {
  if (given.port < 1 || given.port > 65_535) refuse(`port is ${given.port}: give a port from 1 to 65535.`);
  if (given.maximumConnections === 0) refuse('maximumConnections is 0: give 1 or more, or a negative number for no limit.');
  if (!/^[A-Z0-9#$@_]{1,10}$/i.test(given.userName.trim())) refuse(`userName is "${given.userName}": a user profile has 1 to 10 letters, digits, #, $, _ or @.`);
  if (/[\s/?#@\\]/.test(given.hostName)) refuse(`hostName is "${given.hostName}": give a host name or an IP address and nothing else.`);
}
