import { afterEach, describe, expect, it } from 'vitest';
import { startRecon, type Recon } from '../start-recon.js';
import { script } from './mapping-world.js';

let recon: Recon;
afterEach(() => recon.stop());

const audit = async (): Promise<Record<string, unknown>[]> => (await recon.database.query<{ content: Record<string, unknown> }>('select content from audit_entry order by number')).map(({ content }) => content);
const of = (name: string): unknown[] => [...recon.target.objects.values()].map(({ attributes }) => attributes.get(name)?.single);

describe('a reconciliation with scripts that fail', () => {
  it('fails those objects only, and deletes nothing because of them', async () => {
    recon = await startRecon({
      validSource: script('if (source.uid === "2") throw new Error("bad"); true'), validTarget: script('if (target.uid === "9") missing(); true'),
      policies: [{ situation: 'UNQUALIFIED', action: 'DELETE' }, { situation: 'SOURCE_MISSING', action: 'DELETE' }, { situation: 'UNASSIGNED', action: 'DELETE' }],
    });
    recon.source.add('s1', { uid: '1' });
    recon.source.add('s2', { uid: '2' });
    recon.target.add('t9', { uid: '9' });
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', statusSummary: { FAILURE: 2, SUCCESS: 1 } });
    expect(of('uid')).toEqual(['9', '1']);
  });

  it('deletes no target as unassigned while a source whose it may be could not be looked at', async () => {
    recon = await startRecon({ correlation: [], correlationQuery: script('if (source.uid === "2") throw new Error("bad"); ({"_queryFilter": "/uid eq \\"" + source.uid + "\\""})'), policies: [{ situation: 'UNASSIGNED', action: 'DELETE' }] });
    recon.source.add('s2', { uid: '2' });
    recon.target.add('t2', { uid: '2' });
    expect(await recon.run()).toMatchObject({ state: 'FAILED', message: expect.stringMatching(/Nothing was deleted: 1 source objects could not be looked at/) as string });
    expect(of('uid')).toEqual(['2']);
  });

  it('does not create what onCreate refuses, and does not begin when onRecon does', async () => {
    recon = await startRecon({ onCreate: script('if (target.uid === "2") throw new Error("not this one"); target.mail = target.mail + "!"') });
    recon.source.add('s1', { uid: '1', mail: 'a' });
    recon.source.add('s2', { uid: '2', mail: 'b' });
    expect(await recon.run()).toMatchObject({ statusSummary: { FAILURE: 1, SUCCESS: 1 } });
    expect(of('mail')).toEqual(['a!']);
    expect((await audit()).find(({ status }) => status === 'FAILURE')).toMatchObject({ action: 'CREATE', message: expect.stringMatching(/^onCreate: .*not this one/) as string });
    await recon.stop();
    recon = await startRecon({ onRecon: script('throw new Error("closed on " + mappingConfig.name)') });
    recon.source.add('s1', { uid: '1' });
    expect(await recon.run()).toMatchObject({ state: 'FAILED' });
    expect(recon.target.objects.size).toBe(0);
  });
});

describe('a reconciliation with link qualifiers', () => {
  it('keeps a link for each, and the targets of one apart from those of the other', async () => {
    recon = await startRecon({
      linkQualifiers: script('object.kind === "admin" ? ["user", "admin"] : ["user"]'), correlation: [],
      correlationQuery: [
        { ...script('({ _queryFilter: "uid eq \\"" + source.uid + "\\"" })'), linkQualifier: 'user' }, { ...script('({ _queryFilter: "uid eq \\"adm-" + source.uid + "\\"" })'), linkQualifier: 'admin' },
      ],
      properties: [{ target: 'name', source: 'uid', transform: script('linkQualifier + "-" + source') }, { target: 'uid', source: 'uid', transform: script('linkQualifier === "admin" ? "adm-" + source : source') }],
      policies: [{ situation: 'UNQUALIFIED', action: 'DELETE' }],
    });
    recon.source.add('s1', { uid: '1', kind: 'admin' }, 's1');
    recon.source.add('s2', { uid: '2' }, 's2');
    recon.target.add('t1', { uid: 'ADM-1' });
    expect(await recon.run()).toMatchObject({ state: 'SUCCESS', situationSummary: { ABSENT: 2, FOUND: 1 }, statusSummary: { FAILURE: 0 } });
    expect(of('uid').sort()).toEqual(['1', '2', 'adm-1']);
    expect(await recon.run()).toMatchObject({ situationSummary: { CONFIRMED: 3 } });
    // No admin any more: what was linked as that goes.
    recon.source.objects.get('s1')?.attributes.delete('kind');
    expect(await recon.run()).toMatchObject({ situationSummary: { CONFIRMED: 2, UNQUALIFIED: 1 }, progress: { target: { deleted: 1 } } });
    expect(of('uid').sort()).toEqual(['1', '2']);
  });
});

describe('a reconciliation with scripts', () => {
  it('correlates by queries, transforms, decides, and is told of everything', async () => {
    const asked: string[] = [];
    const tell = (name: string): unknown => script(`openidm.action("info/told", "${name}", {}, {})`);
    recon = await startRecon({
      correlation: [], correlationQuery: script('var query = {"_queryFilter": "/uid eq \\"" + source.uid + "\\""}; query'),
      properties: [{ target: 'name', template: 'cn={{dn:uid}}' }, { source: 'uid', target: 'uid' }, { source: 'mail', target: 'mail', transform: script('source.toUpperCase()'), condition: script('object.mail != null') }],
      policies: [{ situation: 'FOUND', action: script('source.kind === "leave" ? "IGNORE" : "UPDATE"'), postAction: tell('postAction') }],
      onLink: tell('onLink'), onUpdate: tell('onUpdate'), postMapping: tell('postMapping'), result: tell('result'), onRecon: tell('onRecon'), onCreate: tell('onCreate'),
    }, { router: async (request) => { asked.push(request.kind === 'action' ? request.action : request.kind); return { kind: 'action', content: null }; } });
    recon.source.add('s1', { uid: '1', mail: 'a' });
    recon.source.add('s2', { uid: '2', mail: 'b', kind: 'leave' });
    recon.source.add('s3', { uid: '3' });
    recon.target.add('t1', { uid: '1', mail: 'old' });
    recon.target.add('t2', { uid: '2', mail: 'old' });
    const summary = await recon.run();
    expect(summary).toMatchObject({ state: 'SUCCESS', situationSummary: { FOUND: 2, ABSENT: 1 } });
    expect(of('mail')).toEqual(['A', 'old', undefined]);
    expect(asked.sort()).toEqual(['onCreate', 'onLink', 'onLink', 'onRecon', 'onUpdate', 'postAction', 'postMapping', 'postMapping', 'result']);
    await recon.changes.handle({ kind: 'update', container: 'system/src/account', id: 's7', newValue: { uid: '2', mail: 'new' }, transactionId: 't' }, AbortSignal.timeout(5_000));
    expect(of('mail')).toEqual(['A', 'NEW', undefined]);
  });
});
