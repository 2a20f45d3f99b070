import { rename, writeFile } from 'node:fs/promises';
import { csvProvisioner } from '../../support/provisioners.js';
import { describeLiveSync, type LiveSyncTarget, type TargetChange } from './live-sync-suite.js';

/** A file that another program delivers anew, whole, as it does with real exports. */
function csvTarget(): LiveSyncTarget {
  const rows = new Map<number, string>();
  let before: number[] = [];
  let path = '';
  const deliver = async (): Promise<void> => {
    await writeFile(`${path}.new`, `uid,firstName\n${[...rows].map(([person, text]) => `p${person},"${text}"\n`).join('')}`);
    await rename(`${path}.new`, path);
  };
  return {
    provisioner: (agent) => csvProvisioner(path, agent, {}, 'target'),
    async prepare(count, world) {
      path = world.path('people.csv');
      for (let person = 0; person < count; person++) rows.set(person, 'first');
      await deliver();
    },
    async apply(changes) {
      before = [...rows.keys()];
      for (const { kind, person, text } of changes) {
        if (kind === 'delete') rows.delete(person);
        else rows.set(person, text);
      }
      await deliver();
    },
    personOf: (id) => Number(id.slice(1)),
    /** Two states are compared: those gone first, as they stood in the file, then the others as they stand in it now. */
    told(changes): TargetChange[] {
      const byPerson = new Map(changes.map((change) => [change.person, change]));
      const told = (people: Iterable<number>, deleted: boolean) => [...people].flatMap((person) => byPerson.get(person) ?? []).filter(({ kind }) => (kind === 'delete') === deleted);
      return [...told(before, true), ...told(rows.keys(), false)];
    },
    stop: async () => undefined,
  };
}

describeLiveSync('a CSV file', async () => csvTarget(), ['killed', 'stopped']);
