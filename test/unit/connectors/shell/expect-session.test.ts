import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ExpectSession } from '../../../../connectors/engines/shell/expect-session.js';
import { withoutPasteMarks } from '../../../../connectors/engines/shell/terminal-text.js';
import { GuardedString } from '../../../../protocol/model/index.js';
import { until } from '../../../support/until.js';

const signal = new AbortController().signal;

function terminal() {
  const sent: string[] = [];
  const channel = new Duplex({ read: () => undefined, write: (chunk: Buffer, _encoding, done) => { sent.push(chunk.toString()); done(); } });
  return { session: new ExpectSession('The shell of a@b', channel), channel, sent };
}

describe('sending and expecting', () => {
  it('waits for what does not come as long as it may, and no longer', async () => {
    const { session } = terminal();
    expect(await session.expect([{ kind: 'text', text: '$ ' }], 50, signal)).toEqual({ kind: 'timeout' });
    const abort = new AbortController();
    const waiting = session.expect([{ kind: 'text', text: '$ ' }], 60_000, abort.signal);
    abort.abort(new Error('no more'));
    await expect(waiting).rejects.toThrow('no more');
  });

  it('ends with the terminal', async () => {
    const { session, channel } = terminal();
    const waiting = session.expect([{ kind: 'text', text: '$ ' }], 60_000, signal);
    channel.push('bye');
    channel.push(null);
    expect(await waiting).toEqual({ kind: 'eof' });
    await expect(session.send('x')).rejects.toMatchObject({ kind: 'connectionBroken' });
  });

  it('takes the first of several in their order, with what came before it, and leaves the rest for the next', async () => {
    const { session, channel } = terminal();
    const waiting = session.expect([{ kind: 'text', text: 'never' }, { kind: 'pattern', pattern: /code=(\d+)/ }], 5_000, signal);
    channel.push('some co');
    channel.push('de=42 and more');
    expect(await waiting).toEqual({ kind: 'matched', index: 1, before: 'some ', groups: ['code=42', '42'] });
    expect(session.buffered).toBe(' and more');
    expect(session.taken).toBe('some code=42');
    expect(await session.expect([{ kind: 'text', text: 'more' }], 0, signal)).toMatchObject({ kind: 'matched', before: ' and ' });
  });

  it('puts characters together that came in parts', async () => {
    const { session, channel } = terminal();
    const bytes = Buffer.from('é$ ');
    channel.push(bytes.subarray(0, 1));
    channel.push(bytes.subarray(1));
    expect(await session.expect([{ kind: 'text', text: 'é$ ' }], 5_000, signal)).toMatchObject({ kind: 'matched', before: '' });
  });

  it('stops reading when nobody takes anything, and says so to who waits', async () => {
    const { session, channel } = terminal();
    for (let sent = 0; sent < 20; sent++) channel.push('x'.repeat(100_000));
    await until(() => session.buffered.length >= 512 * 1024, 'the buffer to fill');
    await expect(session.arrival(session.arrivals, 1_000, signal)).rejects.toThrow(/nothing expected/);
    expect(channel.isPaused()).toBe(true);
    session.consume(session.buffered.length);
    await until(() => session.buffered.length > 0, 'more to come');
  });

  it('sends keys and secrets', async () => {
    const { session, sent } = terminal();
    await session.sendLine(new GuardedString('geheim'));
    expect(session.taken).toBe('');
    await session.sendControlC();
    await session.sendControlD();
    expect(sent.join('')).toBe('geheim\r\u0003\u0004');
  });

  it('leaves readline\'s marks out, also those that came in parts', () => {
    expect(withoutPasteMarks('a', '\u001b[?2004hroot# \u001b[?2004l\rout')).toBe('aroot# out');
    expect(withoutPasteMarks(withoutPasteMarks('x\u001b[?20', '04'), 'hprompt')).toBe('xprompt');
  });
});
