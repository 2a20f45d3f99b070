import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../../controller/log.js';
import { openScripts, type OpenScripts } from '../../../../controller/mappings/open-scripts.js';
import { postRetryScripts } from '../../../../controller/sync/post-retry-script.js';
import { scheduleScripts } from '../../../../controller/schedules/mapping-script-runner.js';
import { sandboxWorker } from '../../../support/sandbox-worker.js';

let open: OpenScripts;
afterEach(() => open.close());
const letter = { token: '7', systemIdentifier: 'hr', objectType: 'account', uid: 'u', failedRecord: { mail: 'x' }, failureCause: 'no' };
const signal = AbortSignal.timeout(60_000);
const js = (source: string): { type: string; source: string } => ({ type: 'text/javascript', source });
async function start(): Promise<OpenScripts['scripts']> {
  open = openScripts({ router: () => () => Promise.reject(new Error('no router')), projectFolder: '/nowhere', log: silentLog, worker: await sandboxWorker() });
  return open.scripts;
}

describe('a failure handler that is a script', () => {
  it('decides by what it was told', async () => {
    const scripts = postRetryScripts(await start(), '/nowhere');
    await expect(scripts.run(js('throw new Error("again")'), letter, signal)).rejects.toThrow('again');
    const byMail = js('if (syncFailure.failedRecord.mail === "x" && failureCause === "no") { failureHandlers.deadLetterQueue.invoke(context, syncFailure, failureCause); } else { failureHandlers.loggedIgnore.invoke(syncFailure, failureCause); }');
    expect(await scripts.run(byMail, letter, signal)).toBe('dead-letter');
    expect(await scripts.run(byMail, { ...letter, failureCause: 'other' }, signal)).toBe('ignore');
    expect(await scripts.run(js('1 + 1'), letter, signal)).toBe('ignore');
  });
});

describe('a script of a schedule', () => {
  it('is checked when the schedule is, sees its input, and answers the history', async () => {
    const scripts = scheduleScripts(await start(), '/nowhere');
    expect(() => { scripts.check({ type: 'groovy', source: 'x' }); }).toThrow('Groovy');
    expect(() => { scripts.check(js('var =')); }).toThrow('invokeContext.script');
    expect(await scripts.run({ ...js('input.a + b'), globals: { b: 2 } }, { a: 40 }, signal)).toBe(42);
    await expect(scripts.run(js('throw new Error("broken")'), null, signal)).rejects.toThrow('broken');
  });
});
