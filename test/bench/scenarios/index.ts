import type { Scenario } from '../suite/scenario.js';

type Loaded = Promise<Scenario<unknown>>;
const as = (scenario: unknown): Scenario<unknown> => scenario as Scenario<unknown>;

/** By name, in the order in which they run and stand on the page. */
export const SCENARIOS: Readonly<Record<string, () => Loaded>> = {
  search: async () => as((await import('./search-streams.js')).searchStreams),
  payloads: async () => as((await import('./payloads.js')).payloads),
  latency: async () => as((await import('./get-latency.js')).getLatency),
  memory: async () => as((await import('./search-memory.js')).searchMemory),
  agents: async () => as((await import('./many-agents.js')).manyAgents),
  start: async () => as((await import('./first-operation.js')).firstOperation),
  writes: async () => as((await import('./writes.js')).writes),
  wan: async () => as((await import('./wide-area.js')).wideArea),
};

export async function scenarioNamed(name: string): Loaded {
  const load = SCENARIOS[name];
  if (load === undefined) throw new Error(`There is no scenario ${name}; known: ${Object.keys(SCENARIOS).join(', ')}`);
  return load();
}
