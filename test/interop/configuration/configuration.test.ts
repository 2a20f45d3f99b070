import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORMATTABLE } from '../../contract/formattable.js';
import { ACCEPTED_DIFFERENCES } from './accepted-differences.js';
import { comparisonTable } from './comparison-table.js';
import { compare, type Comparison, type Difference } from './differences.js';
import { javaConnectors, type JavaConnector } from './java-connectors.js';
import { ourConfigurations, type OurConfiguration } from './our-configurations.js';

const CONNECTORS = [
  'org.forgerock.openicf.csvfile.CSVFileConnector', 'org.identityconnectors.ldap.LdapConnector', 'org.identityconnectors.databasetable.DatabaseTableConnector',
  ...['groovy.ScriptedConnector', 'groovy.ScriptedPoolableConnector', 'scriptedrest.ScriptedRESTConnector', 'scriptedsql.ScriptedSQLConnector', 'ssh.SSHConnector', 'kerberos.KerberosConnector']
    .map((name) => `org.forgerock.openicf.connectors.${name}`),
];

let java: ReadonlyMap<string, JavaConnector>;
let ours: ReadonlyMap<string, OurConfiguration>;
const comparisons = new Map<string, Comparison>();

beforeAll(async () => {
  java = new Map((await javaConnectors()).map((connector) => [connector.key.connectorName, connector]));
  ours = new Map((await ourConfigurations()).map((configuration) => [configuration.connectorName, configuration]));
  for (const name of CONNECTORS) {
    const [theirs, own] = [java.get(name), ours.get(name)];
    if (theirs !== undefined && own !== undefined) comparisons.set(name, compare(theirs, own));
  }
});

afterAll(() => {
  process.stdout.write(`\n${comparisonTable([...comparisons.values()], ACCEPTED_DIFFERENCES)}\n`);
});

/** A difference as text, so that what is missing and what is too much reads well in a failure. */
const textOf = ({ connectorName, property, aspect, java: theirs, ours: own }: Difference): string =>
  `${connectorName} ${property === '' ? '(connector)' : property}, ${aspect}: Java ${JSON.stringify(theirs)}, ours ${JSON.stringify(own)}`;

describe('default configurations, ours and those of the Java bundles', () => {
  it('compares every connector of ours that a Java bundle has', () => {
    const common = [...ours.keys()].filter((name) => java.has(name));
    expect(common.sort()).toEqual([...CONNECTORS].sort());
    // Only Scripted CREST is left out: nothing specifies it, and the libraries it imports are not there, so Java does not list it.
    expect([...java.keys()].filter((name) => !ours.has(name))).toEqual([]);
  });

  describe.each(CONNECTORS)('%s', (name) => {
    it('is equal property by property, but for the accepted differences, all of which are still there', () => {
      const accepted = ACCEPTED_DIFFERENCES.filter(({ connectorName }) => connectorName === name);
      const found = comparisons.get(name)?.differences;
      expect(found?.map(textOf).sort()).toEqual(accepted.map(textOf).sort());
      for (const { reason } of accepted) expect(reason).toMatch(/\w/);
    });

    it('has a text for every message key, as far as Java needs one', () => {
      const own = ours.get(name)!;
      for (const { name: property, helpMessageKey, displayMessageKey, groupMessageKey } of own.properties) {
        for (const key of [helpMessageKey, displayMessageKey, groupMessageKey]) expect(own.messages.get(key ?? ''), property).toMatch(FORMATTABLE);
      }
    });
  });

  it('accepts differences of connectors that were compared only', () => {
    expect([...new Set(ACCEPTED_DIFFERENCES.map(({ connectorName }) => connectorName))].filter((name) => !comparisons.has(name))).toEqual([]);
  });
});
