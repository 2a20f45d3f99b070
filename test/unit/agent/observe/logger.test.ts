import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { loggerOptions } from '../../../../agent/observe/logger.js';
import { GuardedString } from '../../../../protocol/model/index.js';

describe('the log', () => {
  it('never shows what is called a secret, nor what is one', () => {
    let output = '';
    const log = pino(loggerOptions('info', { agent: 'a' }), new Writable({ write(chunk: Buffer, _encoding, done) { output += chunk.toString(); done(); } }));
    log.info({ password: 'hunter2', request: { authorization: 'Basic hunter2', facadeKey: 'hunter2' }, anything: new GuardedString('hunter2'), token: 'hunter2' }, 'x');
    expect(output).not.toContain('hunter2');
    expect(JSON.parse(output)).toMatchObject({ agent: 'a', password: '***', anything: '***', msg: 'x' });
  });
});
