import type { IncomingMessage } from 'node:http';
import { readTokenAnswer } from '../../../agent/transport/oauth-answer.js';
import { judgeUpgrade } from '../../../agent/transport/upgrade-check.js';
import { ByteSource } from '../engine/byte-source.js';
import { bytesOf, check, text, type FuzzTarget } from '../engine/target.js';

const KEY_HASH = 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=';
const SECRET = 'topsecret';
const LINE = /[\r\n\0]/;

/** What strangers send before they are anybody: upgrade requests, and answers of a token endpoint. */
export const target: FuzzTarget = {
  name: 'upgrades',
  seeds: () => [
    `\u0001/openicf?x=1\n\u0001Basic ${Buffer.from('openicf:changeit').toString('base64')}\n`, `{"access_token":"abc","token_type":"Bearer","expires_in":3600}`, `{"error":"invalid_client","error_description":"bad ${SECRET}\\r\\nX: y"}`, '{"expires_in":"1e400"}',
  ].map(bytesOf),
  words: ['Basic ', 'basic  ', '/openicf', 'access_token', 'token_type', SECRET, '\\r\\n', 'expires_in', 'error_description'],
  run(input) {
    const source = new ByteSource(input);
    const request = { url: source.text(80), headers: { authorization: source.text(120), 'sec-websocket-version': source.boolean() ? '13' : source.text(4), 'sec-websocket-protocol': source.text(60) } };
    const verdict = judgeUpgrade(request as unknown as IncomingMessage, KEY_HASH);
    check(verdict.kind !== 'accept', 'let somebody in who does not know the key');
    if (verdict.kind === 'answer') check(![verdict.statusLine, ...verdict.headers].some((line) => LINE.test(line)), 'an answer with a line break from outside');
    const given = text(input);
    for (const status of [200, 400, 401, 503]) {
      const answer = readTokenAnswer(status, { 'retry-after': given.slice(0, 40) }, given, SECRET);
      check((answer.token === undefined) !== (answer.problem === undefined), 'neither a token nor a problem, or both');
      check(answer.token === undefined || /^[\x21-\x7e]+$/.test(answer.token), 'a token that breaks a header');
      check(answer.problem === undefined || (!LINE.test(answer.problem) && answer.problem.length < 1000), 'a problem that breaks a log line');
      for (const wait of [answer.expiresIn, answer.retryAfter]) check(wait === undefined || (Number.isFinite(wait) && wait >= 0), 'a wait that is no number');
    }
  },
};
