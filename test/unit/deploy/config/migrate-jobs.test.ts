import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LDAP, MANAGED, MAPPING, NIGHTLY, check, folderWith, migrate, readText, told } from './config-files.js';

const points = (list: readonly { readonly path: string; readonly text: string }[]): string[] => list.map(({ path, text }) => `${path}: ${text}`);
const out = async (): Promise<string> => join(await folderWith(), 'out');
const [USER] = MANAGED.objects;
const js = (source: string): object => ({ type: 'text/javascript', source });

describe('config migrate: schedules', () => {
  /** The report on one schedule of a project that has the mapping and the system it may call. */
  const ofSchedule = async (schedule: object, files: object = {}) => {
    const target = await out();
    const { report, code } = await migrate(await folderWith({ 'conf/schedule-nightly.json': schedule, 'conf/sync.json': { mappings: [MAPPING] }, 'conf/provisioner.openicf-ldap.json': LDAP, ...files }), '--out', target);
    return { code, target, report, own: report.files.find(({ source }) => source.endsWith('nightly.json'))! };
  };

  it('are taken switched off, with how to go on', async () => {
    const { own, target, report, code } = await ofSchedule(NIGHTLY);
    expect(own).toMatchObject({ outcome: 'changed', written: ['conf/schedule-nightly.json'], attention: [], notes: [] });
    expect(points(own.changes)).toEqual([expect.stringMatching(/^enabled: became false: switch the schedule off in IDM, then set it to true here/)]);
    expect(JSON.parse(await readText(target, 'conf/schedule-nightly.json'))).toEqual({ ...NIGHTLY, enabled: false });
    expect(report.next.join('\n')).toMatch(/for each schedule: switch it off in IDM, then set enabled to true/);
    expect(code).toBe(0);
    expect((await check(target)).problems).toBe(0);
  });

  it('that are off already are taken byte for byte', async () => {
    const text = `  ${JSON.stringify({ ...NIGHTLY, enabled: false }, null, 5)}\n\n`;
    const target = await out();
    const { report } = await migrate(await folderWith({ 'schedule-nightly.json': text, 'sync.json': { mappings: [MAPPING] } }), '--out', target);
    expect(report.files.find(({ source }) => source.endsWith('nightly.json'))).toMatchObject({ outcome: 'as-is', attention: [] });
    expect(await readText(target, 'conf/schedule-nightly.json')).toBe(text);
  });

  it.each([
    [{ invokeService: 'taskscanner' }, /^: task scanners are not supported by this controller; .*IDM keeps it/], [{ schedule: '0 2 * * *' }, /6 or 7 fields/], [{ invokeContext: { action: 'reconcile', mapping: { source: 'x' } } }, /a mapping inside a schedule is not supported/],
    [{ invokeService: 'script', invokeContext: { script: { type: 'groovy', source: 'x' } } }, /scripts in Groovy are not supported/], [{ invokeService: 'health' }, /invokeService health is not known/],
  ])('%j is not taken, and why', async (change, reason) => {
    const { own, code } = await ofSchedule({ ...NIGHTLY, ...change });
    expect(own).toMatchObject({ outcome: 'not-taken', written: [] });
    expect(points(own.attention)).toEqual([expect.stringMatching(reason)]);
    expect(code).toBe(2);
  });

  it('that call what is not taken say so', async () => {
    const mapping = await ofSchedule({ ...NIGHTLY, invokeContext: { action: 'reconcile', mapping: 'other' } });
    expect(points(mapping.own.attention)).toEqual([expect.stringMatching(/^invokeContext\.mapping: other is not among the mappings that are taken/)]);
    const liveSync = (system: string): object => ({ ...NIGHTLY, timeZone: undefined, invokeService: 'provisioner', invokeContext: { action: 'liveSync', source: `system/${system}/account` } });
    expect(points((await ofSchedule(liveSync('hr'))).own.attention)).toEqual([expect.stringMatching(/^invokeContext\.source: the system hr is not among the provisioner files/)]);
    const { own } = await ofSchedule(liveSync('ldap'));
    expect([own.attention, points(own.notes)]).toEqual([[], [expect.stringMatching(/^timeZone: is not set/)]]);
  });

  it('bring the files of their scripts, or say which is missing; one that a mapping has as well is one file', async () => {
    const script = (file: string): object => ({ ...NIGHTLY, invokeService: 'script', invokeContext: { script: { type: 'text/javascript', file } } });
    const mappings = { 'conf/sync.json': { mappings: [{ ...MAPPING, onCreate: { type: 'text/javascript', file: 'script/nightly.js' } }] } };
    const { own, target } = await ofSchedule(script('script/nightly.js'), { ...mappings, 'script/nightly.js': 'input' });
    expect(own).toMatchObject({ written: ['conf/schedule-nightly.json', 'script/nightly.js'], attention: [] });
    expect(await readText(target, 'script/nightly.js')).toBe('input');
    expect(points((await ofSchedule(script('gone.js'))).own.attention)).toEqual([expect.stringMatching(/^invokeContext\.script: use the script file gone\.js, which was not found .*: put it at script\/gone\.js/)]);
  });

  it('get a name a controller reads', async () => {
    const { report } = await migrate(await folderWith({ 'hourly recon.json': NIGHTLY, 'sync.json': { mappings: [MAPPING] } }).then((folder) => join(folder, 'hourly recon.json')), '--out', await out());
    expect(report.files[0]?.written).toEqual(['conf/schedule-hourly_recon.json']);
  });
});

describe('config migrate: managed objects', () => {
  it('are taken as they are, with mappings that lead to them', async () => {
    const target = await out();
    const mapping = { ...MAPPING, name: 'ldap_user', target: 'managed/user' };
    const { report, code } = await migrate(await folderWith({ 'conf/managed.json': MANAGED, 'conf/sync.json': { mappings: [mapping] } }), '--out', target);
    const own = report.files.find(({ source }) => source.endsWith('managed.json'));
    expect(own).toMatchObject({ outcome: 'as-is', written: ['conf/managed.json'], attention: [] });
    expect(points(own!.notes)).toEqual([expect.stringMatching(/the objects themselves stay in IDM's repository/)]);
    expect(JSON.parse(await readText(target, 'conf/managed.json'))).toEqual(MANAGED);
    expect(JSON.parse(await readText(target, 'conf/sync.json'))).toEqual({ mappings: [mapping] });
    expect(code).toBe(0);
  });

  it('leave out types this controller cannot keep, all reasons told, and mappings to them', async () => {
    const device = { name: 'device', schema: { properties: { a: { type: 'string', policies: [{ policyId: 'nice' }] } } }, onCreate: { type: 'groovy', source: 'x' } };
    const target = await out();
    const { report, code } = await migrate(await folderWith({ 'conf/managed.json': { objects: [USER, device], other: 1 }, 'conf/sync.json': { mappings: [MAPPING, { ...MAPPING, name: 'devices', source: 'managed/device' }] } }), '--out', target);
    const own = report.files.find(({ source }) => source.endsWith('managed.json'))!;
    expect(points(own.changes)).toEqual(['objects: 1 of 2 taken: user']);
    expect(points(own.attention).sort()).toEqual([expect.stringMatching(/^objects\.device: left out: onCreate: scripts in Groovy/), expect.stringMatching(/^objects\.device: left out: schema\.properties\.a: the policy nice is not known/)]);
    expect(JSON.parse(await readText(target, 'conf/managed.json'))).toEqual({ objects: [USER], other: 1 });
    expect(points(report.files.find(({ source }) => source.endsWith('sync.json'))!.attention)).toEqual([expect.stringMatching(/^mappings\.devices: left out: source is managed\/device, and no such type is taken/)]);
    expect(code).toBe(2);
  });

  it('without a type that can be kept are not taken', async () => {
    const { report } = await migrate(await folderWith({ 'managed.json': { objects: [{ name: 'device', properties: {} }] }, 'sync.json': { mappings: [MAPPING] } }));
    expect(report.files[0]).toMatchObject({ outcome: 'not-taken', written: [] });
    expect((await migrate(await folderWith({ 'managed.json': { objects: 1 } }))).report.files[0]).toMatchObject({ outcome: 'not-taken', attention: [{ path: 'objects', text: 'must be a list' }] });
  });

  it('tell the keys they need, what works differently, and bring their scripts', async () => {
    const user = { ...USER, onCreate: { type: 'text/javascript', file: 'script/user.js' }, schema: { properties: { pin: { type: 'string', encryption: { key: 'pins' } }, manager: { type: 'relationship' } } } };
    const target = await out();
    const { report } = await migrate(await folderWith({ 'conf/managed.json': { objects: [user] }, 'script/user.js': 'object' }), '--out', target);
    expect(report.files[0]).toMatchObject({ outcome: 'as-is', written: ['conf/managed.json', 'script/user.js'] });
    expect(points(report.files[0]!.attention)).toEqual([expect.stringMatching(/^objects\.user: encrypts values with the key pins: name it under systems\.cryptoKeys/)]);
    expect(points(report.files[0]!.notes)[0]).toMatch(/^objects\.user: .*relationships are not supported: they are stored as they are sent/);
    expect(await readText(target, 'script/user.js')).toBe('object');
  });
});

describe('config check', () => {
  const findings = async (files: object): Promise<string[]> => (await check(await folderWith(files as Record<string, unknown>))).files.flatMap((file) => told(file.findings));

  it('reads schedules as the controller does', async () => {
    expect(await findings({ 'schedule-a.json': NIGHTLY, 'schedule-b.json': { ...NIGHTLY, schedule: 'x', invokeService: 'sync' } })).toEqual([expect.stringMatching(/^problem : schedule: /)]);
    expect(await findings({ 'schedule-c.json': { ...NIGHTLY, invokeService: 'script', invokeContext: { script: js('}') } } })).toEqual([expect.stringMatching(/^problem : invokeContext\.script/)]);
  });

  it('reads types of managed objects as the controller does', async () => {
    expect(await findings({ 'managed.json': { objects: [USER, USER, { ...USER, name: 'b', onCreate: js('}') }] } })).toEqual([expect.stringMatching(/^problem objects\.user: two types have this name/), expect.stringMatching(/^problem objects\.b: onCreate/)]);
    expect(await findings({ 'managed.json': { objects: [{ name: 'c', schema: { properties: { pin: { type: 'string', encryption: { key: 'pins' } } } } }] } })).toEqual([expect.stringMatching(/^unchecked objects\.c: needs the key pins/)]);
  });
});
