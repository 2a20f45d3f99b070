import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../agent/config/config-problems.js';
import { readPolicy } from '../../../../agent/policy/read-policy.js';

const START = 'version: 1\ndefault: deny\n';
const problems = (text: string): readonly string[] => {
  try {
    readPolicy(text, '/etc/causeway/policy.yaml');
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

describe('a policy file is refused as a whole', () => {
  it.each([
    ['nothing', '', /expected a mapping/],
    ['no default', 'version: 1\n', /default: is missing: expected allow or deny/],
    ['another version', 'version: 2\ndefault: deny\n', /version: expected 1, found 2/],
    ['an unknown key', `${START}rule: []\n`, /rule: is no setting; did you mean rules\?/],
    ['an unknown key in a rule', `${START}rules: [{name: a, effect: allow, objectClass: [x]}]\n`, /rules\[0\]\.objectClass: is no setting; did you mean objectClasses\?/],
    ['an unknown operation', `${START}rules: [{name: a, effect: allow, operations: [remove]}]\n`, /operations\[0\]: expected an operation: .*found "remove"/],
    ['a target that is none', `${START}rules: [{name: a, effect: allow, targets: ["10.0.0.0/99"]}]\n`, /targets\[0\]: expected a place/],
    ['a rule that denies attributes', `${START}rules: [{name: a, effect: deny, attributes: {read: {deny: [x]}}}]\n`, /attributes belong to a rule that allows/],
    ['allow and deny at once', `${START}rules: [{name: a, effect: allow, attributes: {read: {deny: [x], allow: [y]}}}]\n`, /give either allow or deny/],
    ['the same name twice', `${START}rules: [{name: a, effect: allow}, {name: a, effect: deny}]\n`, /two rules have the same name/],
    ['an empty list, which would match everything or nothing', `${START}rules: [{name: a, effect: allow, connectors: []}]\n`, /connectors: expected a list/],
    ['protection of nothing', `${START}protected: [{name: a}]\n`, /name objects by uids, names or attributes/],
    ['a brake without limit', `${START}brakes: [{name: a, changes: [delete]}]\n`, /limit: is missing/],
    ['a digest that is none', `${START}scripts: {sha256: [abc]}\n`, /sha256\[0\]: expected the SHA-256 of a script/],
    ['a key twice', `${START}default: allow\n`, /unique/i],
    ['broken YAML', 'rules: [', /policy\.yaml:1/],
  ])('with %s', (_, text, expected) => {
    expect(problems(text).join('\n')).toMatch(expected);
  });

  it('with the line of each problem', () => {
    expect(problems(`${START}rules:\n  - {name: a, effect: maybe}\n  - {name: "b c", effect: allow}\n`)).toEqual([
      expect.stringMatching(/^\/etc\/causeway\/policy\.yaml:4: rules\[0\]\.effect: expected allow or deny, found "maybe"/),
      expect.stringMatching(/^\/etc\/causeway\/policy\.yaml:5: rules\[1\]\.name: /),
    ]);
  });

  it('and nothing but problems comes of text of any kind', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.string().map((rest) => `${START}${rest}`)), (text) => {
      problems(text);
    }), { numRuns: 1_000 });
  });
});

it('the sample holds every key and is valid', async () => {
  const path = join(import.meta.dirname, '../../../../agent/policy/example.yaml');
  const text = await readFile(path, 'utf8');
  const policy = readPolicy(text, path);
  expect(policy.rules.length).toBeGreaterThan(3);
  expect(policy.brakes.length).toBeGreaterThan(1);
  for (const key of ['readOnly', 'connectors', 'targets', 'operations', 'objectClasses', 'principals', 'configuration', 'attributes', 'uids', 'names', 'from', 'changes', 'limit', 'window', 'per', 'release', 'sha256', 'directories', 'any']) {
    expect(text, key).toMatch(new RegExp(`\\b${key}:`));
  }
});
