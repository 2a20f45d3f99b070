import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../controller/crest/json.js';
import type { CallerContext, CrestRequest } from '../../../../controller/crest/request.js';
import { ResourceError } from '../../../../controller/crest/resource-error.js';
import { engineOf, never, script, shown } from './mapping-world.js';

const QUALIFIER = 'default';
const mapped = async (raw: JsonObject, sources: readonly JsonObject[], target?: JsonObject): Promise<unknown> =>
  shown(await (await engineOf(raw)).mapProperties(sources.map((source) => ({ source, target, qualifier: QUALIFIER })), never));

describe('scripts that fail', () => {
  it('fail their object as the contract says, and no other', async () => {
    const properties = [{ source: 'n', target: 'a/b', transform: script('if (source === 2) throw new Error("no " + source); if (source === 3) for (;;) {} source * 10') }];
    expect(await mapped({ properties }, [1, 2, 3, 4].map((n) => ({ n })))).toEqual([
      { a: { b: 10 } }, expect.stringMatching(/^Transformation script error : the script failed.*: no 2 for attribute 'a\/b'$/),
      expect.stringMatching(/^Transformation script error : the script was ended: it used the processor for longer than the 300 ms it may.* for attribute 'a\/b'$/), { a: { b: 40 } },
    ]);
  });

  it('fail their object when they eat memory or try to get out', async () => {
    const transform = script('source === "eat" ? (function () { var all = []; for (;;) all.push(new Array(100000).fill(source)); })() : source.constructor.constructor(source)()');
    expect(await mapped({ properties: [{ source: 's', target: 't', transform }] }, [{ s: 'eat' }, { s: 'return process.env' }, { s: 'return 1' }])).toEqual([
      expect.stringMatching(/needs more memory than the 16 MiB/), expect.stringMatching(/ReferenceError.*process/), { t: 1 },
    ]);
  });

  it('must answer what is asked for', async () => {
    const engine = await engineOf({
      validSource: script('source.valid'), validTarget: script('"yes"'), sourceCondition: script('source.condition'), correlationQuery: script('source.query'),
      policies: [{ situation: 'FOUND', action: script('source.action') }],
    });
    const assess = async (source: JsonObject): Promise<unknown> => shown(await engine.assessSources([source], never))[0];
    expect(await assess({ valid: 'true' })).toMatch(/^validSource: it must answer true or false, and answered "true"/);
    expect(await assess({})).toMatch(/answered null/);
    // What is no truth value does not hold, as in IDM.
    expect(await assess({ valid: true, condition: 'x' })).toMatchObject([{ isValid: false }]);
    expect(await assess({ valid: true, condition: true, query: 'uid eq "x"' })).toMatch(/^correlationQuery: it must answer an object with _queryFilter/);
    expect(await assess({ valid: true, condition: true, query: { _queryFilter: 'uid eq' } })).toMatch(/^correlationQuery: /);
    expect(await assess({ valid: true, condition: true, query: { _queryId: 'for-userName' } })).toMatch(/_queryId/);
    expect(shown(await engine.areValidTargets([{ target: {}, qualifier: QUALIFIER }], never))[0]).toMatch(/^validTarget: it must answer true or false/);
    const action = async (answered: string | null): Promise<unknown> => shown(await engine.actions([{ situation: 'FOUND', qualifier: QUALIFIER, side: 'source', source: { action: answered } }], never))[0];
    expect(await action(null)).toMatch(/^policies\[0\]\.action: it must answer the name of an action, and answered null/);
    expect(await action('EXPLODE')).toMatch(/answered "EXPLODE"/);
    expect(await action('link')).toMatchObject({ action: 'LINK' });
  });

  it('have no sandbox where there is none', async () => {
    const { mapping } = await engineOf({ validSource: script('true') });
    const { MappingEngine } = await import('../../../../controller/mappings/mapping-engine.js');
    await expect(new MappingEngine(mapping, undefined).assessSources([{}], never)).rejects.toThrow('The scripts of mapping m cannot be run here');
  });
});

describe('properties', () => {
  it('are mapped in the order condition, source, transform, default, put', async () => {
    const properties = [
      { source: 'given', target: 'name/first', transform: script('source == null ? null : source.trim()'), default: 'nobody' },
      { source: '', target: 'all', transform: script('source.given + "/" + linkQualifier') },
      { target: 'fixed', default: 4 }, { source: 'missing', target: 'gone' }, { source: 'given', target: 'skipped', condition: '/object/kind eq "x"' },
      { target: 'seen', condition: script('target.fixed === 4 && target.old === "o" && oldSource === null && linkQualifier === "default"'), default: true },
      { target: 'unseen', condition: script('undefined'), default: true },
      { target: 'extra', transform: script('prefix + suffix + source', { prefix: 'p', globals: { suffix: 's' } }) },
    ];
    expect(await mapped({ properties }, [{ given: ' a ' }, { given: null }], { old: 'o' })).toEqual([
      { name: { first: 'a' }, all: ' a /default', fixed: 4, gone: null, seen: true, extra: 'psnull' },
      { name: { first: 'nobody' }, all: 'null/default', fixed: 4, gone: null, seen: true, extra: 'psnull' },
    ]);
  });

  it('are followed by defaultMapping, which sees and changes the target', async () => {
    const raw = { properties: [{ source: 'a', target: 'a' }], defaultMapping: script('target.b = target.a + existingTarget.old + config.name; delete target.old') };
    expect(await mapped(raw, [{ a: 'x' }], { old: 'o', kept: 1 })).toEqual([{ a: 'x', b: 'xom', old: null }]);
  });

  it('keep whole numbers beyond a double apart, as texts', async () => {
    const big = 9_007_199_254_740_993n;
    expect(await mapped({ properties: [{ source: 'n', target: 'n' }, { source: 'n', target: 't', transform: script('typeof source + source') }], defaultMapping: script('target.x = 1') }, [{ n: big }], { n: big }))
      .toEqual([{ n: big, t: `string${big}`, x: 1 }]);
  });
});

describe('what a mapping says of sources', () => {
  it('qualifies, judges and correlates each, as keys where the query is an equality', async () => {
    const engine = await engineOf({
      linkQualifiers: script('object.two ? ["insured", "owner"] : ["insured"]; '), validSource: script('linkQualifier !== "owner" || source.owns'), sourceCondition: '/source/active eq true',
      correlationQuery: [script('var q = {"_queryFilter": "/uid eq \\"" + source.uid + "\\" and (/kind eq \\"p\\")"}; q', { linkQualifier: 'insured' }), script('({ _queryFilter: "/uid sw \\"x\\"" })', { linkQualifier: 'owner' })],
    });
    expect(shown(await engine.assessSources([{ uid: 'a', two: true, active: true, owns: false }, { uid: 'b', active: false }], never))).toEqual([
      [
        { qualifier: 'insured', isValid: true, correlation: { kind: 'keys', keys: [{ pointer: ['uid'], value: 'a', ignoreCase: true }, { pointer: ['kind'], value: 'p', ignoreCase: true }] } },
        { qualifier: 'owner', isValid: false, correlation: { kind: 'filter', filter: { kind: 'compare', operator: 'sw', pointer: ['uid'], value: 'x' } } },
      ],
      [{ qualifier: 'insured', isValid: false, correlation: expect.objectContaining({ kind: 'keys' }) as object }],
    ]);
  });

  it('takes target objects of a correlationScript by their ids', async () => {
    const engine = await engineOf({ correlationScript: script('source.found') });
    const of = async (found: JsonObject[] | null): Promise<unknown> => shown(await engine.correlations([{ source: { found }, qualifier: 'any' }], never))[0];
    expect(await of([{ _id: '1' }, { _id: '2', cn: 'x' }])).toEqual({ kind: 'ids', ids: ['1', '2'] });
    expect(await of([])).toEqual({ kind: 'none' });
    expect(await of(null)).toEqual({ kind: 'none' });
    expect(await of([{ name: 'x' }])).toMatch(/^correlationScript: it must answer a list of target objects, each with its _id/);
  });
});

describe('policies', () => {
  it('are taken in their order by situation and condition; postAction is that of the one taken, or of the first', async () => {
    const engine = await engineOf({ policies: [
      { situation: 'ABSENT', action: 'IGNORE', condition: '/object/kind eq "none"', postAction: script('1') },
      { situation: 'absent', action: script('recon.actionParam.situation + sourceAction + recon.actionParam.sourceId === "ABSENTtrue7" ? "REPORT" : null'), condition: script('object.kind === "seen"') },
    ] });
    const input = { situation: 'ABSENT', qualifier: QUALIFIER, side: 'source', sourceId: '7' } as const;
    const chosen = await engine.actions([{ ...input, source: { kind: 'none' } }, { ...input, source: { kind: 'seen' } }, { ...input, source: {} }, { ...input, situation: 'FOUND' }], never);
    expect(shown(chosen).map((one) => (typeof one === 'string' ? one : [one.action, one.postAction?.slot]))).toEqual([
      ['IGNORE', undefined], ['REPORT', undefined], ['CREATE', 'policies[0].postAction'], ['UPDATE', undefined],
    ]);
  });
});

describe('openidm in a script', () => {
  const asked: { request: CrestRequest; context: CallerContext }[] = [];
  const router = async (request: CrestRequest, context: CallerContext): Promise<never> => {
    asked.push({ request, context });
    if (request.path.includes('missing')) throw new ResourceError(404, 'not there');
    if (request.kind === 'query') return { kind: 'query', rows: (async function* () { yield { id: '1', revision: undefined, content: { uid: 'x' } }; return { pagedResultsCookie: null, totalPagedResultsPolicy: 'NONE', totalPagedResults: -1, remainingPagedResults: -1 }; })() } as never;
    return { kind: 'resource', resource: { id: request.path.at(-1) ?? '', revision: '3', content: { kind: request.kind } } } as never;
  };
  const value = async (text: string): Promise<unknown> => {
    const engine = await engineOf({ onRecon: script(text) }, { router });
    const [tried] = await engine.hook('onRecon', [{}], never);
    return tried !== undefined && 'value' in tried ? tried.value.value : tried?.error.message;
  };

  it('asks the controller itself under the name of the mapping, and waits', async () => {
    expect(await value('openidm.read("system/a/account/1%2F2")')).toEqual({ _id: '1/2', _rev: '3', kind: 'read' });
    expect(asked.at(-1)?.context.caller).toBe('mapping:m');
    expect(await value('openidm.read("managed/user/missing")')).toBeNull();
    expect(await value('openidm.query("system/a/account", { _queryFilter: "uid eq \\"x\\"" }, ["uid"]).result')).toEqual([{ _id: '1', uid: 'x' }]);
    expect(await value('openidm.create("system/a/account", null, { uid: 1 })._rev')).toBe('3');
    expect(asked.at(-1)?.request).toMatchObject({ kind: 'create', path: ['system', 'a', 'account'], content: { uid: 1 } });
    expect(await value('openidm.create("system/a/account", "7", {})._id')).toBe('7');
    expect(await value('openidm.update("system/a/account/7", "\\"2\\"", { a: null })._id')).toBe('7');
    expect(asked.at(-1)?.request).toMatchObject({ kind: 'put', mode: 'update', revision: '2', content: { a: null } });
    expect(await value('openidm.patch("system/a/account/7", null, [{ operation: "replace", field: "/a", value: 1 }])._id')).toBe('7');
    expect(await value('openidm.delete("system/a/account/7", null)._id')).toBe('7');
    expect(await value('openidm.action("system/a", "script", { x: 1 }, { scriptId: "s" })._id')).toBe('a');
    expect(asked.at(-1)?.request).toMatchObject({ kind: 'action', action: 'script', content: { x: 1 } });
  });

  it('reaches no configuration, and hands over its failures as exceptions', async () => {
    expect(await value('openidm.read("config/provisioner.openicf-x")')).toMatch(/^onRecon: .*ResourceException: Scripts of mappings may not reach config/);
    expect(await value('try { openidm.update("system/a/account/missing", null, {}) } catch (e) { e.code + " " + e.message }')).toBe('404 not there');
    expect(await value('openidm.query("system/a/account", {})')).toMatch(/needs _queryFilter/);
    expect(await value('openidm.decrypt({ $crypto: {} })')).toMatch(/not supported here/);
    expect(await value('openidm.isEncrypted({ $crypto: { type: "x-simple-encryption" } }) && !openidm.isEncrypted("x")')).toBe(true);
    expect(await value('for (var i = 0; i < 101; i++) openidm.read("system/a/account/1")')).toMatch(/more often than the 100 times/);
  });

  it('goes only so deep when what it asks runs scripts again', async () => {
    const worlds: Awaited<ReturnType<typeof engineOf>>[] = [];
    const engine = await engineOf({ onRecon: script('openidm.action("recon", "recon", {}, {})') }, {
      router: async () => {
        const [tried] = await (worlds[0] as typeof engine).hook('onRecon', [{}], never);
        if (tried !== undefined && 'error' in tried) throw tried.error;
        return { kind: 'action', content: null };
      },
    });
    worlds.push(engine);
    const [tried] = await engine.hook('onRecon', [{}], never);
    expect(tried !== undefined && 'error' in tried ? tried.error.message : '').toMatch(/deeper than 4 times/);
  });
});
