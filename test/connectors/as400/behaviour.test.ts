import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import as400 from '../../../connectors/catalog/as400/index.js';
import { connectionLimits, poolLimits, type As400Config } from '../../../connectors/catalog/as400/config.js';
import { describeConnector } from '../../../connectors/framework/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { As400Fixture, failure, type Values } from './fixture.js';

const secret = (text: string): IcfValue => new GuardedString(text);

/** The create sample of the specification's source. */
const BJENSEN: Values = {
  __NAME__: 'BJENSEN', __PASSWORD__: secret('ASDE1234'), PWDEXP: false, __ENABLE__: true, USRCLS: '*USER', ASTLVL: '*BASIC', CURLIB: '*CRTDFT', INLPGM: '*NONE', INLMNU: 'MAIN', TEXT: 'TEXTFILEDVALUE',
  SPCAUT: ['*AUDIT'], SPCENV: '*S36', DSPSGNINF: '*YES', PWDEXPITV: '323', PWDCHGBLK: '93', LCLPWDMGT: true, LMTDEVSSN: '*NO', MAXSTG: '10000', PTYLMT: 8, JOBD: 'QDFTJOBD', OWNER: '*USRPRF', ACGCDE: '*BLANK',
  DOCPWD: secret('W12345'), MSGQ: '*USRPRF', DLVRY: '*HOLD', SEV: '50', PRTDEV: '*SYSVAL', OUTQ: '*DEV', ATNPGM: '*ASSIST', SRTSEQ: '*HEX', LANGID: 'ENG', CCSID: '*HEX', CHRIDCTL: '*DEVD', SETJOBATR: ['*CCSID'],
  LOCALE: '*C', USROPT: ['*HLPFULL'], UID: '*GEN', HOMEDIR: '*USRPRF', EIMASSOC: ['*NOCHG'], USREXPITV: 99, USREXPDATE: '*USREXPITV', LMTCPB: '*YES', CNTRYID: '*SYSVAL', GRPPRF: 'AZURE', SUPGRPPRF: ['AWS'],
};

/** The answer the source prints, in the time zone of the stand-in. */
const READ_BACK = {
  USROPT: ['*HLPFULL'], SEV: '50', USREXPITV: 99, IsAuthCollectionActive: false, HOMEDIR: '/home/BJENSEN', MAXSTG: '10000', UID: '1279', PTYLMT: 8, __NAME__: 'BJENSEN', PRTDEV: '*SYSVAL', __ENABLE__: true,
  LMTDEVSSN: '*NO', __UID__: 'BJENSEN', SRTSEQ: '*HEX', DSPSGNINF: '*YES', PWDCHGBLK: '93', GRPPRF: 'AZURE', USREXPDATE: '12/06/22', CURLIB: '*CRTDFT', LMTCPB: '*YES', ASTLVL: '*BASIC', SUPGRPPRF: ['AWS'],
  MSGQ: '/QSYS.LIB/QUSRSYS.LIB/BJENSEN.MSGQ', LANGID: 'ENG', CCSID: '65535', PWDEXPITV: '323', IsUserEntitlementRequired: true, TEXT: 'TEXTFILEDVALUE', JOBD: '/QSYS.LIB/QGPL.LIB/QDFTJOBD.JOBD',
  ActionAuditLevel: '*BASIC', ObjectAuditValue: '*NONE', PasswordChangedDate: 'Mon Aug 29 05:15:20 GMT+05:30 2022', ATNPGM: '/QSYS.LIB/QEZMAIN.PGM', LCLPWDMGT: true, INLPGM: '*NONE', USRCLS: '*USER',
  SPCAUT: ['*AUDIT'], SETJOBATR: ['*CCSID'], SPCENV: '*S36', ACGCDE: '', IsPasswordNone: false, DLVRY: '*HOLD', IsAuthCollectionRepositoryExist: false, UserExpirationAction: '*DISABLE',
  INLMNU: '/QSYS.LIB/%LIBL%.LIB/MAIN.MNU', LOCALE: '*C', KBDBUF: '*SYSVAL', OWNER: '*USRPRF', PasswordExpireDate: 'Tue Jul 18 00:00:00 GMT+05:30 2023', PWDEXP: false, OUTQ: '*DEV', CNTRYID: '*SYSVAL',
  CHRIDCTL: '*DEVD', StorageUsed: '12',
};

const UPDATABLE = 'PASSWORD PWDEXP STATUS USRCLS ASTLVL CURLIB INLPGM INLMNU LMTCPB TEXT SPCAUT SPCENV DSPSGNINF PWDEXPITV PWDCHGBLK LCLPWDMGT LMTDEVSSN KBDBUF MAXSTG PTYLMT JOBD OWNER ACGCDE DOCPWD MSGQ DLVRY SEV PRTDEV OUTQ ATNPGM SRTSEQ LANGID CNTRYID CCSID CHRIDCTL SETJOBATR LOCALE USROPT UID HOMEDIR USREXPDATE USREXPITV EIMASSOC GRPPRF SUPGRPPRF'.split(' ');

describe('IBM i over Mapepire', () => {
  let fixture: As400Fixture;
  const sent = () => fixture.host.commands;

  beforeAll(async () => {
    fixture = await As400Fixture.start();
    fixture.host.addGroup('AWS', 116);
    fixture.host.addGroup('AZURE', 117);
  });
  afterAll(() => fixture.stop());

  it('[as400 2] [as400 39] tests by signing on, a command and the administrator\'s own row', async () => {
    await fixture.facade.perform({ kind: 'test' }, fixture.call());
    expect(sent().at(-1)).toBe("CHGJOB DATFMT(*MDY) DATSEP('/')");
    const schema = await fixture.facade.perform({ kind: 'schema' }, fixture.call());
    expect(schema!.objectClasses.map(({ type }) => type)).toEqual([ACCOUNT, GROUP]);
    expect(as400.displayName).toBe('AS400 Connector');
  });

  it('[as400 4] refuses a profile without __NAME__', async () => {
    expect(await failure(fixture.create({ TEXT: 'x' }))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
  });

  it.each([
    ['[as400 5]', 'ELEVENCHARS', /1 to 10 characters/], ['[as400 6]', "A'B", /letters, digits/], ['[as400 6]', 'A B', /letters, digits/], ['[as400 6]', 'ÄB', /letters, digits/],
    ['[as400 7]', '1ABC', /give Q1ABC/], ['[as400 6]', '*ALL', /letters, digits/],
  ])('%s refuses the name "%s"', async (_behaviour, name, message) => {
    const error = await failure(fixture.create({ __NAME__: name }));
    expect([error.kind, error.message]).toEqual(['invalidAttributeValue', expect.stringMatching(message)]);
    expect(sent().filter((command) => command.startsWith('CRTUSRPRF'))).toEqual([]);
  });

  it('[as400 6] [as400 7] takes #, $, _, @ and a digit behind a Q', async () => {
    for (const name of ['#A$_@', 'Q1ABC']) expect(await fixture.create({ __NAME__: name })).toBe(name);
  });

  it('gives a profile no password unless it is told one: the default of the command would be its name', async () => {
    await fixture.create({ __NAME__: 'nopwd' });
    expect(sent().at(-1)).toBe('CRTUSRPRF USRPRF(NOPWD) PASSWORD(*NONE)');
    expect((await fixture.read('NOPWD'))['IsPasswordNone']).toBe(true);
    await fixture.remove('NOPWD');
  });

  it('[as400 8] [as400 9] [as400 10] [as400 11] [as400 12] [as400 13] [as400 14] [as400 15] [as400 16] [as400 17] [as400 18] [as400 19] [as400 20] [as400 21] [as400 22] [as400 23] [as400 24] [as400 25] creates and reads back the profile of the documentation', async () => {
    expect(await fixture.create(BJENSEN)).toBe('BJENSEN');
    expect(await fixture.read('BJENSEN')).toEqual({ ...READ_BACK, UID: expect.stringMatching(/^\d+$/) as string });
    expect(fixture.host.passwords.get('BJENSEN')).toBe('ASDE1234');
  });

  it('[as400 26] returns USPRF and STATUS when they are asked for', async () => {
    expect(await fixture.read('BJENSEN', ACCOUNT, ['USPRF', 'STATUS'])).toMatchObject({ USPRF: 'BJENSEN', STATUS: 'enable' });
  });

  it('refuses a second profile of the same name', async () => {
    expect(await failure(fixture.create({ __NAME__: 'bjensen' }))).toMatchObject({ kind: 'alreadyExists', message: expect.stringContaining('CPF2214') as string });
  });

  it('[as400 26] [as400 27] deactivates and activates with nothing else, by __ENABLE__ or STATUS', async () => {
    await fixture.update('BJENSEN', { __ENABLE__: false });
    expect([sent().at(-1), (await fixture.read('BJENSEN'))['__ENABLE__']]).toEqual(['CHGUSRPRF USRPRF(BJENSEN) STATUS(*DISABLED)', false]);
    await fixture.update('BJENSEN', { STATUS: 'enable' });
    expect([sent().at(-1), (await fixture.read('BJENSEN'))['__ENABLE__']]).toEqual(['CHGUSRPRF USRPRF(BJENSEN) STATUS(*ENABLED)', true]);
    expect(await failure(fixture.update('BJENSEN', { STATUS: 'perhaps' }))).toMatchObject({ kind: 'invalidAttributeValue' });
    expect(await failure(fixture.update('BJENSEN', { STATUS: 'enable', __ENABLE__: true }))).toMatchObject({ kind: 'invalidAttributeValue' });
  });

  it('[as400 28] resets a password with nothing else, and shows it nowhere', async () => {
    await fixture.update('BJENSEN', { __PASSWORD__: secret("it's(new)") });
    expect(sent().at(-1)).toBe("CHGUSRPRF USRPRF(BJENSEN) PASSWORD('it''s(new)')");
    expect(fixture.host.passwords.get('BJENSEN')).toBe("it's(new)");
    expect(Object.keys(await fixture.read('BJENSEN'))).not.toContain('__PASSWORD__');
    const error = await failure(fixture.update('BJENSEN', { __PASSWORD__: secret('abc') }));
    expect([error.kind, error.message]).toEqual(['invalidPassword', expect.not.stringContaining('abc')]);
    expect(await failure(fixture.update('BJENSEN', { __PASSWORD__: secret('*USRPRF') }))).toMatchObject({ kind: 'invalidPassword', outcome: 'notApplied' });
  });

  it('takes every attribute in the form it is returned in', async () => {
    const read = await fixture.read('BJENSEN');
    const own = ['UID', 'USREXPITV', 'PWDEXP'];
    const writable = Object.fromEntries(Object.entries(read).filter(([name]) => UPDATABLE.includes(name) && !own.includes(name)));
    await fixture.create({ __NAME__: 'COPY', ...writable });
    expect(await fixture.read('COPY')).toMatchObject(writable);
    await fixture.remove('COPY');
  });

  it('sends what is so already not once more, as the IBM i may refuse it', async () => {
    const read = await fixture.read('BJENSEN');
    const writable = Object.entries(read).filter(([name]) => UPDATABLE.includes(name));
    await fixture.update('BJENSEN', Object.fromEntries([...writable, ['TEXT', 'NEW'], ['USROPT', ['*HLPFULL']]]));
    expect(sent().at(-1)).toMatch(/^CHGUSRPRF USRPRF\(BJENSEN\)(?= .*PWDEXP\(\*NO\))(?= .*TEXT\('NEW'\))(?: (?:PWDEXP|TEXT)\([^)]*\)){2}$/);
    await fixture.update('BJENSEN', { TEXT: read['TEXT']!, USREXPDATE: read['USREXPDATE']!, USREXPITV: 50 });
    expect(sent().at(-1)).toBe("CHGUSRPRF USRPRF(BJENSEN) TEXT('TEXTFILEDVALUE') USREXPITV(50) USREXPDATE(*USREXPITV)");
    await fixture.update('BJENSEN', { USREXPITV: 99 });
    expect(await fixture.read('BJENSEN')).toEqual(read);
  });

  it.each(['2040-01-01', '9999-12-31T00:00:00Z', '12/31/2099', '12/31/1939', '2022-13-01'])('refuses the date %s, which would become another', async (USREXPDATE) => {
    expect(await failure(fixture.update('BJENSEN', { USREXPDATE }))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
  });

  it('[as400 30] can change exactly the attributes of the documentation', async () => {
    const [account] = (await fixture.facade.perform({ kind: 'schema' }, fixture.call()))!.objectClasses;
    const changeable = account!.attributes.filter(({ flags }) => !flags.includes('NOT_UPDATEABLE')).map(({ name }) => name);
    expect(changeable.filter((name) => !['__PASSWORD__', '__ENABLE__'].includes(name)).sort()).toEqual([...UPDATABLE].sort());
  });

  it.each(['PreviousSignOn', 'PasswordChangedDate', 'PasswordExpireDate', 'StorageUsed', 'IsPasswordNone', 'UserExpirationAction', 'ObjectAuditValue', 'ActionAuditLevel', 'AUT', 'USPRF'])('[as400 31] refuses to change %s', async (name) => {
    expect(await failure(fixture.update('BJENSEN', { [name]: 'OTHER' }))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
  });

  it('[as400 31] takes what is so already for unchanged, and then runs no command', async () => {
    const before = sent().length;
    await fixture.update('BJENSEN', { StorageUsed: '12', USPRF: 'BJENSEN' });
    expect(sent()).toHaveLength(before);
  });

  it('[as400 10] [as400 32] reads supplemental groups whose names fill their columns', async () => {
    for (const name of ['TENLETTERS', 'ELEVEN_TEN']) fixture.host.addGroup(name, 200);
    await fixture.update('BJENSEN', { SUPGRPPRF: ['TENLETTERS', 'ELEVEN_TEN', 'AWS'] });
    expect((await fixture.read('BJENSEN'))['SUPGRPPRF']).toEqual(['TENLETTERS', 'ELEVEN_TEN', 'AWS']);
    await fixture.update('BJENSEN', { SUPGRPPRF: ['AWS'] }, ACCOUNT, 'REMOVE');
    expect((await fixture.read('BJENSEN'))['SUPGRPPRF']).toEqual(['TENLETTERS', 'ELEVEN_TEN']);
    await fixture.update('BJENSEN', { SUPGRPPRF: null, GRPPRF: null });
    expect(await fixture.read('BJENSEN')).toMatchObject({ GRPPRF: '*NONE' });
  });

  it('[as400 19] sets an interval alone together with *USREXPITV', async () => {
    await fixture.update('BJENSEN', { USREXPITV: 10 });
    expect(sent().at(-1)).toBe('CHGUSRPRF USRPRF(BJENSEN) USREXPITV(10) USREXPDATE(*USREXPITV)');
    expect((await fixture.read('BJENSEN'))['USREXPDATE']).toBe('09/08/22');
  });

  it('[as400 33] query-all-ids answers names, of users and of groups, and reads nothing else', async () => {
    expect(await fixture.ids(undefined, ACCOUNT, [])).toEqual(['#A$_@', 'BJENSEN', 'Q1ABC', 'QSECADM']);
    expect(fixture.server.seen.sql.at(-1)).toMatch(/^SELECT AUTHORIZATION_NAME FROM/);
    expect(await fixture.ids(undefined, GROUP, [])).toEqual(['AWS', 'AZURE', 'ELEVEN_TEN', 'TENLETTERS']);
  });

  it('[as400 35] reads a group by its name, and refuses to change it', async () => {
    expect(await fixture.read('AWS', GROUP)).toEqual({ GID: '116', __NAME__: 'AWS', GRPAUT: '*NONE', GRPAUTTYP: '*PRIVATE', __UID__: 'AWS' });
    for (const work of [fixture.create({ __NAME__: 'NEW' }, GROUP), fixture.update('AWS', { GID: '1' }, GROUP), fixture.remove('AWS', GROUP)]) expect(await failure(work)).toMatchObject({ kind: 'unsupportedOperation' });
  });

  it('knows nobody by a name that cannot be one', async () => {
    for (const name of ["X' OR 1=1 --", 'ELEVENCHARS']) {
      expect(await failure(fixture.update(name, { TEXT: 'x' }))).toMatchObject({ kind: 'unknownUid', outcome: 'notApplied' });
      expect(await failure(fixture.remove(name))).toMatchObject({ kind: 'unknownUid', outcome: 'notApplied' });
    }
  });

  it('does not take a group for an account', async () => {
    expect(await fixture.get('AWS')).toBeUndefined();
    for (const work of [fixture.update('AWS', { TEXT: 'x' }), fixture.remove('AWS')]) expect(await failure(work)).toMatchObject({ kind: 'unknownUid', outcome: 'notApplied' });
    expect(fixture.host.rows.has('AWS')).toBe(true);
  });

  it('[as400 36] filters groups by their identifier on the IBM i, and anything else beside it', async () => {
    expect(await fixture.ids({ kind: 'equals', attribute: Attribute.of('__NAME__', 'AWS') }, GROUP)).toEqual(['AWS']);
    expect(fixture.server.seen.sql.at(-1)).toContain('AND AUTHORIZATION_NAME = ?');
    expect(await fixture.ids({ kind: 'equals', attribute: Attribute.of('GID', '117') }, GROUP)).toEqual(['AZURE']);
    expect(await fixture.ids({ kind: 'startsWith', attribute: Attribute.of('__NAME__', '#A$_') })).toEqual(['#A$_@']);
    expect(await fixture.ids({ kind: 'startsWith', attribute: Attribute.of('__NAME__', '%') })).toEqual([]);
  });

  it('[as400 34] deletes a user', async () => {
    await fixture.remove('BJENSEN');
    expect([sent().at(-1), await fixture.get('BJENSEN')]).toEqual(['DLTUSRPRF USRPRF(BJENSEN)', undefined]);
    expect(await failure(fixture.remove('BJENSEN'))).toMatchObject({ kind: 'unknownUid' });
    expect(await failure(fixture.update('BJENSEN', { TEXT: 'x' }))).toMatchObject({ kind: 'unknownUid' });
  });

  it('reads more rows than fit into one answer, and closes the cursor of a search that is left', async () => {
    for (let index = 0; index < 450; index++) fixture.host.rows.set(`MANY${index}`, { ...fixture.host.rows.get('QSECADM')!, AUTHORIZATION_NAME: `MANY${index}` });
    expect(await fixture.ids({ kind: 'startsWith', attribute: Attribute.of('__NAME__', 'MANY') })).toHaveLength(450);
    for await (const object of fixture.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: (await import('../../../protocol/model/index.js')).OperationOptions.none }, fixture.call())) {
      expect(object).toBeDefined();
      break;
    }
    await expect.poll(() => fixture.server.seen.openCursors.size).toBe(0);
  });
});

describe('the definition', () => {
  it('[as400 1] [as400 3] has the keys of the Java connector', () => {
    expect(as400.key).toEqual({ bundleName: 'org.forgerock.openicf.connectors.as400-connector', bundleVersion: '1.5.20.26', connectorName: 'org.forgerock.openicf.connectors.as400.As400Connector' });
  });

  it('offers the interfaces of the documentation', () => {
    expect(describeConnector(as400).interfaces).toEqual(['Create', 'Delete', 'Schema', 'Script on Connector', 'Search', 'Test', 'Update']);
  });

  it('[as400 37] takes the documented limits where nothing is configured, and negative numbers for none', () => {
    const nothing = { maximumConnections: 10, maxLifetime: null, maxInactivity: null, maxUseTime: null, maxUseCount: null, isRunMaintenance: true } as unknown as As400Config;
    expect(connectionLimits(nothing)).toEqual({ maximumConnections: 10, maxLifetime: 86_400_000, maxInactivity: 3_600_000, maxUseTime: Infinity, maxUseCount: Infinity });
    expect(poolLimits(nothing)).toMatchObject({ maxObjects: 10, maxIdle: 10, minEvictableIdleTime: 3_600_000 });
    expect(connectionLimits({ ...nothing, maximumConnections: -1, maxUseCount: 5 })).toMatchObject({ maximumConnections: Infinity, maxUseCount: 5 });
    expect(poolLimits({ ...nothing, isRunMaintenance: false }).minEvictableIdleTime).toBe(2 ** 31 - 1);
  });
});
