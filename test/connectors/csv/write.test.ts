import { chmod, stat, utimes } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { GuardedString, IcfBigDecimal, IcfDouble, UID, ACCOUNT, OperationOptions, Uid, Attribute } from '../../../protocol/model/index.js';
import { Fixture, PEOPLE, call, failure, operations, plain, removeFixtures } from './fixture.js';

afterEach(removeFixtures);

describe('writes that are refused, and leave the file as it was', () => {
  it.each([
    ['a create of a uid that exists', (f: Fixture) => f.create({ __NAME__: 'bob' }), 'alreadyExists', /uid bob already/],
    ['a create that differs from an existing uid by blanks only', (f: Fixture) => f.create({ __NAME__: ' bob ' }), 'alreadyExists', /uid bob already/],
    ['a create without name', (f: Fixture) => f.create({ mail: 'x' }), 'invalidAttributeValue', /needs __NAME__/],
    ['a create with a blank name', (f: Fixture) => f.create({ __NAME__: '  ' }), 'invalidAttributeValue', /__NAME__ is blank/],
    ['a create with a null name', (f: Fixture) => f.create({ __NAME__: null }), 'invalidAttributeValue', /__NAME__ is blank/],
    ['an unknown attribute', (f: Fixture) => f.create({ __NAME__: 'dan', phone: '1' }), 'invalidAttributeValue', /Attribute phone .* uid, first name, mail, password/],
    ['an operational attribute', (f: Fixture) => f.create({ __NAME__: 'dan', __ENABLE__: true }), 'invalidAttributeValue', /__ENABLE__/],
    ['several values', (f: Fixture) => f.create({ __NAME__: 'dan', mail: ['a', 'b'] }), 'invalidAttributeValue', /mail has 2 values/],
    ['bytes', (f: Fixture) => f.create({ __NAME__: 'dan', mail: new Uint8Array([1]) }), 'invalidAttributeValue', /Base64/],
    ['a guarded value for an ordinary column', (f: Fixture) => f.create({ __NAME__: 'dan', mail: new GuardedString('top-secret') }), 'invalidAttributeValue', /only the password column/],
    ['half a character', (f: Fixture) => f.create({ __NAME__: 'dan', mail: 'a\ud800b' }), 'invalidAttributeValue', /surrogate/],
    ['two values for the uid column', (f: Fixture) => f.create({ __NAME__: 'dan', uid: 'eve' }), 'invalidAttributeValue', /different values for the column uid/],
    ['an update of an unknown uid', (f: Fixture) => f.update('dan', { mail: 'x' }), 'unknownUid', /no row with the uid dan/],
    ['an update of an unknown attribute', (f: Fixture) => f.update('ann', { phone: '1' }), 'invalidAttributeValue', /phone/],
    ['a rename to a uid that exists', (f: Fixture) => f.update('ann', { __NAME__: 'bob' }), 'alreadyExists', /uid bob/],
    ['a rename to nothing', (f: Fixture) => f.update('ann', { __NAME__: null }), 'invalidAttributeValue', /blank/],
    ['a delete of an unknown uid', (f: Fixture) => f.delete('dan'), 'unknownUid', /dan/],
  ])('%s', async (_, write, kind, message) => {
    const fixture = await Fixture.of();
    const error = await failure(write(fixture));
    expect(error.kind).toBe(kind);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('top-secret');
    expect(await fixture.text()).toBe(PEOPLE);
    expect(await fixture.names()).toEqual(['people.csv']);
  });

  it('a password where there is no password column', async () => {
    const fixture = await Fixture.of('uid\n');
    const error = await failure(fixture.create({ __NAME__: 'dan', __PASSWORD__: new GuardedString('top-secret') }));
    expect(error.kind).toBe('invalidAttributeValue');
    expect(error.message).toMatch(/no password column/);
    expect(error.message).not.toContain('top-secret');
  });

  it.each([
    ['too few fields', 'uid,mail\nann,a\nbob\n', /line 3: the row has 1 field where the header has 2/],
    ['too many fields', 'uid,mail\nann,a\nbob,b,c\n', /line 3: the row has 3 fields where the header has 2; .*quotes/],
    ['a blank uid', 'uid,mail\nann,a\n ,b\n', /line 3: the uid .* is blank/],
    ['an open quote after a value of several lines', 'uid,mail\nann,"a\nb\nc"\nbob,"b\n', /line 5: the quote that opens field 2 is never closed/],
  ])('any write to, and a complete search of, a file with %s', async (_, content, message) => {
    const fixture = await Fixture.of(content);
    for (const work of [() => fixture.create({ __NAME__: 'zoe' }), () => fixture.update('ann', { mail: 'x' }), () => fixture.delete('ann'), () => fixture.uids()]) {
      const error = await failure(work);
      expect(error.kind).toBe('connector');
      expect(error.message).toMatch(message);
      expect(error.message).toContain(fixture.path);
    }
    expect(await fixture.text()).toBe(content);
  });

  it('a write to a uid that two rows have, while other rows can be written', async () => {
    const fixture = await Fixture.of('uid,mail\nann,a\nbob,b\nann,c\n');
    for (const work of [() => fixture.update('ann', { mail: 'x' }), () => fixture.delete('ann'), () => fixture.create({ __NAME__: 'ann' }), () => fixture.get('ann'), () => fixture.uids()]) {
      expect((await failure(work)).message).toMatch(/has the uid ann on lines 2, 4/);
    }
    await fixture.update('bob', { mail: 'x' });
    expect(await fixture.text()).toBe('uid,mail\nann,a\n"bob","x"\nann,c\n');
  });

  it('another object class', async () => {
    const { session } = await Fixture.of();
    const request = { objectClass: '__GROUP__', options: OperationOptions.none, uid: new Uid('ann'), attributes: [] };
    for (const work of [() => operations.create(session, request, call()), () => operations.update(session, request, call()), () => operations.delete(session, request, call())]) {
      const error = await failure(work);
      expect(error.kind).toBe('illegalArgument');
      expect(error.message).toMatch(/requires ObjectClass __ACCOUNT__, received __GROUP__/);
    }
  });

  it('a create that was aborted before it was written', async () => {
    const fixture = await Fixture.of();
    const reason = new Error('no longer wanted');
    await expect(fixture.create({ __NAME__: 'dan' }, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(await fixture.text()).toBe(PEOPLE);
  });
});

describe('create', () => {
  it('adds one record at the end and answers its uid', async () => {
    const fixture = await Fixture.of();
    const uid = await fixture.create({ __NAME__: 'dan', mail: 'd,an@example.com', first_name: 'D "the man"', __PASSWORD__: new GuardedString('s3cret') });
    expect(uid.value).toBe('dan');
    expect(await fixture.text()).toBe(`${PEOPLE}"dan","D ""the man""","d,an@example.com","s3cret"\n`);
    expect(plain(await fixture.get('dan'))).toEqual({ first_name: 'D "the man"', mail: 'd,an@example.com' });
  });

  it('ends a last line that has no line break first', async () => {
    const fixture = await Fixture.of('uid,mail\nann,a');
    await fixture.create({ __NAME__: 'bob' });
    await fixture.create({ __NAME__: 'cid' });
    expect(await fixture.text()).toBe('uid,mail\nann,a\n"bob",\n"cid",\n');
  });

  it('ends a header that has no line break first', async () => {
    const fixture = await Fixture.of('uid,mail');
    await fixture.create({ __NAME__: 'bob' });
    expect(await fixture.text()).toBe('uid,mail\n"bob",\n');
  });

  it('takes a line break after an escape character for the end of the line', async () => {
    const fixture = await Fixture.of('uid,mail\nann,a\\\n');
    await fixture.create({ __NAME__: 'bob' });
    expect(plain(await fixture.get('ann'))).toEqual({ mail: 'a\\' });
    expect(await fixture.uids()).toEqual(['ann', 'bob']);
  });

  it('The terminator is newlineString', async () => {
    const fixture = await Fixture.of('uid|mail~~', { newlineString: '~~', fieldDelimiter: '|' });
    await fixture.create({ __NAME__: 'bob', mail: 'b' });
    expect(await fixture.text()).toBe('uid|mail~~"bob"|"b"~~');
  });

  it('keeps to CR LF in a file that has it, though newlineString is left at its default', async () => {
    const fixture = await Fixture.of('uid,mail\r\nann,a\r\n');
    await fixture.create({ __NAME__: 'bob' });
    await fixture.update('ann', { mail: 'x' });
    expect(await fixture.text()).toBe('uid,mail\r\n"ann","x"\r\n"bob",\r\n');
  });

  it('writes numbers and booleans as text', async () => {
    const fixture = await Fixture.of('uid,a,b,c,d,e\n');
    await fixture.create({ __NAME__: 'x', a: 5, b: true, c: 9_007_199_254_740_993n, d: new IcfDouble(2), e: new IcfBigDecimal(1234n, 2) });
    expect(plain(await fixture.get('x'))).toEqual({ a: '5', b: 'true', c: '9007199254740993', d: '2.0', e: '12.34' });
  });

  it('accepts the uid column by its own name, as the Java connector does', async () => {
    const fixture = await Fixture.of('id,mail\n', { headerUid: 'id' });
    expect((await fixture.create({ id: 'x', mail: 'm' })).value).toBe('x');
  });

  it('keeps a byte-order mark', async () => {
    const fixture = await Fixture.of('\ufeffuid,mail\nann,a\n');
    await fixture.create({ __NAME__: 'bob' });
    await fixture.update('ann', { mail: 'x' });
    expect(await fixture.text()).toBe('\ufeffuid,mail\n"ann","x"\n"bob",\n');
  });

  it('works for values of several lines', async () => {
    const fixture = await Fixture.of();
    await fixture.create({ __NAME__: 'dan', mail: 'a\r\nb\n"c"\n' + '\\' });
    expect(plain(await fixture.get('dan'))).toEqual({ mail: 'a\r\nb\n"c"\n\\' });
    await fixture.delete('dan');
    expect(await fixture.text()).toBe(PEOPLE);
  });
});

describe('update', () => {
  it('changes the given cells and copies every other record byte for byte', async () => {
    const odd = ' ann , "A" ,x\n"bob","B ""b""",y\r\n\ncid,C\\,c,z';
    const fixture = await Fixture.of(`uid,name,mail\n${odd}`);
    expect((await fixture.update('bob', { mail: 'new' })).value).toBe('bob');
    expect(await fixture.text()).toBe('uid,name,mail\n ann , "A" ,x\n"bob","B ""b""","new"\r\n\ncid,C\\,c,z');
    await fixture.update('cid', { name: null });
    expect(await fixture.text()).toBe('uid,name,mail\n ann , "A" ,x\n"bob","B ""b""","new"\r\n\n"cid",,"z"');
    await fixture.update('ann', { name: [] });
    expect(plain(await fixture.get('ann'))).toEqual({ mail: 'x' });
  });

  it('renames through __NAME__ and answers the new uid', async () => {
    const fixture = await Fixture.of();
    expect((await fixture.update('bob', { __NAME__: 'bobby', mail: 'x' })).value).toBe('bobby');
    expect(await fixture.get('bob')).toBeUndefined();
    expect(plain(await fixture.get('bobby'))).toEqual({ first_name: 'Bob', mail: 'x' });
    expect(await fixture.uids()).toEqual(['ann', 'bobby', 'cid']);
  });

  it('takes the present name as no rename', async () => {
    const fixture = await Fixture.of();
    expect((await fixture.update('bob', { __NAME__: 'bob', mail: 'x' })).value).toBe('bob');
  });

  it('does not touch the file when nothing changes', async () => {
    const fixture = await Fixture.of();
    await utimes(fixture.path, 1000, 1000);
    await fixture.update('bob', { mail: 'bob@example.com' });
    expect((await stat(fixture.path)).mtimeMs).toBe(1_000_000);
  });

  it('keeps the mode of the file', async () => {
    const fixture = await Fixture.of();
    await chmod(fixture.path, 0o640);
    await fixture.update('bob', { mail: 'x' });
    expect((await stat(fixture.path)).mode & 0o777).toBe(0o640);
  });

  it('leaves nothing beside the file', async () => {
    const fixture = await Fixture.of();
    await fixture.update('bob', { mail: 'x' });
    await fixture.create({ __NAME__: 'dan' });
    await fixture.delete('ann');
    expect(await fixture.names()).toEqual(['people.csv']);
  });

  it('takes __UID__ among the attributes for the uid column', async () => {
    const fixture = await Fixture.of();
    const request = { objectClass: ACCOUNT, options: OperationOptions.none, uid: new Uid('bob'), attributes: [Attribute.of(UID, 'bobby')] };
    expect((await operations.update(fixture.session, request, call())).value).toBe('bobby');
  });
});

describe('delete', () => {
  it('removes a record with every line it spans, and nothing else', async () => {
    const fixture = await Fixture.of('uid,note\nann,"first\nsecond\n""third"""\nbob,b\n"c\nid",c');
    await fixture.delete('ann');
    expect(await fixture.text()).toBe('uid,note\nbob,b\n"c\nid",c');
    await fixture.delete('c\nid');
    expect(await fixture.text()).toBe('uid,note\nbob,b\n');
    await fixture.delete('bob');
    expect(await fixture.text()).toBe('uid,note\n');
    expect((await failure(fixture.delete('bob'))).kind).toBe('unknownUid');
  });

  it('lets the uid be created again', async () => {
    const fixture = await Fixture.of();
    await fixture.delete('bob');
    await fixture.create({ __NAME__: 'bob', mail: 'new' });
    expect(plain(await fixture.get('bob'))).toEqual({ mail: 'new' });
  });
});
