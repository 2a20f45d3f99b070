import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GROUP_ATTRIBUTES, PROFILE_ATTRIBUTES } from '../../../connectors/catalog/as400/attributes/profile-attributes.js';
import { profileName } from '../../../connectors/catalog/as400/cl/command.js';
import { creationCommand } from '../../../connectors/catalog/as400/profile-plan.js';
import { Attribute, ConnectorError, GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { parseCl } from '../../targets/ibm-i.js';

/** Text that would mean something to CL if it got out of its place. */
const hostile = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: fc.constantFrom("'", '"', '(', ')', ' ', ';', '\n', '&', '*', '/', '/*', '*ALLOBJ', ') SPCAUT(*ALLOBJ', 'A', '%', '+', '|'), maxLength: 20 }),
);

function commandFor(name: string, value: IcfValue): string | undefined {
  try {
    return creationCommand('USER1', [Attribute.of(name, value)]).reveal();
  } catch (error) {
    if (error instanceof ConnectorError && (error.kind === 'invalidAttributeValue' || error.kind === 'invalidPassword')) return undefined;
    throw error;
  }
}

const WRITABLE = PROFILE_ATTRIBUTES.filter(({ write }) => write !== undefined).map(({ name }) => [name] as const);

describe('no value can become a parameter or a command', () => {
  it.each(WRITABLE)('of %s', (name) => {
    fc.assert(fc.property(hostile, (value) => {
      const command = commandFor(name, value);
      if (command === undefined) return;
      const { verb, parameters } = parseCl(command);
      const extra = name === 'USREXPITV' ? ['USREXPDATE'] : [];
      expect([verb, [...parameters.keys()]]).toEqual(['CRTUSRPRF', ['USRPRF', 'PASSWORD', name, ...extra]]);
      const values = parameters.get(name)!;
      if (values.some(({ isQuoted }) => isQuoted) && name !== 'USREXPDATE') expect(values).toEqual([{ text: value, isQuoted: true }]);
      else expect(values.every(({ text }) => /^(?:[A-Z0-9#$@_.*/]+|\d\d\/\d\d\/\d\d)$/.test(text))).toBe(true);
    }), { numRuns: 80 });
  });

  it.each(['__PASSWORD__', 'PASSWORD', 'DOCPWD'])('of %s, which is refused or arrives as it is', (name) => {
    const keyword = name === 'DOCPWD' ? 'DOCPWD' : 'PASSWORD';
    fc.assert(fc.property(hostile, (clear) => {
      const command = commandFor(name, new GuardedString(clear));
      if (command === undefined) return;
      const values = parseCl(command).parameters.get(keyword)!;
      if (clear.toUpperCase() === '*NONE') expect(values).toEqual([{ text: '*NONE', isQuoted: false }]);
      else expect(values).toEqual([{ text: clear, isQuoted: true }]);
    }));
  });

  it('of a profile name', () => {
    fc.assert(fc.property(hostile, (value) => {
      try {
        expect(profileName(value, '__NAME__')).toMatch(/^[A-Z#$@][A-Z0-9#$@_]{0,9}$/);
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
      }
    }));
  });

  it('of an attribute nobody can set', () => {
    for (const { name } of [...PROFILE_ATTRIBUTES.filter(({ write }) => write === undefined), ...GROUP_ATTRIBUTES]) expect(commandFor(name, 'x'), name).toBeUndefined();
  });
});
