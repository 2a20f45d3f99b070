/** Main program of a connector's process in tests: runs, from the build, a connector that does whatever a bad driver does. */
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { join, resolve } from 'node:path';

const dist = resolve(process.env.CAUSEWAY_DIST ?? join(import.meta.dirname, '../../dist'));
const from = (path) => import(pathToFileURL(join(dist, path)).href);
const { runConnectorProcess } = await from('agent/isolation/child/run-process.js');
const { defineConnector, properties, text, guarded } = await from('connectors/framework/index.js');
const { ConnectorObject, Uid, Name, Attribute } = await from('protocol/model/index.js');

const kept = [];
const turn = () => new Promise((done) => { setImmediate(done); });
const object = (index, note) => new ConnectorObject('__ACCOUNT__', [new Uid(`u${index}`), new Name(`u${index}`), Attribute.of('note', note)]);

const troubles = {
  async buffers() { for (;;) { kept.push(Buffer.alloc(4 * 1024 * 1024, 1)); await pause(5); } },
  async objects() { for (;;) { for (let count = 0; count < 100_000; count++) kept.push({ count, text: `object ${count}` }); await turn(); } },
  loop() { for (;;); },
  exit() { process.exit(3); },
  async throws() { setTimeout(() => { throw new Error('boom with hunter2-of-the-target'); }); await pause(60_000); },
  async rejects() { void Promise.reject(new Error('nobody listens')); await pause(60_000); },
  async *deaf() { yield object(0, ''); await new Promise(() => undefined); },
};

async function* search(_session, { objectClass }, call) {
  if (objectClass === 'deaf') return yield* troubles.deaf();
  await troubles[objectClass]?.();
  const many = /^many(\d+)$/.exec(objectClass);
  const count = many === null ? 3 : Number(many[1]);
  for (let index = 0; index < count; index++) {
    if (index % 1000 === 0) { call.signal.throwIfAborted(); await turn(); }
    yield object(index, 'x'.repeat(many === null ? 1 : 500));
  }
  return undefined;
}

const connector = defineConnector({
  id: 'troubled', displayName: 'Troubled', family: 'Test', key: { bundleName: 'test.troubled', bundleVersion: '1.0.0.0', connectorName: 'test.Troubled' },
  properties: properties({ host: text({ help: 'Where.' }), password: guarded({ help: 'Its password.' }) }), objectClasses: [], pooled: false,
  open: async () => ({}), close: async () => undefined,
  operations: {
    test: async () => undefined,
    search,
    create: async () => { await troubles.loop(); return new Uid('never'); },
  },
});
runConnectorProcess({ load: async () => connector });
