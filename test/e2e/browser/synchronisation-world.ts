import { readFile, writeFile } from 'node:fs/promises';
import type { Chain } from '../../support/chain.js';
import { csvProvisioner } from '../../support/provisioners.js';
import { until } from '../../support/until.js';
import { HOSTILE, startConsoleChain } from './console-world.js';

/** So many people that a run can be watched. */
export const PEOPLE_COUNT = 300;
/** Accounts nobody owns: more than a run may delete without being asked. */
const ORPHANS = 12;
export const HOSTILE_ID = '<img src=x onerror=alert(1)>';
const BROKEN = '<script>alert(3)</script>';
const NAMES = 'uid,firstName,lastName,email,badge,password';

const script = (source: string): object => ({ type: 'text/javascript', source });
const PROPERTIES = [
  { source: 'uid', target: 'uid' }, { source: 'firstName', target: 'firstName' }, { source: 'lastName', target: 'lastName' },
  { source: 'email', target: 'email', transform: script(`if (String(source).startsWith('bad')) throw new Error(${JSON.stringify(HOSTILE)}); source.toLowerCase()`) },
];
const MAPPINGS = {
  mappings: [
    { name: 'hr_copy', source: 'system/hr/account', target: 'system/copy/account', correlation: [{ source: '/uid', target: '/uid' }], properties: PROPERTIES, policies: [{ situation: 'UNASSIGNED', action: 'REPORT' }, { situation: 'ABSENT', action: 'CREATE' }], deltaReconciliation: true },
    { name: 'hr_strict', source: 'system/hr/account', target: 'system/few/account', correlation: [{ source: '/uid', target: '/uid' }], properties: [{ source: 'uid', target: 'uid' }], policies: [{ situation: 'UNASSIGNED', action: 'DELETE' }, { situation: 'ABSENT', action: 'REPORT' }] },
  ],
};

const rows = (...lines: readonly string[]): string => [NAMES, ...lines, ''].join('\n');
const person = (uid: string, email = `${uid}@EXAMPLE.com`): string => `${uid},First,Last,${email},1,`;

/** Adds a mapping that cannot be used, behind the back of the API, which would refuse it. */
export async function breakMapping(chain: Chain): Promise<void> {
  const path = chain.world.path('conf', 'sync.json');
  const { mappings } = JSON.parse(await readFile(path, 'utf8')) as typeof MAPPINGS;
  await writeFile(path, JSON.stringify({ mappings: [...mappings, { name: BROKEN, source: 'system/hr/account', target: BROKEN, properties: [] }] }));
}

/** Systems hr, copy and few, mappings between them, and a schedule. */
export async function startSynchronisation(): Promise<Chain> {
  const chain = await startConsoleChain();
  const add = async (name: string, lines: readonly string[]): Promise<void> => {
    await writeFile(chain.world.path(`${name}.csv`), rows(...lines));
    await chain.world.provisioner(name, csvProvisioner(chain.world.path(`${name}.csv`), 'site1', {}, name));
    await chain.controller.systemReady(name);
  };
  await add('hr', [...Array.from({ length: PEOPLE_COUNT }, (_, at) => person(`h${at}`)), person(HOSTILE_ID), person('broken', 'bad')]);
  await add('copy', [person('stranger')]);
  await add('few', Array.from({ length: ORPHANS }, (_, at) => person(`orphan${at}`)));
  await writeFile(chain.world.path('conf', 'sync.json'), JSON.stringify(MAPPINGS));
  await writeFile(chain.world.path('conf', 'schedule-nightly.json'), JSON.stringify({ enabled: true, persisted: true, schedule: '0 30 2 * * ?', timeZone: 'UTC', invokeService: 'sync', invokeContext: { action: 'reconcile', mapping: 'hr_copy' } }));
  await until(async () => (await chain.rest.send('/openidm/scheduler/job/nightly')).status === 200, 'the schedule to be read, once the database is open', 90_000);
  return chain;
}

export async function linesOf(chain: Chain, system: string): Promise<number> {
  return (await readFile(chain.world.path(`${system}.csv`), 'utf8')).trim().split('\n').length - 1;
}
