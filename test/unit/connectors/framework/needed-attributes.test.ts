import { describe, expect, it } from 'vitest';
import { MemoryTarget, memoryConnector } from '../../../support/memory-connector.js';
import { calling, drain, facadeOf } from '../../../support/memory-facade.js';
import { ACCOUNT, Attribute, ConnectorObject, IcfArray, OPTION, OperationOptions, SortKey, type Filter, type IcfValue } from '../../../../protocol/model/index.js';

const attribute = (name: string, ...flags: string[]) => ({ name, type: 'String', required: null, flags });
const CLASSES = [{ name: ACCOUNT, aliases: ['user'], operations: [], attributes: [attribute('mail'), attribute('quota', 'NOT_RETURNED_BY_DEFAULT')] }];
const equals = (name: string, value: string): Filter => ({ kind: 'equals', attribute: Attribute.of(name, value) });

/** A target that gives the quota of its people only to who asks for it; `native`: what it can do by itself. */
function subject(native = {}) {
  const target = new MemoryTarget();
  for (const [uid, quota] of [['a', 'small'], ['b', 'large'], ['c', 'small']] as const) target.add(uid, { mail: `${uid}@x`, quota });
  const connector = memoryConnector(target, { native, extra: { objectClasses: CLASSES } });
  const { search } = connector.operations;
  const hiding: typeof search = async function* hiding(session, request, call) {
    const wanted = request.options.attributesToGet ?? ['mail', ...request.besides ?? []];
    const results = search!(session, request, call);
    for (let step = await results.next(); ; step = await results.next()) {
      if (step.done === true) return step.value;
      yield new ConnectorObject(ACCOUNT, step.value.attributes.filter(({ name }) => name.startsWith('__') || wanted.some((each) => each.toLowerCase() === name.toLowerCase())));
    }
  };
  const { facade } = facadeOf({ ...connector, operations: { ...connector.operations, search: hiding } });
  const found = async (filter: Filter | undefined, entries: Record<string, IcfValue> = {}) => {
    const { items } = await drain(facade.stream({ kind: 'search', objectClass: ACCOUNT, filter, options: OperationOptions.of(entries) }, calling()));
    return items.map((object) => [object.uid.value, ...object.attributes.map(({ name }) => name).filter((name) => !name.startsWith('__'))].join(' '));
  };
  return { target, found };
}

describe('an attribute that is not returned by default', () => {
  it('is found by a filter that names it, and not given to who did not ask for it', async () => {
    const { found, target } = subject();
    expect(await found(equals('quota', 'small'))).toEqual(['a mail', 'c mail']);
    expect(target.searches[0]?.options.attributesToGet).toBeUndefined();
  });

  it('is found in any case, in a not and behind an or', async () => {
    const { found } = subject();
    expect(await found({ kind: 'not', operand: equals('QUOTA', 'small') })).toEqual(['b mail']);
    expect(await found({ kind: 'or', operands: [equals('mail', 'a@x'), equals('quota', 'large')] })).toEqual(['a mail', 'b mail']);
  });

  it('is found page by page, by pages of the target too', async () => {
    for (const native of [{}, { paging: true }, { paging: true, lastingCookies: true }]) {
      const { found } = subject(native);
      expect(await found(equals('quota', 'small'), { [OPTION.pageSize]: 2 })).toEqual(['a mail', 'c mail']);
    }
  });

  it('sorts what is found', async () => {
    const { found } = subject();
    expect(await found(undefined, { [OPTION.sortKeys]: new IcfArray('SortKey', [new SortKey('quota', true), new SortKey('mail', false)]) })).toEqual(['b mail', 'c mail', 'a mail']);
  });

  it('is given to who asks for it, whatever the filter', async () => {
    const { found } = subject();
    expect(await found(equals('quota', 'large'), { [OPTION.attributesToGet]: new IcfArray('String', ['quota']) })).toEqual(['b quota']);
  });

  it('is not asked for where nothing needs it', async () => {
    const { found, target } = subject();
    expect(await found(equals('mail', 'b@x'))).toEqual(['b mail']);
    expect(target.searches[0]?.besides).toBeUndefined();
  });
});
