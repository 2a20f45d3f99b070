import { describe, expect, it } from 'vitest';
import { revealingFlags } from '../../../../agent/secrets/process-hygiene.js';

describe('flags that show memory to others are named', () => {
  it.each([
    [['--inspect'], '', ['--inspect: a debugger can read all memory']],
    [['--inspect-brk=0.0.0.0:9229'], '', ['--inspect-brk: a debugger can read all memory']],
    [[], '--max-old-space-size=100 --heapsnapshot-signal=SIGUSR2', ['--heapsnapshot-signal: a heap snapshot holds secrets in use']],
    [['--report-on-fatalerror', '--tls-keylog=/tmp/keys'], '', ['--report-on-fatalerror: diagnostic reports hold the environment', '--tls-keylog: it writes the keys of TLS connections']],
    [['--abort-on-uncaught-exception'], '', ['--abort-on-uncaught-exception: it ends in a core dump']],
  ])('%j %j', (args, options, expected) => {
    expect(revealingFlags(args, { NODE_OPTIONS: options })).toEqual(expected);
  });

  it('and no others', () => {
    expect(revealingFlags(['--max-old-space-size=100', '--enable-source-maps', '--import=x'], { NODE_OPTIONS: '--no-warnings' })).toEqual([]);
    expect(revealingFlags([], {})).toEqual([]);
  });
});
