import type { JavaConnector, JavaProperty } from './java-connectors.js';
import { plainValue, type OurConfiguration } from './our-configurations.js';

export type Aspect =
  | 'presence' | 'type' | 'default' | 'order' | 'required' | 'confidential' | 'operations' | 'group'
  // of the connector as a whole
  | 'supported operations' | 'pooling' | 'producer buffer' | 'pool' | 'results handlers' | 'timeouts';

/** One thing that is not the same. `property` is empty for the connector as a whole. Values are JSON data. */
export interface Difference {
  readonly connectorName: string;
  readonly property: string;
  readonly aspect: Aspect;
  readonly java: unknown;
  readonly ours: unknown;
}

/** What was laid side by side. */
export interface Comparison {
  readonly connectorName: string;
  /** Names of all properties, of either side. */
  readonly compared: readonly string[];
  readonly differences: readonly Difference[];
}

type Aspects = ReadonlyMap<Aspect, unknown>;

/** Every property of a connector, its operations and limits, Java's beside ours. */
export function compare(java: JavaConnector, ours: OurConfiguration): Comparison {
  const { connectorName } = ours;
  const javaRows = new Map(java.properties.map((property) => [property.name, aspectsOfJava(property)]));
  const ourRows = new Map(ours.properties.map((property) => [property.name, aspectsOfOurs(property, ours)]));
  const compared = [...new Set([...javaRows.keys(), ...ourRows.keys()])];
  const differences = compared.flatMap((property) => {
    const [theirs, own] = [javaRows.get(property), ourRows.get(property)];
    if (theirs === undefined || own === undefined) {
      return [{ connectorName, property, aspect: 'presence' as const, java: theirs === undefined ? 'absent' : 'present', ours: own === undefined ? 'absent' : 'present' }];
    }
    return unequal(connectorName, property, theirs, own);
  });
  return { connectorName, compared, differences: [...unequal(connectorName, '', ...wholes(java, ours)), ...differences] };
}

/** Java's bundle says nothing of a group where it has no text for it: then any will do. */
function unequal(connectorName: string, property: string, java: Aspects, ours: Aspects): Difference[] {
  return [...java].filter(([aspect, value]) => !(aspect === 'group' && value === null) && JSON.stringify(value) !== JSON.stringify(ours.get(aspect)))
    .map(([aspect, value]) => ({ connectorName, property, aspect, java: value, ours: ours.get(aspect) }));
}

function aspectsOfJava({ type, default: value, order, required, confidential, operations, group }: JavaProperty): Aspects {
  return new Map<Aspect, unknown>([
    ['type', type], ['default', withoutChance(value)], ['order', order], ['required', required], ['confidential', confidential],
    ['operations', [...operations].sort()], ['group', group],
  ]);
}

/** The JDBC pool makes up a name with a random number in each process. */
function withoutChance(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/^(Tomcat Connection Pool)\[[\d-]+\]$/, '$1[by chance]') : value;
}

function aspectsOfOurs(property: OurConfiguration['properties'][number], { messages }: OurConfiguration): Aspects {
  return new Map<Aspect, unknown>([
    ['type', property.type], ['default', plainValue(property.value)], ['order', property.order], ['required', property.required],
    ['confidential', property.confidential], ['operations', [...property.operations].sort()], ['group', messages.get(property.groupMessageKey ?? '') ?? null],
  ]);
}

function wholes(java: JavaConnector, { configuration }: OurConfiguration): [Aspects, Aspects] {
  const { maxObjects, maxIdle, maxWait, minEvictableIdleTimeMillis, minIdle } = configuration.pool;
  return [
    new Map<Aspect, unknown>([
      ['supported operations', [...java.supportedOperations].sort()], ['pooling', java.poolingSupported], ['producer buffer', java.producerBufferSize],
      ['pool', sortedEntries(java.pool)], ['results handlers', sortedEntries(java.resultsHandler)], ['timeouts', sortedEntries(java.timeouts)],
    ]),
    new Map<Aspect, unknown>([
      ['supported operations', [...configuration.supportedOperations].sort()], ['pooling', configuration.connectorPoolingSupported],
      ['producer buffer', configuration.producerBufferSize],
      ['pool', sortedEntries({ maxObjects, maxIdle, maxWait: Number(maxWait), minEvictableIdleTimeMillis: Number(minEvictableIdleTimeMillis), minIdle })],
      ['results handlers', sortedEntries({ ...configuration.resultsHandler })], ['timeouts', sortedEntries(Object.fromEntries(configuration.timeouts))],
    ]),
  ];
}

function sortedEntries(values: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}
