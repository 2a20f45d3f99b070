import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT, GuardedString, IcfArray, Name, type IcfValue } from '../../../protocol/model/index.js';
import { failure, type ConnectorCaller } from '../../support/connector-caller.js';
import { startSshd, type Sshd } from '../../targets/sshd.js';
import { PowerShellFixture } from './fixture.js';

/** A real OpenSSH server; the stand-in runs behind it in the place of PowerShell. */
describe('PowerShell on another machine', () => {
  let fixture: PowerShellFixture;
  let sshd: Sshd;
  const callers: ConnectorCaller[] = [];
  beforeAll(async () => {
    // The account that logs in is not the one the tests run as.
    [fixture, sshd] = await Promise.all([PowerShellFixture.start({ forOthers: true }), startSshd()]);
  });
  afterEach(async () => { await Promise.all(callers.splice(0).map((caller) => caller.dispose())); });
  afterAll(async () => {
    await sshd.stop();
    await fixture.stop();
  });

  async function connect(settings: Record<string, IcfValue>): Promise<ConnectorCaller> {
    const caller = await fixture.connect({ Create: "$Connector.Result.Uid = process.env.USER + ' made ' + $Connector.Id + ' ' + state.runs" }, {
      sshHost: sshd.host, sshPort: sshd.port, sshUser: sshd.user, sshHostKey: new IcfArray('String', sshd.fingerprints), ...settings,
    });
    callers.push(caller);
    return caller;
  }

  it('[powershell 4] runs the scripts of the agent there, one operation after another in the same interpreter', async () => {
    const caller = await connect({ sshPassword: new GuardedString(sshd.password), executionPolicy: 'RemoteSigned' });
    await caller.test();
    expect((await caller.create(ACCOUNT, new Name('joe'))).value).toBe(`${sshd.user} made joe 1`);
    expect((await caller.create(ACCOUNT, new Name('ann'))).value).toBe(`${sshd.user} made ann 2`);
  });

  it('logs in with a private key', async () => {
    const caller = await connect({ sshPrivateKey: new IcfArray('String', [...sshd.privateKey]) });
    expect((await caller.create(ACCOUNT, new Name('joe'))).value).toContain('made joe');
  });

  it('refuses a host it does not know, and says what is wrong with a login', async () => {
    const unknown = await failure((await connect({ sshPassword: new GuardedString(sshd.password), sshHostKey: new IcfArray('String', []), sshKnownHosts: new IcfArray('String', ['/dev/null']) })).test());
    expect(unknown.message).toMatch(/host key/i);
    const wrong = await failure((await connect({ sshPassword: new GuardedString('not-the-password') })).test());
    expect([wrong.kind, wrong.message.includes('not-the-password')]).toEqual(['invalidCredential', false]);
  });

  it('starts again where the connection was lost, and leaves no outcome of a write in the dark', async () => {
    const caller = await connect({ sshPassword: new GuardedString(sshd.password) });
    await caller.create(ACCOUNT, new Name('joe'));
    await sshd.breakSessions();
    const create = () => caller.create(ACCOUNT, new Name('ann'));
    const again = await create().catch(async (error: unknown) => {
      expect(error).toMatchObject({ outcome: 'unknown' });
      return await create();
    });
    expect(again.value).toBe(`${sshd.user} made ann 1`);
  });
});
