import { expect, it } from 'vitest';
import { writeSteps, type WriteStep } from '../../../../connectors/engines/rest/write-steps.js';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { failure } from '../../../support/connector-caller.js';

const { signal } = new AbortController();
const refused = new ConnectorError('permissionDenied', 'Not you.', { outcome: 'notApplied' });
const step = (what: string, log: string[], error?: Error): WriteStep => [what, async () => { log.push(what); if (error !== undefined) throw error; }];

it('are made one after the other, to the first that fails', async () => {
  const log: string[] = [];
  await writeSteps(signal, [step('the tags', log), step('the path', log)]);
  expect(log).toEqual(['the tags', 'the path']);
  const error = await failure(writeSteps(signal, [step('a', log), step('b', log), step('c', log, refused), step('d', log)]));
  expect(error).toMatchObject({ kind: 'permissionDenied', outcome: 'applied', message: 'Changed: a, b. Then c failed: Not you.' });
  expect(log).toEqual(['the tags', 'the path', 'a', 'b', 'c']);
});

it('leave the failure of the first as it is, unless something was done before', async () => {
  expect(await failure(writeSteps(signal, [step('a', [], refused)]))).toBe(refused);
  expect(await failure(writeSteps(signal, [step('its password', [], refused)], 'The user was created.'))).toMatchObject({ outcome: 'applied', message: 'The user was created. Then its password failed: Not you.' });
});

it('end when nobody waits any more, and say what was done', async () => {
  const log: string[] = [];
  const error = await failure(writeSteps(AbortSignal.abort(new Error('over')), [step('a', log)], 'The user was created.'));
  expect([error.outcome, error.message, log]).toEqual(['applied', 'The user was created. Then a failed: over', []]);
});
