import { describe, expect, it } from 'vitest';
import { parseGroup, splitGroups } from '../../../connectors/catalog/racf/output/list-group.js';
import { parseUser, splitUsers } from '../../../connectors/catalog/racf/output/list-user.js';
import { parseSearch } from '../../../connectors/catalog/racf/output/search-listing.js';
import { segmentValues } from '../../../connectors/catalog/racf/attributes/listed-values.js';
import { withoutPrompts } from '../../../connectors/catalog/racf/transport/tso-service.js';
import { TsoCommand } from '../../../connectors/catalog/racf/tso/command.js';
import { ACCOUNT_SEGMENT_ATTRIBUTES } from '../../../connectors/catalog/racf/attributes/segment-attributes.js';
import {
  AUDIT_TRAIL, CICS_SEGMENT, KERB_SEGMENT, LISTGRP_OMVS, LISTGRP_SUBGROUPS, LISTGRP_USERS, LISTUSER_HIDDEN_SEGMENT, LISTUSER_OMVS_TSO, LISTUSER_PROTECTED, NETVIEW_SEGMENT, linesOf,
} from './captured-output.js';

const user = (output: string) => parseUser(linesOf(output))!;

/** The attributes of the segments behind a listing. */
function attributesOf(...segments: readonly string[]): Record<string, unknown> {
  const [listing = []] = splitUsers(linesOf([LISTUSER_PROTECTED, ...segments].join('\n \n')));
  return Object.fromEntries(segmentValues(ACCOUNT_SEGMENT_ATTRIBUTES, parseUser(listing)!.segments).map(({ name, values }) => [name, values]));
}

describe('LISTUSER output', () => {
  it('of nobody is no user', () => {
    expect(splitUsers(linesOf('ICH30001I UNABLE TO LOCATE USER    ENTRY SQUIDWRD'))).toEqual([]);
    expect(parseUser([])).toBeUndefined();
  });

  it('that hides a segment is refused, since its attributes would read as cleared', () => {
    expect(() => user(LISTUSER_HIDDEN_SEGMENT)).toThrow(/IRR52021I You are not authorized to view OMVS segments/);
  });

  it('is read whole: dates, groups, segments', () => {
    const listing = user(LISTUSER_OMVS_TSO);
    expect(listing).toMatchObject({
      userId: 'SQUIDWRD', name: 'SQUIDWARD', owner: 'LEONARD', defaultGroup: 'SYS1', passwordDate: '00.000', passwordInterval: '186', phraseDate: 'N/A', attributes: [],
      revokeDate: '10/22/23', resumeDate: '11/02/23', lastAccess: '23.294/12:20:06', classAuthorizations: [], model: undefined, logonDays: 'ANYDAY', logonTime: 'ANYTIME',
      connections: [{ group: 'SYS1', authority: 'USE', owner: 'LEONARD', universalAccess: 'NONE' }], securityLevel: 'NONE SPECIFIED', securityLabel: 'NONE SPECIFIED',
    });
    expect(Object.fromEntries(listing.segments.get('TSO')!)).toMatchObject({ ACCTNUM: 'SB29', PROC: 'PROC', SIZE: '00001024', SYSOUTCLASS: 'O' });
    expect(Object.fromEntries(listing.segments.get('OMVS')!)).toMatchObject({ UID: '0000001919', HOME: '/u/squidward', MEMLIMIT: '4G' });
  });

  it('of a user without a password says PROTECTED', () => {
    expect(user(LISTUSER_PROTECTED)).toMatchObject({ name: 'UNKNOWN', attributes: ['PROTECTED'], passwordDate: 'N/A', passwordInterval: 'N/A', lastAccess: 'UNKNOWN' });
  });

  it('of several users is taken apart', () => {
    const lines = [...linesOf(LISTUSER_OMVS_TSO), ...linesOf(LISTUSER_PROTECTED)];
    expect(splitUsers(lines).map((listing) => parseUser(listing)?.owner)).toEqual(['LEONARD', 'LEONARD']);
  });

  it('takes a name that looks like a field for a name', () => {
    const lines = linesOf(LISTUSER_PROTECTED.replace('NAME=UNKNOWN  ', 'NAME=A OWNER=B CREATED=1   '));
    expect(parseUser(lines)).toMatchObject({ name: 'A OWNER=B CREATED=1', owner: 'LEONARD' });
  });

  it('takes nothing out of the installation data', () => {
    const lines = linesOf(LISTUSER_PROTECTED.replace(' NO-INSTALLATION-DATA', ' INSTALLATION-DATA=X\n ATTRIBUTES=SPECIAL\n  GROUP=EVIL      AUTH=JOIN     CONNECT-OWNER=EVIL      CONNECT-DATE=24.001'));
    expect(parseUser(lines)).toMatchObject({ attributes: ['PROTECTED'], connections: [{ group: 'SYS1' }] });
  });

  it('takes no heading of a segment out of the installation data', () => {
    const lines = linesOf(LISTUSER_PROTECTED.replace(' NO-INSTALLATION-DATA', ' INSTALLATION-DATA=X\nOMVS INFORMATION\nUID= 0000000000'));
    expect(parseUser(lines)).toMatchObject({ logonDays: 'ANYDAY', connections: [{ group: 'SYS1' }], segments: new Map() });
  });

  it('is read up to the audit trail behind it', () => {
    const withText = AUDIT_TRAIL.replace('MMAPAREAMAX= NONE', 'MMAPAREAMAX= NONE\nMEMLIMIT= 4G');
    expect(attributesOf(withText)).toEqual({ OMVS_UID: [2424], OMVS_HOME: ['/u/squidwrd'], OMVS_PROGRAM: ['/bin/sh'], OMVS_MEMLIMIT: ['4G'] });
  });

  it('has numbers on several lines, and lists with commas', () => {
    expect(attributesOf(CICS_SEGMENT, NETVIEW_SEGMENT, KERB_SEGMENT)).toEqual({
      CICS_OPCLASS: Array.from({ length: 24 }, (_, index) => 24 - index), CICS_OPPRTY: [255], CICS_TIMEOUT: ['00:00 (HH:MM)'], CICS_XRFSOFF: ['NOFORCE'],
      NETVIEW_IC: ['START'], NETVIEW_CONSNAME: ['DJONES1'], NETVIEW_CTL: ['GLOBAL'], NETVIEW_MSGRECVR: ['YES'], NETVIEW_OPCLASS: [1, 2], NETVIEW_DOMAINS: ['D1,D2'], NETVIEW_NGMFADMN: ['YES'],
      KERB_ENCRYPT: ['DES', 'DES3', 'DESD', 'AES128', 'AES256', 'AES128SHA2', 'AES256SHA2'],
    });
  });

  it('goes on behind a line that is full', () => {
    const path = `/u/${'x'.repeat(200)}`;
    const wrapped = [`HOME= ${path}`.slice(0, 79), `HOME= ${path}`.slice(79, 158), `HOME= ${path}`.slice(158)];
    expect(attributesOf(['OMVS INFORMATION', '----------------', ...wrapped, 'MEMLIMIT= NONE', 'SHMEMMAX= 2G'].join('\n'))).toEqual({ OMVS_HOME: [path], OMVS_SHMEMMAX: ['2G'] });
  });

  it.each([
    ['its end', LISTUSER_PROTECTED.slice(0, LISTUSER_PROTECTED.indexOf('SECURITY-LABEL')), /not complete/], ['its groups', LISTUSER_PROTECTED.slice(0, LISTUSER_PROTECTED.indexOf(' LOGON')), /not complete/],
    ['text like its own', LISTUSER_PROTECTED.replace(' NO-INSTALLATION-DATA', ' INSTALLATION-DATA=X\n LOGON ALLOWED   (DAYS)          (TIME)\n ANYDAY  ANYTIME\n  GROUP=EVIL      AUTH=JOIN     CONNECT-OWNER=EVIL      CONNECT-DATE=24.001'), /looks like a part/],
  ])('that is without, or not only with, %s is refused', (_what, output, message) => {
    expect(() => user(output)).toThrow(message);
  });

  it('may list attributes, classes and a model on several lines', () => {
    const lines = linesOf(LISTUSER_PROTECTED.replace(' ATTRIBUTES=PROTECTED', ' ATTRIBUTES=SPECIAL OPERATIONS\n ATTRIBUTES=AUDITOR').replace('CLASS AUTHORIZATIONS=NONE', 'CLASS AUTHORIZATIONS=TERMINAL TAPEVOL\n   DASDVOL').replace('NO-MODEL-NAME', 'MODEL-NAME=RACF.ACCESS'));
    expect(parseUser(lines)).toMatchObject({ attributes: ['SPECIAL', 'OPERATIONS', 'AUDITOR'], classAuthorizations: ['TERMINAL', 'TAPEVOL', 'DASDVOL'], model: 'RACF.ACCESS' });
  });
});

describe('LISTGRP and SEARCH output', () => {
  it('of nothing is nothing', () => {
    expect(splitGroups(['ICH51003I NAME NOT FOUND IN RACF DATA SET'])).toEqual([]);
    expect(parseSearch(['ICH31005I NO ENTRIES MEET SEARCH CRITERIA', '', 'irrcerta'])).toEqual([]);
  });

  it('of a group is read with its users and segments', () => {
    expect(parseGroup(linesOf(LISTGRP_USERS))).toMatchObject({ group: 'TESTGRP0', superiorGroup: 'SYS1', owner: 'ESWIFT', created: '23.150', users: ['ESWIFT', 'LEONARD'], subgroups: [], isTermuacc: true, isUniversal: false, data: undefined, model: undefined });
    expect(parseGroup(linesOf(LISTGRP_OMVS))!.segments.get('OMVS')!.get('GID')).toBe('0001234567');
  });

  it('of a group with subgroups and a segment without a rule is read', () => {
    const [listing = []] = splitGroups(linesOf(LISTGRP_SUBGROUPS));
    expect(parseGroup(listing)).toMatchObject({ group: 'DFPADMN', superiorGroup: 'SYSADMN', created: '06.123', subgroups: ['DFPGRP1', 'DFPGRP2'], users: ['IBMUSER', 'HOTROD'] });
    expect(Object.fromEntries(parseGroup(listing)!.segments.get('DFP')!)).toEqual({ MGMTCLAS: 'DFP2MGMT', STORCLAS: 'DFP2STOR', DATACLAS: 'DFP2DATA', DATAAPPL: 'DFP2APPL' });
  });

  it('of a group is refused where it is cut off, or its data looks like another part of it', () => {
    expect(() => parseGroup(linesOf(LISTGRP_USERS).slice(0, 5))).toThrow(/group TESTGRP0.*not complete/);
    const forged = LISTGRP_USERS.replace('NO INSTALLATION DATA', 'INSTALLATION DATA=X\n    USER(S)=      ACCESS=\n      EVIL          JOIN          000000               NONE');
    expect(() => parseGroup(linesOf(forged))).toThrow(/looks like a part/);
  });

  it('is freed of prompts, and of nothing else', () => {
    const command = new TsoCommand('SEARCH', 'CLASS(USER)', ['NOMASK']);
    expect(withoutPrompts(['READY', ' SEARCH CLASS(USER) NOMASK', 'END', 'READY', 'READY ', 'END', ''], command)).toEqual(['END', 'READY']);
    expect(withoutPrompts(['A', 'END', 'READY '], command)).toEqual(['A', 'END']);
    expect(withoutPrompts(['READY'], command)).toEqual([]);
  });

  it('lists names, generic ones too', () => {
    expect(parseSearch(['ADCDY', 'BJENSEN ', ' X#$@1 (G)'])).toEqual(['ADCDY', 'BJENSEN', 'X#$@1']);
  });
});
