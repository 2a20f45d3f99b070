import { Writable } from 'node:stream';
import type { Logger } from 'pino';
import { describe, expect, it } from 'vitest';
import { logTo } from '../../../../../deploy/runtime/log/process-log.js';
import { withoutSecrets } from '../../../../../deploy/runtime/log/mask-secrets.js';
import { GuardedString } from '../../../../../protocol/model/index.js';

function logging(base: Readonly<Record<string, unknown>> = {}): { readonly log: Logger; readonly lines: () => Record<string, unknown>[]; readonly text: () => string } {
  let output = '';
  const log = logTo(new Writable({ write(chunk: Buffer, _encoding, done) { output += chunk.toString(); done(); } }), 'info', base);
  return { log, text: () => output, lines: () => output.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('the log of a process', () => {
  it('never shows what is called a secret, nor what is one', () => {
    const { log, text, lines } = logging({ agent: 'a' });
    log.info({ password: 'hunter2', request: { authorization: 'Basic hunter2', facadeKey: 'hunter2', id: 7 }, anything: new GuardedString('hunter2'), token: 'hunter2' }, 'x');
    expect(text()).not.toContain('hunter2');
    expect(lines()).toMatchObject([{ agent: 'a', password: '***', anything: '***', request: { authorization: '***', facadeKey: '***', id: 7 }, token: '***', msg: 'x' }]);
  });

  it('nor where a secret hangs on an error, or was given to a child and its child', () => {
    const { log, text, lines } = logging();
    log.error({ err: Object.assign(new Error('refused'), { configuration: 'hunter2', code: 'E' }) }, 'x');
    log.child({ token: 'hunter2', part: 'one' }).child({ session: { key: 'hunter2', id: 7 } }).warn({ secret: 'hunter2' }, 'y');
    expect(text()).not.toContain('hunter2');
    expect(lines()).toMatchObject([{ err: { type: 'Error', message: 'refused', code: 'E', configuration: '***' } }, { token: '***', part: 'one', session: { key: '***', id: 7 }, secret: '***', msg: 'y' }]);
  });

  it('leaves the fields it was given alone, and copies none that hold no secret', () => {
    const clean = { operation: 'get', target: { host: 'h' }, none: null, count: undefined };
    expect(withoutSecrets(clean)).toBe(clean);
    const given = { password: 'hunter2', inner: { key: 'hunter2' } };
    withoutSecrets(given);
    expect(given).toEqual({ password: 'hunter2', inner: { key: 'hunter2' } });
  });

  it('takes a text alone, and an error alone', () => {
    const { log, lines } = logging();
    log.info('only words');
    log.error(new Error('only an error'));
    expect(lines()).toMatchObject([{ msg: 'only words' }, { err: { message: 'only an error' } }]);
  });
});
