import { describe, expect, it } from 'vitest';
import { LocalProcess } from '../../../../connectors/engines/shell/local-process.js';
import { ConnectorError, GuardedString } from '../../../../protocol/model/index.js';

const here = new LocalProcess();
const options = (changes = {}) => ({ signal: new AbortController().signal, timeout: 20_000, ...changes });
const node = (source: string) => [process.execPath, '-e', source];

async function failing(work: Promise<unknown>): Promise<ConnectorError> {
  const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConnectorError);
  return error as ConnectorError;
}

describe('a process on the agent\'s machine', () => {
  it('that cannot be started says why, and that nothing was done', async () => {
    const missing = await failing(here.run(['/nonexistent/program'], options()));
    expect(missing).toMatchObject({ kind: 'configuration', outcome: 'notApplied' });
    expect(missing.message).toContain('/nonexistent/program');
    expect((await failing(here.run(['/etc/passwd'], options()))).kind).toBe('permissionDenied');
    expect((await failing(here.run([], options()))).kind).toBe('illegalArgument');
  });

  it('gives its code and both outputs, and takes input', async () => {
    const result = await here.run(node('process.stdin.on("data", (d) => process.stdout.write("<" + d + ">")).on("end", () => { console.error("bad"); process.exit(3); })'), options({ stdin: 'hé' }));
    expect(result).toEqual({ exitCode: 3, signal: null, stdout: '<hé>', stderr: 'bad\n' });
  });

  it('takes no word for shell syntax', async () => {
    const { stdout } = await here.run([process.execPath, '-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', '$(id)', '; ls', '"', "'"], options());
    expect(JSON.parse(stdout)).toEqual(['$(id)', '; ls', '"', "'"]);
  });

  it('has nothing of the agent\'s environment but PATH', async () => {
    process.env['CAUSEWAY_TEST_SECRET'] = 'nobody sees this';
    const { stdout } = await new LocalProcess({ env: { LC_ALL: 'C' } }).run(['/usr/bin/env'], options());
    expect(stdout).not.toContain('CAUSEWAY_TEST_SECRET');
    expect(stdout).toContain('LC_ALL=C');
  });

  it('is ended by its timeout, by an abort, and by too much output', async () => {
    const late = await failing(here.run(node('setInterval(() => {}, 1000)'), options({ timeout: 300 })));
    expect(late).toMatchObject({ kind: 'operationTimeout', outcome: 'unknown' });
    expect((await failing(here.run(node('setInterval(() => {}, 1000)'), options({ timeout: 300, readOnly: true })))).outcome).toBeUndefined();
    const abort = new AbortController();
    const aborted = here.run(node('setInterval(() => {}, 1000)'), options({ signal: abort.signal }));
    abort.abort(new ConnectorError('retryable', 'enough'));
    expect((await failing(aborted)).message).toBe('enough');
    expect((await failing(here.run(node('setInterval(() => process.stdout.write("x".repeat(1000)), 0)'), options({ maxOutput: 5000 })))).message).toContain('5000 characters');
  });

  it('is answered when it asks, each prompt as often as was said, and then gets no more input', async () => {
    const asks = node(`
      const lines = require('node:readline').createInterface({ input: process.stdin });
      const got = [];
      process.stderr.write('pass: ');
      lines.on('line', (line) => { got.push(line); process.stdout.write(got.length < 3 ? 'pass: ' : ''); });
      lines.on('close', () => { console.log(JSON.stringify(got)); });
    `);
    const { stdout } = await here.run(asks, options({ answers: [{ prompt: 'pass:', answer: new GuardedString('geheim-wort-1'), times: 2 }] }));
    expect(stdout).toContain('["geheim-wort-1","geheim-wort-1"]');
  });

  it('gives its lines under backpressure, and ends when nobody wants more', async () => {
    const lines = here.lines(node('let n = 0; const more = () => { while (process.stdout.write("line " + n++ + "\\n")); process.stdout.once("drain", more); }; more();'), options({ readOnly: true }));
    const first = await lines.next();
    expect(first.done === false && first.value[0]).toBe('line 0');
    await lines.return({ exitCode: null, signal: null, stdout: '', stderr: '' });
  });

  it('gives a last line without an end, and code and errors at the end', async () => {
    const lines = here.lines(node('process.stdout.write("a\\r\\nb"); console.error("oh"); process.exitCode = 4;'), options());
    const seen: string[] = [];
    for (;;) {
      const step = await lines.next();
      if (step.done === true) {
        expect(step.value).toMatchObject({ exitCode: 4, stderr: 'oh\n' });
        break;
      }
      seen.push(...step.value);
    }
    expect(seen).toEqual(['a', 'b']);
  });
});
