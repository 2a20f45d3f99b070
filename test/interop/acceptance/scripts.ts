import { describe, expect } from 'vitest';
import type { Proofs } from './proof.js';

/** Script actions: a script that fails is an entry with `error`, not an HTTP error. */
export function describeScripts({ world, proves, host }: Proofs): void {
  describe('scripts', () => {
    for (const system of ['csv', 'ldap'] as const) {
      proves('script-on-connector', system, `a Groovy script on the ${system} connector ${host.kind === 'java' ? 'runs' : 'is refused'}`, async () => {
        const answer = await world().send(`${system}?_action=script&scriptId=Add&first=40`, { method: 'POST', body: { second: 2 } });
        if (host.kind === 'java') expect(answer).toMatchObject({ status: 200, body: { actions: [{ result: 42 }] } });
        else expect(answer).toMatchObject({ status: 200, body: { actions: [{ error: expect.stringMatching(/does not run scripts/) as string }] } });
        const broken = await world().ok(`${system}?_action=script&scriptId=Broken`, { method: 'POST' });
        expect(broken).toEqual({ actions: [{ error: expect.stringMatching(host.kind === 'java' ? /on purpose/ : /does not run scripts/) as string }] });
      });

      proves('script-on-resource', system, `the ${system} connector has no scripts on its target: 501`, async () => {
        const answer = await world().send(`${system}?_action=script&scriptId=Add&scriptExecuteMode=resource`, { method: 'POST' });
        expect(answer).toMatchObject({ status: 501, body: { code: 501, message: 'Operation org.identityconnectors.framework.api.operations.ScriptOnResourceApiOp is not supported by the Connector' } });
      });
    }

    proves('errors', 'csv', 'a script nobody defined is 400', async () => {
      expect(await world().send('csv?_action=script&scriptId=Nothing', { method: 'POST' })).toMatchObject({ status: 400, body: { message: 'Script ID: Nothing is not defined.' } });
      expect(await world().send('csv?_action=script', { method: 'POST' })).toMatchObject({ status: 400, body: { message: 'Missing required parameter: scriptId' } });
    });
  });
}
