import { describe, expect, it } from 'vitest';
import { errorOf, on, type AnswerContext } from '../../../../connectors/engines/http/answer-errors.js';
import type { HttpAnswer } from '../../../../connectors/engines/http/http-client.js';

const answer = (status: number, body: unknown = {}, headers: Record<string, string> = {}): HttpAnswer => ({
  status, headers: new Map(Object.entries({ 'content-type': 'application/json', ...headers })), body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
});
const context = (changes: Partial<AnswerContext> = {}): AnswerContext => ({ system: 'Box', operation: 'search', method: 'GET', url: new URL('https://api.example.com/users/7?key=geheim'), ...changes });
const update = context({ operation: 'update', method: 'PUT', uid: '7' });

describe('an answer that is an error', () => {
  it.each([
    [400, 'invalidAttributeValue', 'notApplied'], [401, 'invalidCredential', 'notApplied'], [403, 'permissionDenied', 'notApplied'], [404, 'unknownUid', 'notApplied'], [409, 'connector', 'notApplied'],
    [412, 'preconditionFailed', 'notApplied'], [418, 'connector', 'notApplied'], [422, 'invalidAttributeValue', 'notApplied'], [428, 'preconditionRequired', 'notApplied'], [429, 'retryable', 'notApplied'],
    [500, 'connectorIo', 'unknown'], [502, 'retryable', 'unknown'], [503, 'retryable', 'unknown'], [504, 'retryable', 'unknown'], [599, 'connectorIo', 'unknown'],
  ] as const)('with %d, is by itself %s, and leaves the write %s', (status, kind, outcome) => {
    expect(errorOf(answer(status), update)).toMatchObject({ kind, outcome });
    expect(errorOf(answer(status), context({ uid: '7' }))).toMatchObject({ kind, outcome: undefined });
  });

  it('means of an object only where one was addressed', () => {
    expect(errorOf(answer(404), context())).toMatchObject({ kind: 'connector' });
    expect(errorOf(answer(409), context({ operation: 'create', method: 'POST' }))).toMatchObject({ kind: 'alreadyExists', outcome: 'notApplied' });
    expect(errorOf(answer(404), update)?.message).toBe("Box: PUT /users/7 answered 404 (application/json). There is no object '7'.");
  });

  it('is none where the answer is good', () => {
    for (const status of [200, 201, 204, 302]) expect(errorOf(answer(status), context({ rules: [on(400).fail('connector')] }))).toBeUndefined();
  });

  it('is first what the rules of the connector say, in their order', () => {
    const rules = [
      on(400, { at: 'error.code', is: 'taken' }).fail('alreadyExists', { advice: 'Choose another name.' }),
      on(400, { at: 'error.code', is: ['weak', 'reused'] }).fail('invalidPassword'),
      on(400, { at: 'errors[0].message', contains: 'NOT FOUND' }).fail('unknownUid', { during: ['update', 'delete'] }),
      on([400, 500], { at: 'error.late' }).fail('connectorIo', { outcome: 'applied' }),
      on(200, { at: 'ok', is: 'false' }).fail('permissionDenied'),
    ];
    const kind = (status: number, body: unknown, changes: Partial<AnswerContext> = {}) => errorOf(answer(status, body), { ...update, rules, ...changes })?.kind;
    expect(kind(400, { error: { code: 'taken' } })).toBe('alreadyExists');
    expect(kind(400, { error: { code: 'reused' } })).toBe('invalidPassword');
    expect(kind(400, { errors: [{ message: 'User not found.' }] })).toBe('unknownUid');
    expect(kind(400, { errors: [{ message: 'User not found.' }] }, { operation: 'create' })).toBe('invalidAttributeValue');
    expect(kind(400, { error: { code: 'else' } })).toBe('invalidAttributeValue');
    expect(kind(409, { error: { code: 'taken' } })).toBe('connector');
    expect(errorOf(answer(500, { error: { late: {} } }), { ...update, rules })).toMatchObject({ kind: 'connectorIo', outcome: 'applied' });
    expect([kind(200, { ok: false }), kind(200, { ok: true }), kind(200, '<html>')]).toEqual(['permissionDenied', undefined, undefined]);
    expect(errorOf(answer(400, { error: { code: 'taken', message: 'In use.' } }), { ...update, rules })?.message).toBe('Box: PUT /users/7 answered 400 (application/json). It says: "In use." Choose another name.');
  });

  it('quotes the field that says what is wrong, on one line and cut, and nothing else', () => {
    const said = (body: unknown, changes: Partial<AnswerContext> = {}, headers = {}) => errorOf(answer(400, body, { 'set-cookie': 'geheim', ...headers }), context(changes))?.message ?? '';
    expect(said({ token: 'geheim', message: `line\r\n\u001b[31mtwo\u202e${'x'.repeat(10_000)}` })).toMatch(/It says: "line \[31mtwo x{200,300}…"/);
    expect(said({ token: 'geheim', message: 'm', fault: { text: 'the fault' } }, { messages: ['fault.text'] })).toContain('"the fault"');
    for (const body of [{ token: 'geheim' }, ['geheim'], 'geheim', `<html>geheim`, { message: { token: 'geheim' } }]) expect(said(body)).toBe('Box: GET /users/7 answered 400 (application/json). Check the values that were sent.');
    expect(said(`<html>${'geheim'.repeat(2_000_000)}`, {}, { 'content-type': 'text/html' })).toBe('Box: GET /users/7 answered 400 (text/html). Check the values that were sent.');
    expect(said({ message: 'the password geheim is too short' }, { hasSecrets: true })).not.toContain('geheim');
  });

  it('says when a busy service wants to be asked again', () => {
    expect(errorOf(answer(429, {}, { 'retry-after': '30' }), update)?.message).toContain('in 30 seconds');
  });
});
