import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorKeys, readableName, type AnyConnector } from '../../../connectors/framework/index.js';
import { allConnectors } from '../../../connectors/registry.js';
import { KEY, ListeningAgent } from '../driver/support/listening-agent.js';
import { JavaDriver } from '../support/java-driver.js';
import type { JavaConfigurationProperty, JavaConnectorInfo } from '../support/java-driver-types.js';
import type { JavaValue } from '../support/java-values.js';

let connectors: readonly AnyConnector[];
let agent: ListeningAgent | undefined;
let driver: JavaDriver | undefined;
let infos: readonly JavaConnectorInfo[];

beforeAll(async () => {
  connectors = await allConnectors();
  agent = await ListeningAgent.start({ connectors });
  driver = await JavaDriver.start();
  infos = await (await driver.connect({ port: agent.port, key: KEY })).infos();
});

afterAll(async () => {
  await driver?.stop();
  await agent?.stop();
});

/** `[Ljava.lang.String;` → `String[]`, `java.net.URI` → `URI`. */
function simpleType(name: string): string {
  const element = /^\[L(.*);$/.exec(name)?.[1];
  return element === undefined ? name.replace(/^.*\./, '') : `${simpleType(element)}[]`;
}

function plain(value: JavaValue): unknown {
  if (value === null || typeof value === 'string') return value;
  if (value.type === 'Array') return value.items.map(plain);
  if (value.type === 'Integer' || value.type === 'Long' || value.type === 'Double') return Number(value.value);
  if (value.type === 'Boolean' || value.type === 'File' || value.type === 'URI' || value.type === 'GuardedString') return value.value;
  throw new TypeError(`A default of ${value.type} was not expected.`);
}

function read({ name, type, value, required, confidential, order, operations, group, displayName, helpMessage }: JavaConfigurationProperty): object {
  return { name, type: simpleType(type), value: plain(value), required, confidential, order, operations: [...operations].sort(), group, displayName, helpMessage };
}

describe('what the Java framework reads of our connectors', () => {
  it('is every property as its table has it, in its order, with texts, under every key', () => {
    for (const connector of connectors) {
      const expected = Object.entries(connector.properties).map(([name, { type, default: value, required, confidential, order, operations, group, displayName, help }]) => ({
        name, type, value, required, confidential, order, operations: [...operations].sort(), group, displayName: displayName ?? readableName(name), helpMessage: help,
      })).sort((a, b) => a.order - b.order);
      for (const key of connectorKeys(connector)) {
        const info = infos.find(({ bundleName, bundleVersion, connectorName }) => bundleName === key.bundleName && bundleVersion === key.bundleVersion && connectorName === key.connectorName);
        expect(info, `${key.connectorName} of ${key.bundleName} ${key.bundleVersion}`).toMatchObject({ displayName: connector.displayName, poolingSupported: connector.pooled });
        expect(info?.properties.map(read)).toEqual(expected);
      }
    }
  });

  it('is a connector for each key and no other', () => {
    expect(infos).toHaveLength(connectors.flatMap(connectorKeys).length);
  });
});
