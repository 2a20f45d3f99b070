/** Stands for an agent that a test kills: runs the troubled connector, from the build, has it loop for ever, and prints the process's id. */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const dist = resolve(process.env.CAUSEWAY_DIST ?? join(import.meta.dirname, '../../dist'));
const from = (path) => import(pathToFileURL(join(dist, path)).href);
const [{ Isolation }, { spawnProcess }, { systemClock }, { defineConnector, defaultConfiguration, properties }, { OperationOptions }] = await Promise.all([
  from('agent/isolation/isolation.js'), from('agent/isolation/spawn-process.js'), from('agent/system-clock.js'), from('connectors/framework/index.js'), from('protocol/model/index.js'),
]);
const connector = defineConnector({
  id: 'troubled', displayName: 'Troubled', family: 'Test', key: { bundleName: 'test.troubled', bundleVersion: '1.0.0.0', connectorName: 'test.Troubled' },
  properties: properties({}), objectClasses: [], pooled: false, open: async () => ({}), close: async () => undefined,
  operations: { test: async () => undefined, async *search() { yield* []; } },
});
const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };
const isolation = new Isolation({
  settings: { all: true, connectors: {}, memory: 256 * 1024 ** 2, hangTime: 600_000, cancelGrace: 600_000, perSystem: false, environment: ['CAUSEWAY_DIST'] },
  maxFrameBytes: 32 * 1024 ** 2, debug: false, coreDumps: false, clock: systemClock, log,
  spawn: (options) => spawnProcess({ ...options, program: join(import.meta.dirname, 'troubled-process.mjs') }),
});
const facade = isolation.open(connector, defaultConfiguration(connector), { log, stateRoot: '/nonexistent' });
const call = { signal: new AbortController().signal };
await facade.perform({ kind: 'test' }, call);
facade.stream({ kind: 'search', objectClass: process.argv[2], filter: undefined, options: OperationOptions.none }, call).next().catch(silent);
setTimeout(() => { process.stdout.write(`process ${isolation.status()[0].pid}\n`); }, 500);
