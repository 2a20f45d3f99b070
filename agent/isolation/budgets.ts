import { ConfigError } from '../config/config-problems.js';
import { closestWord } from '../config/closest-word.js';
import type { IsolationConfig } from '../config/isolation-settings.js';

/** Sizes in bytes, times in milliseconds. */
export interface ConnectorBudget {
  readonly memory: number;
  readonly hangTime: number;
  readonly cancelGrace: number;
  readonly perSystem: boolean;
  readonly environment: readonly string[];
}

/** What the processes of a connector may use; undefined: it runs in the agent's own process. */
export function budgetOf({ all, connectors, ...common }: IsolationConfig, connector: string): ConnectorBudget | undefined {
  const own = Object.hasOwn(connectors, connector) ? connectors[connector] : undefined;
  if (own === undefined) return all ? common : undefined;
  return {
    memory: own.memory ?? common.memory, hangTime: own.hangTime ?? common.hangTime, cancelGrace: own.cancelGrace ?? common.cancelGrace,
    perSystem: own.perSystem ?? common.perSystem, environment: own.environment ?? common.environment,
  };
}

/** Throws a ConfigError for budgets of connectors that this agent does not offer. */
export function checkIsolated({ connectors }: IsolationConfig, enabled: readonly string[]): void {
  const problems = Object.keys(connectors).filter((id) => !enabled.includes(id)).map((id) => {
    const meant = closestWord(id, enabled);
    return `isolation.connectors: this agent offers no connector "${id}"; ${meant === undefined ? `it offers: ${enabled.join(', ')}` : `did you mean ${meant}?`}`;
  });
  if (problems.length > 0) throw new ConfigError(problems);
}

/** For `agent check`. */
export function describeIsolation(settings: IsolationConfig, enabled: readonly string[]): string {
  return enabled.map((id) => {
    const budget = budgetOf(settings, id);
    if (budget === undefined) return `${id} in the agent's own process`;
    return `${id} in ${budget.perSystem ? 'a process for each configuration' : 'a process of its own'}, ${Math.round(budget.memory / 1024 ** 2)} MiB`;
  }).join('; ');
}
