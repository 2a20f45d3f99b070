import { describe, expect, it } from 'vitest';
import { ConfigError as AgentConfigError } from '../../../agent/config/config-problems.js';
import { readConfig } from '../../../agent/config/load-config.js';
import { readPolicy } from '../../../agent/policy/read-policy.js';
import { ConfigError as ControllerConfigError, parseConfig } from '../../../controller/config/load-config.js';

const READERS = [
  ['agent.yaml', (text: string): unknown => readConfig(text, '/etc/agent.yaml'), AgentConfigError],
  ['policy.yaml', (text: string): unknown => readPolicy(text, '/etc/policy.yaml'), AgentConfigError],
  ['controller.yaml', (text: string): unknown => parseConfig(text, '/etc/controller.yaml'), ControllerConfigError],
] as const;

/** Nine levels of nine: a billion when spelled out. */
const LAUGHS = Array.from({ length: 10 }, (_, level) => `l${level}: &l${level} [${Array(9).fill(level === 0 ? 'lol' : `*l${level - 1}`).join(',')}]`).join('\n');

describe.each(READERS)('%s from a hostile hand', (_name, read, refusal) => {
  it.each([
    ['a bomb of aliases', LAUGHS],
    ['aliases in keys', '? &a [x]\n: *a\n? *a\n: y\n'],
    ['an alias of itself', 'a: &a [*a]\n'],
    ['opening brackets only', '['.repeat(20_000)],
    ['deep nesting that is closed', `a: ${'['.repeat(5_000)}${']'.repeat(5_000)}\n`],
    ['lists in lists in one line', `a:\n${'- '.repeat(20_000)}b\n`],
    ['keys of keys', `${'? '.repeat(20_000)}b\n`],
    ['as deep as indentation goes', Array.from({ length: 1_200 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['a tag that builds an object', 'agent: !!js/function "function () { return 1 }"\n'],
    ['a binary tag', 'agent: !!binary AAAA\n'],
    ['a merge key', '<<: {agent: {name: a}}\n'],
    ['two documents', 'agent: {name: a}\n---\nagent: {name: b}\n'],
    ['one key twice', 'agent: {name: a}\nagent: {name: b}\n'],
    ['a NUL', 'agent: {name: "a\\0b"}\n'],
    ['a name in letters that look like others', 'agent: {name: "\u0430gent"}\n'],
    ['a name that reads backwards', 'agent: {name: "a\\u202egent"}\n'],
    ['a number beyond a timer', 'session: {handshakeTimeout: 99999999999d}\n'],
    ['an infinite number', 'session: {handshakeTimeout: .inf}\n'],
    ['another type', '[agent]\n'],
  ])('%s is refused with its own class of error, soon', (_what, text) => {
    const started = performance.now();
    expect(() => read(text)).toThrow(refusal);
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
