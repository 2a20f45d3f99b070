import { afterEach, describe, expect, it } from 'vitest';
import { Fixture, failure, plain, removeFixtures } from './fixture.js';

afterEach(removeFixtures);

const TEXT = 'uid,name,note\nann,Ann Ångström,größer\nbob,Боб,日本語\ncid,Cid 👩‍👩‍👧,"e\u0301 – “quoted”"\n';

describe('a file in another encoding than UTF-8', () => {
  it.each([
    ['ISO 8859-1', Buffer.from('uid,name\nann,Ann\nbob,J\xfcrgen\n', 'latin1')],
    ['Windows-1252', Buffer.from('uid,name\nann,Ann\nbob,\x80 5\n', 'latin1')],
    ['UTF-8 that is cut within a character', Buffer.from('uid,name\nann,Ann\nbob,\xe2\x82\n', 'latin1')],
    ['surrogates written as UTF-8 (CESU-8)', Buffer.from('uid,name\nann,Ann\nbob,\xed\xa0\xbd\xed\xb1\xa9\n', 'latin1')],
    ['overlong UTF-8', Buffer.from('uid,name\nann,Ann\nbob,\xc0\xaf\n', 'latin1')],
  ])('%s is refused by line, whatever is done with it, and stays as it is', async (_, content) => {
    const fixture = await Fixture.of(content);
    for (const work of [() => fixture.uids(), () => fixture.get('ann'), () => fixture.create({ __NAME__: 'dan' }), () => fixture.update('ann', { name: 'x' }), () => fixture.delete('ann')]) {
      const error = await failure(work);
      expect(error.kind).toBe('connector');
      expect(error.message).toMatch(/line 3.*not UTF-8/);
    }
    expect(await fixture.text()).toBe(content.toString('utf8'));
  });

  it.each(['utf16le' as const, 'utf16be' as const])('%s is told apart by its byte-order mark', async (encoding) => {
    const content = Buffer.from('\ufeffuid,name\nann,Ann\n', 'utf16le');
    const fixture = await Fixture.of(encoding === 'utf16le' ? content : content.swap16());
    const error = await failure(fixture.uids());
    expect(error.kind).toBe('configuration');
    expect(error.message).toMatch(/UTF-16; convert it to UTF-8/);
  });

  it('a header that is not UTF-8 is refused too', async () => {
    expect((await failure((await Fixture.of(Buffer.from('uid,pr\xe9nom\nann,Ann\n', 'latin1'))).uids())).message).toMatch(/line 1.*not UTF-8/);
  });
});

describe('a file in UTF-8', () => {
  it.each([['without', ''], ['with', '\ufeff']])('%s byte-order mark: every character is read, found and written as it is', async (_, mark) => {
    const fixture = await Fixture.of(mark + TEXT);
    const { objects } = await fixture.all();
    expect(objects.map(plain)).toEqual([
      { name: 'Ann Ångström', note: 'größer' }, { name: 'Боб', note: '日本語' }, { name: 'Cid 👩‍👩‍👧', note: 'e\u0301 – “quoted”' },
    ]);
    await fixture.create({ __NAME__: 'Ødegård', name: '😀', note: 'e\u0301' });
    await fixture.update('Ødegård', { note: 'é' });
    expect(plain(await fixture.get('Ødegård'))).toEqual({ name: '😀', note: 'é' });
    expect(await fixture.text()).toBe(`${mark}${TEXT}"Ødegård","😀","é"\n`);
    // Composed and decomposed characters are different uids, as they are for the Java connector.
    expect(await fixture.get('Ødega\u030ard')).toBeUndefined();
  });

  it('a byte-order mark inside the file is part of a value', async () => {
    const fixture = await Fixture.of('uid,name\nann,\ufeffAnn\n');
    expect(plain(await fixture.get('ann'))).toEqual({ name: '\ufeffAnn' });
  });

  it('characters that are cut by the chunks of the reader are whole', async () => {
    const rows = Array.from({ length: 3000 }, (_, row) => `u${row},${'é日👩'.repeat(1 + row % 11)}\n`);
    const fixture = await Fixture.of(`uid,name\n${rows.join('')}`);
    const { objects } = await fixture.all();
    expect(objects.every((object, row) => plain(object)?.['name'] === 'é日👩'.repeat(1 + row % 11))).toBe(true);
    expect(plain(await fixture.get('u2999'))).toEqual({ name: 'é日👩'.repeat(1 + 2999 % 11) });
  });
});
