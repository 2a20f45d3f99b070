import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AttributeNames } from '../../../../agent/policy/attribute-names.js';
import { changesOf } from '../../../../agent/policy/changes.js';
import { decide } from '../../../../agent/policy/decide.js';
import { PolicyRefusal } from '../../../../agent/policy/policy-refusal.js';
import { readPolicy } from '../../../../agent/policy/read-policy.js';
import { attributesIn } from '../../../../agent/policy/read-limits.js';
import { ConnectorError, type Operation } from '../../../../protocol/model/index.js';
import { anyOperation, batchTask } from '../../protocol/codec/arbitraries.js';
import { START, policed, run } from './support/policed.js';

const name = fc.constantFrom('a', 'b', 'mail', 'sn', 'givenName', 'employeeNumber', '__PASSWORD__', '__NAME__', '*', 'm*');
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 3 });
const limit = fc.oneof(fc.record({ allow: names }), fc.record({ deny: names }));
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const scope = { connectors: maybe(fc.constant(['mem*'])), targets: maybe(fc.constantFrom(['*.corp.example'], ['10.0.0.0/8'], ['/srv/**'], ['relay:x'])) };
const rule = fc.record({
  effect: fc.constantFrom('allow', 'deny'), ...scope, configuration: maybe(fc.constantFrom({ host: ['ldap*'] }, { host: ['x'] }, { nothing: [''] })), operations: maybe(fc.constantFrom(['read'], ['write', 'script'], ['delete'], ['UpdateApiOp'])), objectClasses: maybe(names),
  principals: maybe(fc.constant(['cl*'])), attributes: maybe(fc.record({ read: limit, write: limit })),
});
const policy = fc.record({
  readOnly: fc.boolean(), default: fc.constantFrom('allow', 'deny'), rules: fc.array(rule, { maxLength: 4 }),
  protected: fc.array(fc.record({ ...scope, uids: names, attributes: fc.constant({ mail: ['*@x'] }) }), { maxLength: 2 }),
  brakes: fc.array(fc.record({ ...scope, changes: fc.constantFrom(['delete'], ['update', 'password'], ['create', 'disable', 'rename']), limit: fc.nat(2) }), { maxLength: 2 }),
  scripts: fc.record({ any: fc.boolean() }),
});
type Parts = { rules: { effect: string; attributes?: unknown }[]; protected: object[]; brakes: object[] };
const named = (parts: readonly object[], kind: string): object[] => parts.map((part, index) => ({ name: `${kind}${index}`, ...part }));
const textOf = (settings: Parts): string => JSON.stringify({
  version: 1, ...settings, rules: named(settings.rules.map(({ attributes, ...rest }) => (rest.effect === 'allow' ? { attributes, ...rest } : rest)), 'rule'),
  protected: named(settings.protected, 'protected'), brakes: named(settings.brakes, 'brake'),
});

describe('whatever the policy and the operation', () => {
  it('an operation ends as it would, or is refused, with a reason, before the connector sees it', async () => {
    await fc.assert(fc.asyncProperty(policy, fc.array(anyOperation, { maxLength: 6 }), async (settings, operations) => {
      const world = await policed(textOf(settings));
      for (const operation of operations) {
        const before = world.inner.performed.length;
        const refusal = await run(world.facade, operation).then(() => undefined, (error: unknown) => error);
        const reached = world.inner.performed.slice(before).filter(({ operation: { kind } }) => kind === operation.kind && kind !== 'get');
        if (refusal === undefined) continue;
        expect(refusal).toBeInstanceOf(ConnectorError);
        expect(reached).toEqual([]);
        if (refusal instanceof PolicyRefusal) expect(refusal).toMatchObject({ kind: 'permissionDenied', rule: expect.stringMatching(/./) as string, outcome: 'notApplied' });
        else expect((refusal as ConnectorError).kind).toBe('unknownUid');   // nothing to protect is there
      }
      await world.live.close();
    }), { numRuns: 150 });
  }, 120_000);

  it('nothing that a rule hides reaches the target: not in what is asked for, compared, or sorted by', async () => {
    await fc.assert(fc.asyncProperty(names, anyOperation, async (hidden, operation: Operation) => {
      const world = await policed(`${START}rules: [{name: r, effect: allow, attributes: {read: {deny: ${JSON.stringify(hidden)}}}}]\nscripts: {any: true}\n`);
      await run(world.facade, operation).catch(() => undefined);
      const limited = new AttributeNames({ same: [], mapped: [] });
      const denied = readPolicy(`${START}rules: [{name: r, effect: allow, attributes: {read: {deny: ${JSON.stringify(hidden)}}}}]\n`, '/p').rules[0]?.read;
      for (const { operation: asked } of world.inner.performed) {
        if (!['search', 'get', 'sync', 'subscribeToObjects', 'subscribeToChanges'].includes(asked.kind)) continue;
        const wanted = 'options' in asked ? [...asked.options.attributesToGet ?? [], ...asked.options.sortKeys.map(({ field }) => field)] : [];
        const compared = 'filter' in asked && asked.filter !== undefined ? attributesIn(asked.filter) : [];
        for (const one of [...wanted.filter((each) => each !== '*' && each !== '+'), ...compared]) expect(limited.permits(denied, one), one).toBe(true);
      }
      await world.live.close();
    }), { numRuns: 200 });
  }, 120_000);

  it('a write is what it is called, and more only when it is an update', () => {
    fc.assert(fc.property(batchTask, (task) => {
      const changes = changesOf(task, AttributeNames.plain);
      expect(changes.has(task.kind)).toBe(true);
      if (task.kind !== 'update') expect(changes.size).toBe(1);
    }));
  });
});

it('a rule after one that matches never counts', () => {
  fc.assert(fc.property(fc.array(rule, { maxLength: 5 }), fc.constantFrom('search' as const, 'delete' as const, 'test' as const), (rules, operation) => {
    const read = readPolicy(textOf({ rules: rules as Parts['rules'], protected: [], brakes: [], default: 'deny' } as unknown as Parts), '/p');
    const question = { connector: ['memory'], configuration: undefined, targets: undefined, principal: 'cloud', operation, objectClass: '__ACCOUNT__' };
    const decided = decide(read, question).rule;
    const at = read.rules.findIndex((candidate) => candidate.name === decided);
    expect(decide({ ...read, rules: at < 0 ? [] : read.rules.slice(0, at + 1) }, question).rule).toBe(decided);
  }));
});
