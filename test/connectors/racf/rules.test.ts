import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT, GROUP, GuardedString, OperationOptions, type IcfValue } from '../../../protocol/model/index.js';
import { LISTUSER_OMVS_TSO, linesOf } from './captured-output.js';
import { RacfFixture, failure, type Values } from './fixture.js';

const object = (fields: Record<string, string>): IcfValue => new Map<IcfValue, IcfValue>(Object.entries(fields));

describe('what RACF attributes may hold', () => {
  let fixture: RacfFixture;
  const sent = () => fixture.racf.commands;
  const last = () => sent().at(-1);

  beforeAll(async () => {
    fixture = await RacfFixture.start();
    for (const name of ['IAM', 'EMPLOYEE']) fixture.racf.addGroup(name);
    await fixture.create({ __NAME__: 'USER1', userId: 'USER1' });
  });
  afterAll(() => fixture.stop());

  it.each<[string, Values]>([
    ['[racf 55]', { DCE_AUTOLOGIN: 'MAYBE' }], ['[racf 55]', { NETVIEW_CTL: 'ALL' }], ['[racf 55]', { OPERPARM_MFORM: 'Z' }],
    ['[racf 56]', { OPERPARM_LEVEL: 'ALL R' }], ['[racf 56]', { OPERPARM_LEVEL: ['IN', 'ALL'] }], ['[racf 56]', { OPERPARM_LEVEL: 'W' }],
    ['[racf 57]', { CICS_OPCLASS: '0' }], ['[racf 57]', { CICS_OPCLASS: '25' }], ['[racf 57]', { CICS_OPPRTY: '256' }], ['[racf 57]', { CICS_OPPRTY: '-1' }],
    ['[racf 57]', { NETVIEW_OPCLASS: '2041' }], ['[racf 57]', { NETVIEW_OPCLASS: '0' }], ['[racf 57]', { KERB_MAXTKTLFE: '0' }],
    ['[racf 58]', { NETVIEW_CONSNAME: 'NINECHARS' }], ['[racf 58]', { CICS_OPIDENT: 'FOUR' }], ['[racf 58]', { CICS_OPIDENT: '' }],
    ['KERB types', { KERB_ENCRYPT: ['ROT13'] }], ['attributes', { ATTRIBUTES: ['ROOT'] }], ['dates', { REVOKE: '13/01/24' }], ['dates RACF takes for others', { REVOKE: '9999-12-31' }], ['dates RACF takes for others', { RESUME: '2071-01-01T00:00:00Z' }], ['days', { WHEN: object({ DAYS: 'SOMEDAY', TIME: 'ANYTIME' }) }],
    ['times', { WHEN: object({ DAYS: 'ANYDAY', TIME: '2561:0000' }) }], ['times', { CICS_TIMEOUT: '1:75' }], ['unknown attributes', { SHOESIZE: '42' }], ['the encoding', { OMVS_HOME: '/u/\u{1f600}' }],
    ['passwords', { __PASSWORD__: new GuardedString('has blank') }], ['several values', { TSO_PROC: ['A', 'B'] }], ['what cannot be cleared', { OWNER: null }], ['names', { NAME: 'more than twenty letters' }],
  ])('%s refuses %o, and changes nothing', async (_rule, values) => {
    const before = sent().length;
    expect(await failure(fixture.update('USER1', values))).toMatchObject({ kind: expect.stringMatching(/^invalid(AttributeValue|Password)$/) as string, outcome: 'notApplied' });
    expect(sent().slice(before).every((command) => command.startsWith('LISTUSER'))).toBe(true);
  });

  it.each<[string, Values, string]>([
    ['[racf 55]', { DCE_AUTOLOGIN: 'yes' }, 'ALTUSER USER1 DCE(AUTOLOGIN(YES))'], ['[racf 55]', { NETVIEW_CTL: 'general' }, 'ALTUSER USER1 NETVIEW(CTL(GENERAL))'],
    ['[racf 55]', { OPERPARM_MFORM: ['J', 'T'] }, 'ALTUSER USER1 OPERPARM(MFORM(J T))'], ['[racf 56]', { OPERPARM_LEVEL: 'R,I CE' }, 'ALTUSER USER1 OPERPARM(LEVEL(R I CE))'],
    ['[racf 56]', { OPERPARM_LEVEL: 'ALL NB' }, 'ALTUSER USER1 OPERPARM(LEVEL(ALL NB))'], ['[racf 57]', { CICS_OPCLASS: '01' }, 'ALTUSER USER1 CICS(OPCLASS(1))'],
    ['[racf 57]', { CICS_OPPRTY: 255 }, 'ALTUSER USER1 CICS(OPPRTY(255))'], ['[racf 58]', { CICS_OPIDENT: "a'b" }, "ALTUSER USER1 CICS(OPIDENT('a''b'))"],
    ['[racf 29]', { CICS_TIMEOUT: '130' }, 'ALTUSER USER1 CICS(TIMEOUT(130))'], ['clears by the operand for it', { TSO_SYS: null }, 'ALTUSER USER1 TSO(NOSYSOUTCLASS)'],
    ['keeps one segment together', { TSO_PROC: 'P', OMVS_UID: 290, TSO_SIZE: '2500' }, 'ALTUSER USER1 TSO(PROC(P) SIZE(2500)) OMVS(UID(290))'],
    ['quotes text', { NAME: "O'Hara (x)" }, "ALTUSER USER1 NAME('O''Hara (x)')"], ['sets a phrase', { PHRASE: new GuardedString("it's a long phrase") }, "ALTUSER USER1 PHRASE('it''s a long phrase')"],
    ['takes ISO dates', { REVOKE: '2024-12-31' }, 'ALTUSER USER1 REVOKE(12/31/24)'], ['[racf 34]', { REVOKE: null, RESUME: null }, 'ALTUSER USER1 NOREVOKE NORESUME'],
    ['[racf 23]', { ATTRIBUTES: ['special', 'AUDITOR'] }, 'ALTUSER USER1 SPECIAL AUDITOR'], ['[racf 23]', { ATTRIBUTES: ['AUDITOR', 'OPERATIONS'] }, 'ALTUSER USER1 NOSPECIAL OPERATIONS'],
    ['has attributes of their own', { AUDITOR: false, GRPACC: 'true' }, 'ALTUSER USER1 NOAUDITOR GRPACC'], ['takes any time back', { WHEN: null }, 'ALTUSER USER1 WHEN(DAYS(ANYDAY) TIME(ANYTIME))'],
    ['sets the authority in the default group', { AUTHORITY: 'JOIN' }, 'ALTUSER USER1 GROUP(SYS1) AUTHORITY(JOIN)'], ['connects to one more group', { GROUP: 'iam' }, 'CONNECT USER1 GROUP(IAM)'],
  ])('%s: %o', async (_rule, values, command) => {
    await fixture.update('USER1', values);
    expect(last()).toBe(command);
  });

  it('returns dates in the form they are taken in', async () => {
    await fixture.update('USER1', { REVOKE: '12/31/24', RESUME: '01/15/25' });
    expect(await fixture.read('USER1')).toMatchObject({ REVOKE: '12/31/24', RESUME: '01/15/25' });
  });

  it('returns attributes of their own, authority and groups when they are asked for', async () => {
    expect(await fixture.read('USER1', ACCOUNT, ['SPECIAL', 'GRPACC', 'AUTHORITY', 'GROUP'])).toMatchObject({ SPECIAL: false, GRPACC: true, AUTHORITY: 'JOIN', GROUP: ['SYS1', 'IAM'] });
    expect(Object.keys(await fixture.read('USER1'))).not.toContain('SPECIAL');
  });

  it('[racf 33] connects, changes and removes; the default group stays', async () => {
    const before = sent().length;
    await fixture.update('USER1', { __GROUP__: [object({ GROUP: 'EMPLOYEE', AUTH: 'CREATE', UACC: 'READ' })] });
    expect(sent().slice(before + 1)).toEqual(['CONNECT USER1 GROUP(EMPLOYEE) AUTHORITY(CREATE) UACC(READ)', 'REMOVE USER1 GROUP(IAM)']);
    expect((await fixture.read('USER1'))['__GROUP__']).toEqual([{ GROUP: 'SYS1', OWNER: 'IBMUSER', AUTH: 'JOIN', UACC: 'NONE' }, { GROUP: 'EMPLOYEE', OWNER: 'IBMUSER', AUTH: 'CREATE', UACC: 'READ' }]);
  });

  it('adds and removes values of lists: groups, classes, attributes, encryption types', async () => {
    await fixture.update('USER1', { __GROUP__: ['IAM'], CLAUTH: ['TERMINAL', 'TAPEVOL'], ATTRIBUTES: ['SPECIAL'] }, ACCOUNT, 'ADD');
    await fixture.update('USER1', { __GROUP__: ['EMPLOYEE'], CLAUTH: ['TERMINAL'], ATTRIBUTES: ['GRPACC'], KERB_ENCRYPT: ['DES'] }, ACCOUNT, 'REMOVE');
    const read = await fixture.read('USER1');
    expect(read).toMatchObject({ CLAUTH: ['TAPEVOL'], KERB_ENCRYPT: ['DES3', 'DESD', 'AES128', 'AES256', 'AES128SHA2', 'AES256SHA2'] });
    expect((read['ATTRIBUTES'] as string[]).includes('SPECIAL') && !(read['ATTRIBUTES'] as string[]).includes('GRPACC')).toBe(true);
    expect((read['__GROUP__'] as unknown as { GROUP: string }[]).map(({ GROUP: group }) => group)).toEqual(['SYS1', 'IAM']);
  });

  it('adds to lists of segments and takes from them, whichever way they are written', async () => {
    await fixture.update('USER1', { CICS_OPCLASS: ['1', '2'], NETVIEW_DOMAINS: 'D1,D2', OPERPARM_MFORM: 'J', TSO_PROC: 'OLD' });
    await fixture.update('USER1', { CICS_OPCLASS: ['02', '3'], NETVIEW_DOMAINS: ['d3'], OPERPARM_MFORM: 'T', TSO_PROC: 'NEW' }, ACCOUNT, 'ADD');
    expect(last()).toBe('ALTUSER USER1 CICS(OPCLASS(1 2 3)) NETVIEW(DOMAINS(D1 D2 D3)) OPERPARM(MFORM(J T)) TSO(PROC(NEW))');
    await fixture.update('USER1', { CICS_OPCLASS: '01', NETVIEW_DOMAINS: 'D1 D3', OPERPARM_MFORM: ['J', 'T'], TSO_PROC: 'NEW' }, ACCOUNT, 'REMOVE');
    expect(last()).toBe('ALTUSER USER1 CICS(OPCLASS(2 3)) NETVIEW(DOMAINS(D2)) OPERPARM(NOMFORM) TSO(NOPROC)');
    await fixture.create({ __NAME__: 'ROLES', GID: 'ROLES', TME_ROLES: 'R1' }, GROUP);
    await fixture.update('ROLES', { TME_ROLES: ['R2'] }, GROUP, 'ADD');
    expect(last()).toBe('ALTGROUP ROLES TME(ROLES(R1 R2))');
    await fixture.update('ROLES', { TME_ROLES: ['r1'], SUPGROUP: 'sys1' }, GROUP, 'REMOVE').catch(() => undefined);
    await fixture.update('ROLES', { TME_ROLES: ['r1'] }, GROUP, 'REMOVE');
    expect(last()).toBe('ALTGROUP ROLES TME(ROLES(R2))');
    await fixture.remove('ROLES', GROUP);
  });

  it('takes a group away that is named in GROUP too, and runs nothing where no value is to be taken', async () => {
    await fixture.update('USER1', { GROUP: 'EMPLOYEE' });
    await fixture.update('USER1', { GROUP: 'employee' }, ACCOUNT, 'REMOVE');
    expect(last()).toBe('REMOVE USER1 GROUP(EMPLOYEE)');
    await fixture.update('USER1', { CLAUTH: null }, ACCOUNT, 'REMOVE').catch(() => undefined);
    expect(sent().slice(-1).every((command) => !command.includes('NOCLAUTH()'))).toBe(true);
  });

  it('makes an account PROTECTED by taking password and phrase away, and refuses to give it one at the same time', async () => {
    await fixture.create({ __NAME__: 'PROT', userId: 'PROT', PHRASE: new GuardedString('a long pass phrase') });
    expect(last()).toBe("ADDUSER PROT PHRASE('a long pass phrase') NOPASSWORD");
    await fixture.update('PROT', { ATTRIBUTES: ['PROTECTED'] });
    expect(last()).toBe('ALTUSER PROT NOPASSWORD NOPHRASE');
    for (const more of [{ __PASSWORD__: new GuardedString('Zq7xWert') }, { PHRASE: new GuardedString('a long pass phrase') }]) {
      expect(await failure(fixture.create({ __NAME__: 'PROT2', userId: 'PROT2', ATTRIBUTES: ['PROTECTED'], ...more }))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    }
    expect(await failure(fixture.update('PROT', { ATTRIBUTES: ['OIDCARD'] }))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    await fixture.remove('PROT');
  });

  it('sets no superior group that a group has, in whatever case it is given', async () => {
    fixture.racf.addGroup('CHILD');
    const before = sent().length;
    await fixture.update('CHILD', { SUPGROUP: 'sys1', OWNER: 'ibmuser' }, GROUP);
    expect(sent().slice(before)).toEqual([expect.stringMatching(/^LISTGRP CHILD/)]);
    await fixture.remove('CHILD', GROUP);
  });

  it('does not know the outcome where RACF ignored an operand: it carries out the others', async () => {
    fixture.racf.answers.push({ begin: 'ALTUSER USER1', lines: ['ICH21005I NOT AUTHORIZED TO SPECIFY SPECIAL, OPERAND IGNORED'] });
    expect(await failure(fixture.update('USER1', { NAME: 'X', SPECIAL: true }))).toMatchObject({ kind: 'permissionDenied', outcome: 'unknown' });
    fixture.racf.answers.length = 0;
  });

  it('finds users whose IDs are prompts of TSO', async () => {
    for (const userId of ['END', 'READY']) await fixture.create({ __NAME__: userId, userId });
    expect(await fixture.ids(undefined, ACCOUNT, ['__NAME__'])).toEqual(expect.arrayContaining(['END', 'READY']));
    for (const userId of ['END', 'READY']) await fixture.remove(userId);
  });

  it('[racf 59] refuses a Kerberos name that another account has', async () => {
    await fixture.create({ __NAME__: 'USER2', userId: 'USER2', KERB_KERBNAME: 'taken' });
    const error = await failure(fixture.update('USER1', { KERB_KERBNAME: 'taken' }));
    expect(error.message).toMatch(/already in use/);
  });

  it('[racf 10] has BASE alone unless segments name more, and says which one is missing', async () => {
    const base = fixture.with({ segments: null });
    await base.perform({ kind: 'test' }, fixture.call());
    const error = await failure(fixture.create({ __NAME__: 'USER3', userId: 'USER3', TSO_PROC: 'P' }, ACCOUNT, base));
    expect([error.kind, error.message]).toEqual(['invalidAttributeValue', expect.stringMatching(/add TSO to segments/)]);
    expect(Object.keys(await fixture.read('USER1', ACCOUNT, undefined, base)).some((name) => /^(?:TSO|OMVS|CICS)_/.test(name))).toBe(false);
    const [account] = (await base.perform({ kind: 'schema' }, fixture.call()))!.objectClasses;
    expect(account!.attributes.some(({ name }) => name.startsWith('TSO_'))).toBe(false);
  });

  it('refuses to read an account whose segments it may not see', async () => {
    fixture.racf.hidden.add('OMVS');
    expect(await failure(fixture.read('USER1'))).toMatchObject({ kind: 'permissionDenied', message: expect.stringContaining('IRR52021I') as string });
    fixture.racf.hidden.clear();
  });

  it('says once which fields of a listing it does not read', async () => {
    fixture.racf.answers.push({ begin: 'LISTUSER SQUIDWRD', lines: linesOf(LISTUSER_OMVS_TSO) });
    for (let time = 0; time < 2; time++) expect(await fixture.read('SQUIDWRD')).toMatchObject({ TSO_ACCTNUM: 'SB29', OMVS_UID: 1919, OMVS_MEMLIMIT: '4G' });
    expect(fixture.log.entries.filter(({ level }) => level === 'info').map(({ fields }) => fields['fields'])).toEqual([['TSO UNIT', 'TSO USERDATA', 'TSO COMMAND']]);
    fixture.racf.answers.length = 0;
  });

  it('takes no listing for a profile of another name than was asked for', async () => {
    fixture.racf.answers.push({ begin: 'LISTUSER NOTTHERE', lines: linesOf(LISTUSER_OMVS_TSO) });
    expect(await fixture.get('NOTTHERE')).toBeUndefined();
    fixture.racf.answers.length = 0;
  });

  it('takes a listing inside another for neither', async () => {
    const [first = '', ...rest] = linesOf(LISTUSER_OMVS_TSO);
    const forged = [first, ...rest.slice(0, 5), ' INSTALLATION-DATA=X', ...linesOf(LISTUSER_OMVS_TSO), ...rest.slice(6)];
    fixture.racf.answers.push({ begin: 'LISTUSER SQUIDWRD', lines: forged });
    expect(await failure(fixture.get('SQUIDWRD'))).toMatchObject({ kind: 'connector', message: expect.stringMatching(/SQUIDWRD/) as string });
    fixture.racf.answers.length = 0;
  });

  it('tells an owner that is not there from an account that is not', async () => {
    expect(await failure(fixture.update('USER1', { OWNER: 'NOBODY' }))).toMatchObject({ kind: 'invalidAttributeValue', message: expect.stringMatching(/ICH21009I UNABLE TO LOCATE .* NOBODY/) as string });
  });

  it('says what had been done when a later command of one request is refused', async () => {
    const error = await failure(fixture.create({ __NAME__: 'USER4', userId: 'USER4', __GROUP__: ['NOSUCH'] }));
    expect([error.kind, error.outcome, error.message]).toEqual(['invalidAttributeValue', 'unknown', expect.stringMatching(/IKJ56702I INVALID GROUP, NOSUCH.*Already carried out: ADDUSER USER4\./)]);
    expect(fixture.racf.users.has('USER4')).toBe(true);
  });

  it('revokes a new account that is not to be enabled', async () => {
    await fixture.create({ __NAME__: 'USER5', userId: 'USER5', __ENABLE__: false, REVOKE: '12/31/24' });
    expect(sent().slice(-3)).toEqual(['ADDUSER USER5 NOPASSWORD', 'ALTUSER USER5 REVOKE(12/31/24)', 'ALTUSER USER5 REVOKE']);
    expect(await fixture.read('USER5')).toMatchObject({ __ENABLE__: false, REVOKE: '12/31/24', ATTRIBUTES: ['PROTECTED'] });
  });

  it.each([
    ['ICH01005I NOT AUTHORIZED TO ISSUE ADDUSER', 'permissionDenied'], ['IKJ56500I COMMAND ADDUSER NOT FOUND', 'configuration'], ['ICH01021I NEW PASS PHRASE REJECTED BY RACF RULES', 'invalidPassword'],
    ['ICH99999I SOMETHING NEW', 'connector'],
  ])('[racf 1] tells what "%s" means', async (line, kind) => {
    fixture.racf.answers.push({ begin: 'ADDUSER REFUSED', lines: [line] });
    const error = await failure(fixture.create({ __NAME__: 'REFUSED', userId: 'REFUSED' }));
    expect([error.kind, error.outcome]).toEqual([kind, kind === 'connector' ? 'unknown' : undefined]);
    fixture.racf.answers.length = 0;
  });

  it('shows no password that RACF repeats in a message', async () => {
    fixture.racf.answers.push({ begin: 'ALTUSER USER1', lines: ['IKJ56702I INVALID PASSWORD, Geheim1'] });
    const error = await failure(fixture.update('USER1', { __PASSWORD__: new GuardedString('Geheim1') }));
    expect([error.kind, error.message]).toEqual(['invalidAttributeValue', expect.not.stringMatching(/geheim1/i)]);
    fixture.racf.answers.length = 0;
  });

  it('knows nobody by an ID that cannot be one, and runs no command for it', async () => {
    const before = sent().length;
    const works = [() => fixture.update('not a name', { NAME: 'X' }), () => fixture.remove('X) NOPASSWORD('), () => fixture.update('TOOLONG99', { DATA: 'X' }, GROUP), () => fixture.remove('TOOLONG99', GROUP)];
    for (const work of works) expect(await failure(work())).toMatchObject({ kind: 'unknownUid', outcome: 'notApplied' });
    expect(sent()).toHaveLength(before);
  });

  it('refuses an object class RACF does not have', async () => {
    expect(await failure(fixture.create({ __NAME__: 'X' }, 'Printer'))).toMatchObject({ kind: 'unsupportedOperation' });
  });

  it('lists many profiles by a few commands', async () => {
    for (let index = 0; index < 25; index++) fixture.racf.run(`ADDUSER MANY${index}`);
    const before = sent().length;
    expect(await fixture.ids({ kind: 'startsWith', attribute: (await import('../../../protocol/model/index.js')).Attribute.of('__NAME__', 'MANY') })).toHaveLength(25);
    expect(sent().slice(before).map((command) => command.split(' ')[0])).toEqual(['SEARCH', 'LISTUSER', 'LISTUSER', 'LISTUSER']);
    expect(await fixture.ids(undefined, GROUP)).toEqual(['EMPLOYEE', 'IAM', 'SYS1']);
  });

  it('lists no more profiles than its caller takes, and none once it is cancelled', async () => {
    const cancel = new AbortController();
    const search = (signal?: AbortSignal) => fixture.facade.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, fixture.call(signal));
    const before = sent().length;
    for await (const object of search()) {
      expect(object).toBeDefined();
      break;
    }
    expect(sent().slice(before).map((command) => command.split(' ')[0])).toEqual(['SEARCH', 'LISTUSER']);
    const results = search(cancel.signal);
    await results.next();
    cancel.abort();
    await expect((async () => { for await (const object of results) expect(object).toBeDefined(); })()).rejects.toBeDefined();
    expect(sent().slice(before).map((command) => command.split(' ')[0])).toEqual(['SEARCH', 'LISTUSER', 'SEARCH', 'LISTUSER']);
  });
});
