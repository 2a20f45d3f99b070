import { describe, expect, it } from 'vitest';
import type { Write } from '../../../../../agent/cli/agent-commands.js';
import { coloursOf } from '../../../../../agent/cli/terminal/colours.js';
import { outputTo } from '../../../../../agent/cli/terminal/output.js';
import { ProgressBar } from '../../../../../agent/cli/terminal/progress-bar.js';

const RED = '\u001b[31m';

class FakeStream {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(isTTY = true, columns = 80) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  write(text: string): void {
    this.text += text;
  }
}

describe('colours', () => {
  it.each<[string, boolean, NodeJS.ProcessEnv]>([
    ['into a pipe or a file', false, { TERM: 'xterm' }],
    ['with NO_COLOR', true, { TERM: 'xterm', NO_COLOR: '1' }],
    ['with NO_COLOR of any value', true, { TERM: 'xterm', NO_COLOR: '0' }],
    ['on a dumb terminal', true, { TERM: 'dumb' }],
    ['into a pipe, whatever FORCE_COLOR says', false, { TERM: 'xterm', FORCE_COLOR: '3' }],
  ])('are not written %s', (_title, isTTY, environment) => {
    const stream = new FakeStream(isTTY);
    const write = outputTo(stream, environment);
    write(`${coloursOf(write).bad('FAILED')} x\n`);
    expect(stream.text).toBe('FAILED x\n');
  });

  it('are written to a terminal; an empty NO_COLOR is none', () => {
    const stream = new FakeStream();
    const write = outputTo(stream, { TERM: 'xterm', NO_COLOR: '' });
    write(`${write.colours.bad('FAILED')} x\n`);
    expect(stream.text).toBe(`${RED}FAILED\u001b[39m x\n`);
  });

  it('cannot be brought along by text from outside, nor anything else a terminal acts upon', () => {
    const stream = new FakeStream();
    const write = outputTo(stream, { TERM: 'xterm' });
    write(`${write.colours.good('ok')} CN=${RED}evil\u001b[2J <0:bad>x</0>\n`);
    expect(stream.text).toContain('CN=\\u001b[31mevil\\u001b[2J <0:bad>x</0>');
  });

  it('hold over text from outside within them', () => {
    const stream = new FakeStream();
    const write = outputTo(stream, { TERM: 'xterm' });
    write(write.colours.bad(`two\nlines ${RED}`));
    expect(stream.text).toBe(`${RED}two\nlines \\u001b[31m\u001b[39m`);
  });

  it('are none for a function without any, as tests hand in', () => {
    const write: Write = () => undefined;
    expect(coloursOf(write).bad('x')).toBe('x');
  });
});

describe('a progress bar', () => {
  it.each<[string, FakeStream, NodeJS.ProcessEnv]>([['no terminal', new FakeStream(false), {}], ['a dumb terminal', new FakeStream(), { TERM: 'dumb' }]])('is not shown on %s', (_title, stream, environment) => {
    const bar = new ProgressBar(stream, environment);
    bar.show(1, 2, 'half');
    bar.end();
    expect(stream.text).toBe('');
  });

  it('is one line that is written over, and gone at the end; NO_COLOR does not mind it', () => {
    const stream = new FakeStream();
    const bar = new ProgressBar(stream, { TERM: 'xterm', NO_COLOR: '1' });
    bar.show(500, 1000, 'reading');
    bar.show(500, 1000, 'reading');
    bar.show(1000, 1000, 'reading');
    expect(stream.text.split('\r\u001b[2K').slice(1)).toEqual(['[#############-------------]  50 % reading', '[##########################] 100 % reading']);
    bar.end();
    expect(stream.text.endsWith('\r\u001b[2K')).toBe(true);
    bar.end();
    expect(stream.text.match(/\u001b\[2K/g)).toHaveLength(3);
  });

  it.each([[20, 1, 2], [40, 1, 2], [3, 1, 2], [80, 5, 2], [80, -1, 2], [80, 1, 0], [80, 1, undefined]])('fits into %i columns, for %d of %d', (columns, done, total) => {
    const stream = new FakeStream(true, columns);
    new ProgressBar(stream, { TERM: 'xterm' }).show(done, total, `text with \u001b[31m and\nline breaks ${'x'.repeat(100)}`);
    const line = stream.text.replace('\r\u001b[2K', '');
    expect(line.length).toBeLessThan(columns);
    expect(line).not.toMatch(/[\u001b\n]/);
  });
});
