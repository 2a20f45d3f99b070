import { listOf } from './rest.ts';

/** `/openidm/fleet` as docs/console.md has it. */
export interface Agent {
  readonly _id: string;
  readonly name: string;
  readonly type: string;
  readonly state: 'connected' | 'draining' | 'disconnected';
  readonly groups: readonly string[];
  readonly version: string | null;
  readonly revoked: boolean;
  readonly sessions: readonly { readonly id: string; readonly operational: boolean; readonly draining: boolean; readonly sockets: number; readonly pending: number; readonly causeway: boolean }[];
  readonly connectors: readonly { readonly connectorName: string; readonly bundleName: string; readonly bundleVersion: string; readonly displayName: string }[];
  readonly certificate: { readonly serial: string; readonly issued: string | null; readonly notAfter: string; readonly inUse: boolean; readonly hostId?: string } | null;
  readonly traffic: { readonly operations: number; readonly failed: number; readonly running: number; readonly minutes: readonly number[]; readonly averageMilliseconds: number } | null;
}

export interface Group {
  readonly _id: string;
  readonly members: readonly { readonly name: string; readonly state: string }[];
  readonly operational: boolean;
}

export interface FleetSystem {
  readonly _id: string;
  readonly name: string;
  readonly file: string;
  readonly enabled: boolean;
  readonly connectorRef: { readonly connectorName: string; readonly bundleVersion: string; readonly connectorHostRef: string } | null;
  readonly displayName: string | null;
  readonly hosts: readonly string[];
  readonly objectTypes: readonly string[];
  readonly problem: string | null;
}

export interface Token {
  readonly _id: string;
  readonly agent: string;
  readonly group: string | null;
  readonly created: string;
  readonly expires: string;
  readonly others: string;
}

export const agents = (signal: AbortSignal): Promise<readonly Agent[]> => listOf<Agent>('fleet/agents', signal);
export const groups = (signal: AbortSignal): Promise<readonly Group[]> => listOf<Group>('fleet/groups', signal);
export const systems = (signal: AbortSignal): Promise<readonly FleetSystem[]> => listOf<FleetSystem>('fleet/systems', signal);
export const tokens = (signal: AbortSignal): Promise<readonly Token[]> => listOf<Token>('fleet/tokens', signal);
