import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scrubber } from '../../../../agent/doctor/scrubber.js';
import { PatternSet } from '../../../secret-search/pattern-search.js';
import { spellingsOf } from '../../../secret-search/spellings.js';

/** Secrets as people choose them, long enough that a spelling of one is no accident. */
const secret = fc.string({ unit: 'grapheme', minLength: 12, maxLength: 60 }).filter((text) => text.trim() === text && !text.includes('\n') && new Set(text).size > 6);

function patternsOf(text: string): PatternSet {
  const patterns = new PatternSet();
  for (const spelling of spellingsOf({ name: 'secret', kind: 'text', value: Buffer.from(text).toString('base64') })) if (spelling.length >= 8) patterns.add(spelling, 1);
  return patterns;
}

describe('a log that is scrubbed', () => {
  it('holds no secret, however it was spelled', () => {
    fc.assert(fc.property(secret, fc.nat(), (text, which) => {
      const spellings = spellingsOf({ name: 'secret', kind: 'text', value: Buffer.from(text).toString('base64') });
      const spelling = spellings[which % spellings.length] ?? Buffer.alloc(0);
      fc.pre(spelling.length >= 8 && !spelling.includes(0x0a));
      const log = Buffer.concat([Buffer.from('before\nthe value is <'), spelling, Buffer.from('> and more\nafter\n')]);
      const scrubbed = new Scrubber([text]).lines(log);
      expect(patternsOf(text).ownersIn(scrubbed).size).toBe(0);
      expect(scrubbed.toString()).toMatch(/^before\n/);
      expect(scrubbed.toString()).toMatch(/\nafter\n$/);
    }));
  });

  it('loses only the lines that hold a secret', () => {
    const scrubber = new Scrubber(['correct horse battery staple']);
    expect(scrubber.lines(Buffer.from('one\nauth=correct%20horse%20battery%20staple\nthree')).toString()).toBe('one\n(line left out: it held a secret)\nthree\n');
    expect(scrubber.lines(Buffer.from('nothing\nhere')).toString()).toBe('nothing\nhere');
  });
});

describe('a finding that is scrubbed', () => {
  it('keeps the text around a secret', () => {
    const scrubber = new Scrubber(['hunter2hunter2']);
    expect(scrubber.values({ what: 'The server said: hunter2hunter2 is wrong', list: ['fine', 7] })).toEqual({ what: 'The server said: *** is wrong', list: ['fine', 7] });
  });

  it('gives up the whole text where only a part of the secret is left, or it is spelled otherwise', () => {
    const scrubber = new Scrubber(['abcdefghijklmnopqrstuvwx']);
    expect(scrubber.text('cut: mnopqrstuvwx')).toBe('***');
    expect(scrubber.text(`header ${Buffer.from('user:abcdefghijklmnopqrstuvwx').toString('base64')}`)).toBe('***');
    expect(scrubber.text('6162636465666768696a6b6c')).toBe('***');
  });

  it('looks into keys and numbers, and lets words be that happen to hold three letters of a short password', () => {
    expect(new Scrubber(['48151623']).values({ 48151623: 48151623 })).toEqual({ '***': '***' });
    expect(new Scrubber(['abc']).text('abcdef')).toBe('abcdef');
  });
});
