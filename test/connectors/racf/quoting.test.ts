import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCOUNT_SEGMENT_ATTRIBUTES, GROUP_SEGMENT_ATTRIBUTES } from '../../../connectors/catalog/racf/attributes/segment-attributes.js';
import { SEGMENTS } from '../../../connectors/catalog/racf/attributes/segments.js';
import { creationCommands } from '../../../connectors/catalog/racf/account-plan.js';
import { groupCommands } from '../../../connectors/catalog/racf/group-plan.js';
import { TsoCommand, profileName } from '../../../connectors/catalog/racf/tso/command.js';
import { Attribute, ConnectorError, GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { parseTso, type Item } from '../../targets/tso-commands.js';

/** Text that would mean something to TSO if it got out of its place. */
const hostile = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: fc.constantFrom("'", '"', '(', ')', ',', ' ', ';', '\n', '+', '-', '/*', '*/', '&', 'A', 'SPECIAL', ') SPECIAL NAME(', '%'), maxLength: 20 }),
);

function allWords(items: readonly Item[]): string[] {
  return items.flatMap(({ text, isQuoted, inner }) => [...(isQuoted || text === '' ? [] : [text]), ...allWords(inner ?? [])]);
}

/** The commands, or undefined where the value was refused for what it is. */
function commandsFor(name: string, value: IcfValue): readonly TsoCommand[] | undefined {
  const attributes = [Attribute.of(name, value)];
  try {
    return GROUP_NAMES.has(name) ? groupCommands('GROUP1', attributes, undefined, SEGMENTS) : creationCommands('USER1', attributes, SEGMENTS);
  } catch (error) {
    if (error instanceof ConnectorError && (error.kind === 'invalidAttributeValue' || error.kind === 'invalidPassword')) return undefined;
    throw error;
  }
}

const GROUP_NAMES = new Set(['SUPGROUP', 'DATA', ...GROUP_SEGMENT_ATTRIBUTES.map(({ name }) => name)]);
/** An account that is given no password has NOPASSWORD, once. */
function withoutNoPassword(operands: readonly Item[], name: string): readonly Item[] {
  const others = operands.filter(({ text, isQuoted }) => text !== 'NOPASSWORD' || isQuoted);
  expect(operands.length - others.length).toBe(GROUP_NAMES.has(name) ? 0 : 1);
  return others;
}

const BASE_OPERANDS: Readonly<Record<string, string>> = { NAME: 'NAME', OWNER: 'OWNER', DFLTGRP: 'DFLTGRP', SECLABEL: 'SECLABEL', MODEL: 'MODEL', CLAUTH: 'CLAUTH', SUPGROUP: 'SUPGROUP', DATA: 'DATA' };
const SEGMENT_ATTRIBUTES = [...ACCOUNT_SEGMENT_ATTRIBUTES, ...GROUP_SEGMENT_ATTRIBUTES.filter(({ segment }) => segment === 'TME')];
const CASES = [...Object.keys(BASE_OPERANDS).map((name) => [name] as const), ...SEGMENT_ATTRIBUTES.map(({ name }) => [name] as const)];

describe('no value can become an operand or a command', () => {
  it.each(CASES)('of %s', (name) => {
    const segment = SEGMENT_ATTRIBUTES.find((attribute) => attribute.name === name);
    fc.assert(fc.property(hostile, (value) => {
      const [command, ...more] = commandsFor(name, value) ?? [];
      if (command === undefined) return;
      expect(more).toEqual([]);
      const [verb, subject, ...all] = parseTso(command.reveal());
      const operands = withoutNoPassword(all, name);
      expect([verb?.text, subject?.text]).toEqual(GROUP_NAMES.has(name) ? ['ADDGROUP', 'GROUP1'] : ['ADDUSER', 'USER1']);
      expect(operands).toHaveLength(1);
      const outer = operands[0]!;
      expect(outer.text).toBe(segment?.segment ?? BASE_OPERANDS[name]);
      const operand = segment === undefined ? outer : outer.inner![0]!;
      if (segment !== undefined) {
        expect(outer.inner).toHaveLength(1);
        expect(operand.text).toBe(segment.operand);
      }
      const [only] = operand.inner!;
      if (only?.isQuoted === true) expect([operand.inner!.length, only.text]).toEqual([1, value]);
      else expect(operand.inner!.every(({ inner, isQuoted, text }) => inner === undefined && !isQuoted && /^[A-Za-z0-9#$@*.:_-]+$/.test(text))).toBe(true);
    }), { numRuns: 60 });
  });

  it('of a password, which is refused or arrives as it is', () => {
    fc.assert(fc.property(fc.oneof(hostile, fc.string({ minLength: 1, maxLength: 8 })), (clear) => {
      const [command] = commandsFor('__PASSWORD__', new GuardedString(clear)) ?? [];
      if (command === undefined) return;
      const [, , operand, ...more] = parseTso(command.reveal());
      expect([operand?.text, operand?.inner?.map(({ text }) => text), more]).toEqual(['PASSWORD', [clear], []]);
    }));
  });

  it('of a password phrase', () => {
    fc.assert(fc.property(fc.string({ minLength: 14, maxLength: 100 }), (clear) => {
      const [command] = commandsFor('PHRASE', new GuardedString(clear)) ?? [];
      const [, , operand, ...more] = parseTso(command!.reveal());
      expect([operand?.text, operand?.inner, more.map(({ text }) => text)]).toEqual(['PHRASE', [{ text: clear, isQuoted: true, inner: undefined }], ['NOPASSWORD']]);
    }));
  });

  it('of a group name in __GROUP__', () => {
    fc.assert(fc.property(hostile, (value) => {
      for (const command of commandsFor('__GROUP__', value)?.slice(1) ?? []) {
        expect(allWords(parseTso(command.reveal()))).toEqual(['CONNECT', 'USER1', 'GROUP', value.trim().toUpperCase()]);
      }
    }));
  });

  it('of a user ID', () => {
    fc.assert(fc.property(hostile, (value) => {
      let name: string;
      try {
        name = profileName(value, 'userId');
      } catch {
        return;
      }
      expect(name).toMatch(/^[A-Z0-9#$@]{1,8}$/);
    }));
  });
});

describe('a command', () => {
  it('shows no secret in its own text', () => {
    const [command] = creationCommands('USER1', [Attribute.of('__PASSWORD__', new GuardedString('Sesam1'))], []);
    expect([command!.toString(), JSON.stringify(command), command!.hasSecrets]).toEqual(['ADDUSER USER1', expect.not.stringContaining('Sesam1'), true]);
    expect(command!.reveal()).toBe('ADDUSER USER1 PASSWORD(Sesam1)');
  });
});
