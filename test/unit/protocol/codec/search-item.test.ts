import { describe, expect, it } from 'vitest';
import { decodeConnectorObject, encodeAttributes, encodeStreamItem } from '../../../../protocol/codec/index.js';
import { encodeConnectorObject } from '../../../../protocol/codec/object-stream/object-stream.js';
import { protobuf } from '../../../../protocol/generated/messages.js';
import { Attribute, ConnectorObject, IcfDouble, Name, Uid } from '../../../../protocol/model/index.js';

const object = (objectClass: string, ...attributes: Attribute[]) => new ConnectorObject(objectClass, [new Uid('u1'), new Name('n1'), ...attributes]);

/** The frame by the generated encoder, which writes protobuf's canonical form. */
function generated(id: number, { objectClass, attributes }: ConnectorObject, sequence: number): Uint8Array {
  const searchOpResponse = { sequence, connectorObject: { objectClass, attributes: encodeAttributes(attributes) } };
  return protobuf.RemoteMessage.encode({ messageId: id, response: { operationResponse: { searchOpResponse } } }).finish();
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('the frame of a search result', () => {
  const plain = object('__ACCOUNT__', Attribute.of('mail', 'a@example.com'), Attribute.of('sn', 'Müller', 'Ünal'));

  it.each([
    ['small numbers', 1, 1], ['numbers of several bytes', 300, 70_000], ['large numbers', 2 ** 40 + 5, 2 ** 33], ['no id', 0, 1], ['a negative id', -7, 3],
    ['the largest id', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ])('is what the generated encoder makes of it: %s', (_what, id, sequence) => {
    expect(hex(encodeStreamItem(id, 'search', plain, sequence))).toBe(hex(generated(id, plain, sequence)));
  });

  it.each([
    ['nothing but uid and name', object('__ACCOUNT__')],
    ['an object class longer than any room kept free', object('x'.repeat(5_000))],
    ['an object class that is not ASCII', object('Gerät')],
    ['an attribute larger than a slab', object('__ACCOUNT__', Attribute.of('photo', 'ä'.repeat(100_000)))],
    ['many attributes', object('__ACCOUNT__', ...Array.from({ length: 3_000 }, (_, n) => Attribute.of(`a${n}`, `value ${n}`)))],
    ['values of several types', object('__ACCOUNT__', new Attribute('mixed', [1, 2n, true, null, new IcfDouble(0.5), Uint8Array.of(1, 2)]), new Attribute('none'), new Attribute('empty', []))],
  ])('is what the generated encoder makes of it: %s', (_what, given) => {
    expect(hex(encodeStreamItem(5, 'search', given, 9))).toBe(hex(generated(5, given, 9)));
  });

  it('stays as it is while others are made after it, with other names and sizes', () => {
    const given = [plain, object('__GROUP__', new Attribute('member', [1, 2])), plain, object('x', Attribute.of('y', 'z'.repeat(70_000))), object('__ACCOUNT__'), plain];
    const frames = Array.from({ length: 200 }, (_, n) => ({ n, object: given[n % given.length]! })).map(({ n, object: each }) => ({ frame: encodeStreamItem(n, 'search', each, n), n, each }));
    for (const { frame, n, each } of frames) expect(hex(frame)).toBe(hex(generated(n, each, n)));
  });

  it('is not harmed by one that could not be encoded', () => {
    const before = hex(generated(1, plain, 1));
    const impossible = object('__ACCOUNT__', new Attribute('a', [1.5]));
    expect(() => encodeStreamItem(1, 'search', impossible, 1)).toThrow(/32-bit/);
    expect(hex(encodeStreamItem(1, 'search', plain, 1))).toBe(before);
  });

  it('names in another order than before get codes of their own', () => {
    const first = decodeConnectorObject(encodeConnectorObject(object('a', new Attribute('n', [1]), Attribute.of('s', 'x'))));
    const second = decodeConnectorObject(encodeConnectorObject(object('a', Attribute.of('s', 'x'), new Attribute('n', [1]))));
    expect(first.get('n')?.values).toEqual([1]);
    expect(second.get('s')?.values).toEqual(['x']);
  });
});
