import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { checkPolicy } from '../../../../agent/policy/check-policy.js';

it('`agent check` says what is wrong with the policy, who else could change it, and that any script is allowed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-check-policy-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'policy.yaml');
  await writeFile(file, 'version: 1\ndefault: deny\n', { mode: 0o600 });
  expect(await checkPolicy(undefined)).toEqual([]);
  expect(await checkPolicy(file)).toEqual([{ subject: 'policy.file', outcome: 'ok', text: `${file}, 0 rules, default deny` }]);
  await writeFile(file, `version: 1\ndefault: deny\nscripts: {any: true, directories: [.]}\n`);
  await chmod(file, 0o620);
  await chmod(directory, 0o777);
  expect((await checkPolicy(file)).map(({ outcome, text }) => `${outcome} ${text}`)).toEqual([
    expect.stringMatching(/^ok /), expect.stringMatching(/^warning .*policy\.yaml can be written by others/), expect.stringMatching(/^warning .*causeway-check-policy-\S+ can be written by others/),
    'warning scripts.any is set: controllers may send any script',
  ]);
  await writeFile(file, 'default: deny\n');
  expect(await checkPolicy(file)).toEqual([{ subject: 'policy.file', outcome: 'failed', text: expect.stringMatching(/version: is missing: expected 1/) as string }]);
});
