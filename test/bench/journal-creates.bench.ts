import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, bench, describe } from 'vitest';
import { openDisk } from '../../agent/journal/journal-disk.js';
import { journalStage } from '../../agent/journal/journaled-facade.js';
import { openWriteJournal } from '../../agent/journal/write-journal.js';
import type { FacadeContext } from '../../agent/operations/facade-stage.js';
import { Attribute, Name, OperationOptions, Uid, type ConnectorFacade } from '../../protocol/model/index.js';
import { FakeFacade, KEY, configuration } from '../support/fake-facade.js';
import { recordedLog } from '../support/quiet-log.js';

/**
 * Creates on the agent with and without the journal, on the disk of the temporary directory (CAUSEWAY_BENCH_DISK names another),
 * at a target that takes no time and at one that takes two milliseconds, as a directory does.
 *     npx vitest bench --run --project unit test/bench/journal-creates.bench.ts
 */
const directory = mkdtempSync(join(process.env['CAUSEWAY_BENCH_DISK'] ?? tmpdir(), 'causeway-journal-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const journal = await openWriteJournal({ disk: await openDisk(directory), log: recordedLog(), maxSize: 4 * 1024 ** 3, retention: 86_400_000 });
const context: FacadeContext = {
  connector: { id: 'fake' } as FacadeContext['connector'], connectorKey: KEY, configuration: configuration(), systemId: 's',
  origin: { peerSessionId: 's', principal: 'idm', messageId: 1, locale: undefined },
};
const attributes = [new Name('uid=anna,ou=people,dc=example,dc=com'), ...['cn', 'sn', 'givenName', 'mail', 'title', 'l'].map((name) => Attribute.of(name, `${name} of anna`))];
const create = { kind: 'create', objectClass: '__ACCOUNT__', attributes, options: OperationOptions.none } as const;
const { signal } = new AbortController();
let count = 0;

function target(milliseconds: number): ConnectorFacade {
  const uid = new Uid('d3b7c1e0-5b7a-4a64-9d4f-0d5c2a3b6f10');
  const fake = new FakeFacade();
  return {
    connectorKey: KEY, supportedOperations: fake.supportedOperations, stream: (operation, call) => fake.stream(operation, call),
    perform: async () => {
      if (milliseconds > 0) await new Promise((resolve) => { setTimeout(resolve, milliseconds); });
      return uid as never;
    },
  };
}

for (const milliseconds of [0, 2]) {
  const plain = target(milliseconds);
  const journaled = journalStage({ journal })(plain, context);
  for (const atOnce of [1, 16, 64]) {
    const round = (facade: ConnectorFacade) => async (): Promise<void> => {
      await Promise.all(Array.from({ length: atOnce }, () => facade.perform(create, { signal, once: true, operationId: `bench/${count++}` })));
    };
    describe(`${atOnce} create(s) at once, target takes ${milliseconds} ms (hz counts rounds of ${atOnce})`, () => {
      bench('without journal', round(plain), { time: 500 });
      bench('with journal', round(journaled), { time: 500 });
    });
  }
}
