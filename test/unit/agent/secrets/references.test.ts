import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { GuardedByteArray, GuardedString, IcfArray, IcfFile, IcfUri, type IcfValue, type PermitTarget } from '../../../../protocol/model/index.js';
import type { FacadeStage } from '../../../../agent/operations/facade-stage.js';
import { SEARCH, TEST, call, refusal, setUp } from './support.js';

const guarded = (text: string): GuardedString => new GuardedString(text);
const BIND = guarded('secret://store/bind');

describe('a reference is refused', () => {
  it.each<[string, object[], Record<string, IcfValue>, RegExp]>([
    ['without any rule', [], { credentials: BIND }, /'credentials' of Leaky: the secret secret:\/\/store\/bind may not be used for the connector leaky\. .*secrets\.allow/],
    ['for another secret', [{ secret: 'store/other', connector: 'leaky', targets: ['*'] }], { credentials: BIND }, /may not be used for the connector leaky/],
    ['for the same name at another source', [{ secret: 'env/bind', connector: 'leaky', targets: ['*'] }], { credentials: BIND }, /may not be used for the connector leaky/],
    ['for another connector', [{ secret: 'store/bind', connector: 'ldap', targets: ['*'] }], { credentials: BIND }, /may not be used for the connector leaky/],
    ['at another host', [{ secret: 'store/bind', connector: 'leaky', targets: ['*.example'] }], { credentials: BIND, host: 'evil.test' }, /may not be used at evil\.test:636/],
    ['at a host that ends alike', [{ secret: 'store/bind', connector: 'leaky', targets: ['ldap.example'] }], { credentials: BIND, host: 'ldap.example.evil.test' }, /may not be used at ldap\.example\.evil\.test:636/],
    ['at another port', [{ secret: 'store/bind', connector: 'leaky', targets: ['ldap.example:636'] }], { credentials: BIND, port: 389 }, /may not be used at ldap\.example:389/],
    ['in a property that is not confidential', [{ secret: 'store/bind', connector: 'leaky', targets: ['*'] }], { principal: 'secret://store/bind' }, /'principal' of Leaky: .* may not be used in this property/],
    ['in a property the rule does not name', [{ secret: 'store/bind', connector: 'leaky', targets: ['*'], properties: ['principal'] }], { credentials: BIND }, /may not be used in this property/],
    ['in a list', [{ secret: 'store/bind', connector: 'leaky', targets: ['*'] }], { bases: new IcfArray('String', ['o=a', 'secret://store/bind']) }, /'bases' of Leaky: .* may not be used in this property/],
    ['where the connection is not as the rule wants it', [{ secret: 'store/bind', connector: 'leaky', targets: ['*'], configuration: { tls: [true] } }], { credentials: BIND, tls: false }, /may not be used unless the property 'tls' is true/],
    ['where a property of the rule is not set', [{ secret: 'store/bind', connector: 'leaky', targets: ['*'], configuration: { principal: ['a', 'b'] } }], { credentials: BIND }, /unless the property 'principal' is a or b/],
    ['where an item of a list is another', [{ secret: 'store/bind', connector: 'leaky', targets: ['*'], configuration: { bases: ['o=a'] } }], { credentials: BIND, bases: new IcfArray('String', ['o=a', 'o=b']) }, /unless the property 'bases' is o=a/],
    ['by a rule for a property the connector does not have', [{ secret: 'store/bind', connector: 'leaky', targets: ['*'], configuration: { constructor: ['x'] } }], { credentials: BIND }, /unless the property 'constructor' is x/],
    ['where a secret stands for what the rule wants', [{ secret: 'store/*', connector: 'leaky', targets: ['*'], configuration: { principal: ['a'] }, properties: ['principal', 'credentials'] }], { credentials: BIND, principal: 'secret://store/who' }, /unless the property 'principal' is a/],
    ['as the host, which would tell it to a name server', [{ secret: 'store/bind', connector: 'leaky', targets: ['*'], properties: ['host', 'credentials'] }], { host: 'secret://store/bind' }, /a secret must not decide where the connector connects to/],
    ['when one of two may not be used', [{ secret: 'store/bind', connector: 'leaky', targets: ['*'] }], { credentials: BIND, key: new GuardedByteArray(Buffer.from('secret://env/KEY')) }, /'key' of Leaky: the secret secret:\/\/env\/KEY may not be used/],
  ])('%s', async (_title, allow, values, expected) => {
    const { facade, sources, target, log, events } = setUp({ allow });
    const error = await refusal(facade(values).then((opened) => opened.perform(TEST, call())));
    expect([error.kind, error.message]).toEqual(['permissionDenied', expect.stringMatching(expected)]);
    expect(target.logins).toEqual([]);
    if (!('host' in values) || values['host'] !== 'secret://store/bind') expect(sources.reads).toEqual([]); // nothing is read that may not be used
    expect(events).toEqual([expect.objectContaining({ kind: 'secret-refused', outcome: 'refused' })]);
    expect(inspect([error, log.entries, events], { depth: 9 })).not.toContain('first-PASSWORD');
  });

  it('by a connector that does not tell where it connects to, unless the rule is for everywhere', async () => {
    const here = { connector: { targets: () => [] } };
    expect((await refusal(setUp(here).facade({ credentials: BIND }))).message).toMatch(/does not tell beforehand/);
    const everywhere = setUp({ ...here, allow: [{ secret: 'store/bind', connector: 'leaky', targets: ['*'] }] });
    await (await everywhere.facade({ credentials: BIND })).perform(TEST, call());
  });

  it.each<[string, Record<string, IcfValue>, RegExp]>([
    ['a number', { port: 'secret://store/bind' }, /'port' of Leaky is of type int and cannot be a secret: secret:\/\/store\/bind/],
    ['a switch', { tls: 'secret://store/bind' }, /'tls' of Leaky is of type boolean/],
    ['a file', { store: new IcfFile('secret://store/bind') }, /'store' of Leaky is of type File/],
    ['a URI', { url: new IcfUri('secret://store/bind') }, /'url' of Leaky is of type URI/],
  ])('as %s', async (_title, values, expected) => {
    const error = await refusal(setUp().facade(values));
    expect([error.kind, error.message]).toEqual(['configuration', expect.stringMatching(expected)]);
  });

  it.each(['secret://', 'secret://hunter2', 'secret://store/../hunter2', 'secret://store/hunter2 '])('that is malformed, without showing %j, which may be a password', async (text) => {
    const error = await refusal(setUp().facade({ credentials: guarded(text) }));
    expect([error.kind, error.message]).toEqual(['configuration', expect.stringMatching(/'credentials' of Leaky begins with secret:\/\/ but is no reference/)]);
    expect(error.message).not.toContain('hunter2');
  });

  it('to a secret that cannot be had, naming property and reference', async () => {
    const { facade, sources } = setUp();
    sources.secrets.delete('store/bind');
    const error = await refusal(facade({ credentials: BIND }));
    expect([error.kind, error.message]).toEqual(['configuration', `Configuration property 'credentials' of Leaky: the secret secret://store/bind cannot be had. There is no store/bind.`]);
    sources.secrets.set('store/bind', new Error('LEAK'));
    expect((await refusal(facade({ credentials: BIND }))).message).not.toContain('LEAK');
    sources.secrets.set('store/bind', Buffer.from([0xff]));
    expect((await refusal(facade({ credentials: BIND }))).message).toMatch(/holds bytes that are no UTF-8 text, and the property takes text/);
    sources.secrets.set('store/bind', 'first-PASSWORD');
    await (await facade({ credentials: BIND })).perform(TEST, call());
  });
});

describe('a reference becomes the secret', () => {
  it('in guarded texts, texts and lists that a rule names; the rest stays as it is', async () => {
    const allow = [{ secret: 'store/*', connector: 'leaky', targets: ['*.example'], properties: ['credentials', 'principal', 'bases'] }];
    const { facade, sources, target, events } = setUp({ allow });
    sources.secrets.set('store/who', 'cn=agent').set('store/base', 'o=hidden');
    const values = { credentials: BIND, principal: 'secret://store/who', bases: new IcfArray('String', ['o=a', 'secret://store/base', 'see secret://store/base']) };
    await (await facade(values)).perform(TEST, call());
    expect(target.logins).toMatchObject([{ principal: 'cn=agent', password: 'first-PASSWORD', bases: ['o=a', 'o=hidden', 'see secret://store/base'] }]);
    expect(events).toEqual([{ kind: 'secret-used', detail: { connector: 'leaky', secrets: expect.arrayContaining(['secret://store/bind', 'secret://store/who', 'secret://store/base']) as string[] } }]);
  });

  it('where the configuration is as a rule wants it', async () => {
    const allow = [{ secret: 'store/bind', connector: 'leaky', targets: ['*'], configuration: { tls: [true], port: [636, 1636], bases: ['o=a', 'o=b'], principal: ['', 'cn=x'] } }];
    const { facade, target } = setUp({ allow });
    await (await facade({ credentials: BIND, bases: new IcfArray('String', ['o=b']) })).perform(TEST, call());
    expect(target.logins).toHaveLength(1);
  });

  it('for the connector alone: what operations pass on their way sees the reference', async () => {
    const seen: string[] = [];
    const stage: FacadeStage = (facade, { configuration }) => {
      seen.push(JSON.stringify(configuration.properties.map(({ value }) => (value instanceof GuardedString ? value.reveal() : value))));
      return facade;
    };
    await (await setUp({ stages: [stage] }).facade({ credentials: BIND })).perform(TEST, call());
    expect(seen).toEqual([expect.stringContaining('"secret://store/bind"')]);
    expect(seen.join()).not.toContain('PASSWORD');
  });

  it('once: what a secret holds is not looked at again', async () => {
    const { facade, sources, target } = setUp();
    sources.secrets.set('store/bind', 'secret://store/other').set('store/other', 'LEAK');
    target.password = 'secret://store/other';
    await (await facade({ credentials: BIND })).perform(TEST, call());
  });

  it('not in a property the connector does not have, and not at all without references', async () => {
    const { facade, sources, target } = setUp({ allow: [] });
    await (await facade({ credentials: guarded('first-PASSWORD') })).perform(TEST, call());
    expect(target.logins).toHaveLength(1);
    expect(sources.reads).toEqual([]);
  });
});

describe('a resolved secret is never shown', () => {
  const allow = [{ secret: 'store/*', connector: 'leaky', targets: ['*'], properties: ['credentials', 'principal', 'bases'] }];
  const hidden = ['wrong-PASSWORD', 'cn=hidden-WHO', 'o=hidden-BASE', Buffer.from('wrong-PASSWORD').toString('base64')];

  it('in errors, their causes and stacks, and in logs at any level', async () => {
    const { facade, sources, target, log } = setUp({ allow });
    sources.secrets.set('store/bind', 'wrong-PASSWORD').set('store/who', 'cn=hidden-WHO').set('store/base', 'o=hidden-BASE');
    const opened = await facade({ credentials: BIND, principal: 'secret://store/who', bases: new IcfArray('String', ['secret://store/base']) });
    const failures = [await refusal(opened.perform(TEST, call())), await refusal(opened.stream(SEARCH, call()).next())];
    expect(target.logins.length).toBeGreaterThan(1);
    for (const shown of [...failures.map((error) => inspect(error, { depth: 9 }) + String(error.stack)), inspect(log.entries, { depth: 9 })]) {
      expect(shown).toMatch(/refused|Logging in/);
      for (const text of hidden) expect(shown).not.toContain(text);
    }
    expect(failures[0]?.message).toBe('login as *** below *** with *** (***) refused');
  });

  it('by validate', async () => {
    const { facade, sources } = setUp({ allow, connector: { validate: ({ principal }) => { if (String(principal).startsWith('cn')) throw new Error(`principal ${String(principal)} is odd`); } } });
    sources.secrets.set('store/who', 'cn=hidden-WHO');
    const error = await refusal((await facade({ credentials: BIND, principal: 'secret://store/who' })).perform({ kind: 'validate' }, call()));
    expect(error.message).toMatch(/principal \*\*\* is odd/);
  });

  it('by a connector whose places depend on it', async () => {
    const { facade, sources } = setUp({ allow, connector: { targets: ({ principal }) => { if (principal === 'cn=hidden-WHO') throw new Error('LEAK cn=hidden-WHO'); return [{ host: 'a', port: 1 }]; } } });
    sources.secrets.set('store/who', 'cn=hidden-WHO');
    const error = await refusal(facade({ credentials: BIND, principal: 'secret://store/who' }));
    expect(inspect(error)).not.toMatch(/LEAK|hidden-WHO/);
  });
});

describe('a place the target comes up with', () => {
  it('has to be allowed before a session opens there', async () => {
    const { facade } = setUp({ connector: { open: async (_config, { permitTarget }) => permitTarget?.({ host: 'srv.evil.test', port: 636 }) } });
    expect((await refusal((await facade({ credentials: BIND })).perform(TEST, call()))).message).toMatch(/may not be used at srv\.evil\.test:636/);
  });

  it('has to be allowed too, by the rules of the secrets and by whoever else is asked', async () => {
    const asked: string[] = [];
    const { facade } = setUp({
      connector: {
        operations: {
          test: async (_session, { permitTarget }) => {
            for (const host of ['other.example', 'denied.example', 'referral.evil.test']) {
              await permitTarget?.({ host, port: 636 });
              asked.push(host);
            }
          },
        },
      },
    });
    const opened = await facade({ credentials: BIND });
    expect((await refusal(opened.perform(TEST, call()))).message).toMatch(/secret:\/\/store\/bind may not be used at referral\.evil\.test:636/);
    expect(asked).toEqual(['other.example', 'denied.example']);
    const permitTarget: PermitTarget = async (target) => { if ('host' in target && target.host === 'denied.example') throw new Error('policy says no'); };
    expect((await refusal(opened.perform(TEST, { ...call(), permitTarget }))).message).toMatch(/policy says no/);
  });
});
