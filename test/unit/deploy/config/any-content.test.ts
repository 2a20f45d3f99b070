import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkFiles } from '../../../../deploy/config/check-files.js';
import { migrate } from '../../../../deploy/config/migrate/migrate.js';
import { recognise, type Recognised } from '../../../../deploy/config/recognise.js';
import { System, type SystemEnvironment } from '../../../../controller/systems/system.js';
import type { JsonValue } from '../../../../protocol/crest/json.js';
import { LDAP, LDAP_REF, MANAGED, MAPPING, NIGHTLY } from './config-files.js';

const SYSTEM = { ...LDAP, connectorRef: { ...LDAP_REF, connectorHostRef: 'a' }, operationTimeout: { SEARCH: 1 }, poolConfigOption: { maxIdle: 1 }, systemActions: [{ scriptId: 'x', actions: [{ systemType: '.*', actionType: 'JS', actionFile: 'x' }] }] };
const PROVIDER = { remoteConnectorServers: [{ name: 'a', host: 'h', key: 'k' }], remoteConnectorServersGroups: [{ name: 'g', algorithm: 'failover', serversList: [{ name: 'a' }] }], remoteConnectorClients: [{ name: 'b' }] };

const TYPES = { objects: [{ ...MANAGED.objects[0], onCreate: { type: 'text/javascript', source: '1' }, actions: { a: { type: 'text/javascript', file: 'x.js' } } }, { name: 'b', schema: { properties: { pin: { type: 'string', encryption: { key: 'k' }, policies: [{ policyId: 'unique' }] } } } }] };

const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(null, [], {}, [null], [[]], '', '&{x}', { $crypto: null }, { $crypto: { value: { key: 1 } } }, { name: null }, [{ name: {} }], -1, '__proto__', 1e300, 'secret://x'),
);

/** The value with something else at one of its places. */
function withReplaced(value: unknown, steps: readonly number[], replacement: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined || typeof value !== 'object' || value === null) return replacement;
  const entries = Object.entries(value);
  const chosen = entries[step % Math.max(1, entries.length)]?.[0];
  const replaced = entries.map(([key, item]): [string, unknown] => [key, key === chosen ? withReplaced(item, rest, replacement) : item]);
  return Array.isArray(value) ? replaced.map(([, item]) => item) : Object.fromEntries(replaced);
}

const file = (name: string, content: unknown): Recognised => recognise({ path: `conf/${name}`, bytes: Buffer.from(JSON.stringify(content)) });

describe('whatever stands in a file', () => {
  it.each<[string, object]>([
    ['provisioner.openicf-ldap.json', SYSTEM], ['provisioner.openicf.connectorinfoprovider.json', PROVIDER], ['sync.json', { mappings: [MAPPING, { ...MAPPING, name: 'b' }] }], ['mapping-a.json', MAPPING],
    ['managed.json', TYPES], ['schedule-nightly.json', NIGHTLY], ['schedule-script.json', { ...NIGHTLY, type: 'simple', repeatInterval: 5_000, repeatCount: 2, invokeService: 'script', invokeContext: { script: { type: 'text/javascript', file: 'x.js' }, input: {} } }],
  ])('check and migrate tell of it and do not fail: %s', async (name, content) => {
    await fc.assert(fc.asyncProperty(fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 5 }), anything, async (steps, replacement) => {
      const files = [file(name, withReplaced(content, steps, replacement)), file('provisioner.openicf-other.json', { ...SYSTEM, name: 'other' })];
      const reports = await checkFiles(files);
      expect(reports.map(({ file: path }) => path)).toEqual(files.map(({ path }) => path));
      const report = await migrate(files, { out: undefined, replace: false });
      expect(report.files.map(({ source }) => source)).toEqual(files.map(({ path }) => path));
    }), { numRuns: 40 });
  }, 120_000);
});

/** What a controller makes of a file needs nobody connected. */
const ALONE = { properties: () => undefined, cryptoKeys: new Map() } as unknown as SystemEnvironment;

describe('a system file', () => {
  it('that a controller cannot use always has a problem', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 5 }), anything, async (steps, replacement) => {
      const content = withReplaced(SYSTEM, steps, replacement);
      const [report] = await checkFiles([file('provisioner.openicf-ldap.json', content)]);
      const { error } = new System('ldap', '', JSON.parse(JSON.stringify(content)) as JsonValue, ALONE);
      if (error !== undefined && report!.findings.every(({ severity }) => severity !== 'unchecked')) expect([error, report!.outcome]).toEqual([error, 'problems']);
    }), { numRuns: 150 });
  }, 120_000);
});
