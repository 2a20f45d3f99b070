import type { OperationKind } from '../../protocol/model/index.js';
import type { NameLimit } from './attribute-names.js';
import type { Change } from './changes.js';
import type { Glob } from './glob.js';
import type { TargetPattern } from './target-pattern.js';

/** A policy as it applies: read from a file, checked as a whole (see read-policy.ts and README.md). */
export interface Policy {
  readonly default: 'allow' | 'deny';
  readonly readOnly: boolean;
  /** In order; the first that matches decides. */
  readonly rules: readonly Rule[];
  readonly protectedObjects: readonly Protection[];
  readonly brakes: readonly Brake[];
  readonly scripts: ScriptAllowance;
}

/** Where something applies. What is left out applies everywhere. */
export interface Scope {
  /** Ids, class names or bundle names. */
  readonly connectors?: readonly Glob[] | undefined;
  readonly targets?: readonly TargetPattern[] | undefined;
}

export interface Rule extends Scope {
  readonly name: string;
  readonly effect: 'allow' | 'deny';
  readonly operations?: ReadonlySet<OperationKind> | undefined;
  readonly objectClasses?: readonly Glob[] | undefined;
  /** Who asks, as authenticated on the socket. */
  readonly principals?: readonly Glob[] | undefined;
  /** Values that properties of the connector's configuration have. */
  readonly configuration?: readonly PropertyCondition[] | undefined;
  /** Of what is allowed. */
  readonly read?: NameLimit | undefined;
  readonly write?: NameLimit | undefined;
}

export interface PropertyCondition {
  readonly name: string;
  /** One of them; compared as they are. */
  readonly values: readonly Glob[];
}

/** Objects that certain changes are never made to. One that any of the patterns fits is protected. */
export interface Protection extends Scope {
  readonly name: string;
  readonly uids: readonly Glob[];
  readonly names: readonly Glob[];
  readonly attributes: readonly { readonly name: string; readonly values: readonly Glob[] }[];
  readonly from: ReadonlySet<Change>;
}

/** How many changes are too many. */
export interface Brake extends Scope {
  readonly name: string;
  readonly changes: ReadonlySet<Change>;
  readonly limit: number;
  /** Milliseconds. */
  readonly window: number;
  /** Each target has a count of its own, or all together have one. */
  readonly per: 'system' | 'agent';
  /** What ends a brake that has tripped: only a person, or its window too. */
  readonly release: 'manual' | 'window';
}

export interface ScriptAllowance {
  /** Any text whatever; for laboratories. */
  readonly any: boolean;
  /** Lower-case hexadecimal digests of the text in UTF-8. */
  readonly sha256: ReadonlySet<string>;
  /** Files directly in them are allowed scripts. */
  readonly directories: readonly string[];
}

/** Without a policy file: everything as configured, but no scripts. */
export const NO_POLICY: Policy = {
  default: 'allow', readOnly: false, rules: [], protectedObjects: [], brakes: [], scripts: { any: false, sha256: new Set(), directories: [] },
};

/** Whether names of hosts have to be looked up to apply the policy. */
export function namesAddresses({ rules, protectedObjects, brakes }: Policy): boolean {
  return [...rules, ...protectedObjects, ...brakes].some(({ targets }) => targets?.some(({ kind }) => kind === 'address'));
}
