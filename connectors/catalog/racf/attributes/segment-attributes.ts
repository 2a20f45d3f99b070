import { idleTime, listOf, matching, number, oneOf, quoted, word, yesNo, type OperandValue } from './operand-values.js';
import type { Segment } from './segments.js';

/** One field of a segment: attribute, operand of ADDUSER/ALTUSER (or ADDGROUP/ALTGROUP) and what LISTUSER calls it. */
export interface SegmentAttribute {
  /** `SEGMENT_KEYWORD`, e.g. `TSO_PROC`. */
  readonly name: string;
  readonly segment: Segment;
  readonly operand: string;
  /** Before `=` or `:` in the listing, in upper case. */
  readonly labels: readonly string[];
  readonly write: OperandValue;
  readonly type: 'String' | 'int';
  /** Returned as several values; of the others that hold several, texts are returned as they are listed. */
  readonly isList: boolean;
  /** Takes several values, or one text with several in it; ALTUSER and ALTGROUP replace them all. */
  readonly takesSeveral: boolean;
}

interface Extra { readonly operand?: string; readonly labels?: readonly string[]; readonly isList?: boolean }

const TAKES_SEVERAL = new Set([
  'CICS_OPCLASS', 'CICS_RSLKEY', 'CICS_TSLKEY', 'KERB_ENCRYPT', 'NETVIEW_DOMAINS', 'NETVIEW_OPCLASS', 'TME_ROLES',
  'OPERPARM_AUTH', 'OPERPARM_LEVEL', 'OPERPARM_MFORM', 'OPERPARM_MONITOR', 'OPERPARM_MSCOPE', 'OPERPARM_ROUTCODE',
]);

function field(segment: Segment, keyword: string, write: OperandValue, type: 'String' | 'int' = 'String', extra: Extra = {}): SegmentAttribute {
  return {
    name: `${segment}_${keyword}`, segment, operand: extra.operand ?? keyword, labels: [keyword, ...(extra.labels ?? [])], write, type, isList: extra.isList ?? false,
    takesSeveral: TAKES_SEVERAL.has(`${segment}_${keyword}`),
  };
}

const UNIX_ID = number(0, 2_147_483_647);
/** `12M`, `4G`: a number and a multiplier (z/OS Security Server RACF Command Language Reference, OMVS MEMLIMIT). */
const SIZE = matching(/^\d{1,8}[MGTP]$/, 'has to be a number followed by M, G, T or P');
const UUID = matching(/^[0-9A-F-]{36}$/, 'has to be a UUID');
const words = (...known: readonly string[]): OperandValue => listOf(oneOf(...known));

/** OPERPARM LEVEL: ALL stands for R, I, CE, E and IN, so RACF refuses them beside it. */
const level: OperandValue = (value, attribute) => {
  const list = words('R', 'I', 'CE', 'E', 'IN', 'NB', 'ALL')(value, attribute);
  const levels = list.split(' ');
  return levels.includes('ALL') ? words('ALL', 'NB')(list, attribute) : list;
};

const dfp = (keyword: string): SegmentAttribute => field('DFP', keyword, word(8));
const omvsLimit = (keyword: string, least: number, most: number): SegmentAttribute => field('OMVS', keyword, number(least, most), 'int');
const workAttribute = (keyword: string, longest: number): SegmentAttribute => field('WORKATTR', keyword, quoted(longest));
const routingCodes: OperandValue = listOf(matching(/^(?:ALL|NONE|\d{1,3}|\d{1,3}:\d{1,3})$/, 'has to be ALL, NONE, or numbers from 1 to 128 or ranges of them such as 1:8'));

/** Encryption types of KERB ENCRYPT; a leading NO switches one off. */
export const ENCRYPTION_TYPES = ['DES', 'DES3', 'DESD', 'AES128', 'AES256', 'AES128SHA2', 'AES256SHA2'] as const;

/** z/OS Security Server RACF Command Language Reference, SA23-2292, ADDUSER and ALTUSER: one line an operand. */
export const ACCOUNT_SEGMENT_ATTRIBUTES: readonly SegmentAttribute[] = [
  field('CICS', 'OPCLASS', listOf(number(1, 24)), 'int'),
  field('CICS', 'OPIDENT', quoted(3)),
  field('CICS', 'OPPRTY', number(0, 255), 'int'),
  field('CICS', 'RSLKEY', listOf(number(0, 99)), 'int', { labels: ['RSLKEYS'] }),
  field('CICS', 'TIMEOUT', idleTime),
  field('CICS', 'TSLKEY', listOf(number(0, 99)), 'int', { labels: ['TSLKEYS'] }),
  field('CICS', 'XRFSOFF', oneOf('FORCE', 'NOFORCE')),
  field('DCE', 'AUTOLOGIN', yesNo, 'String', { labels: ['DCE AUTOLOGIN'] }),
  field('DCE', 'DCENAME', quoted(1023)),
  field('DCE', 'HOMECELL', quoted(1023), 'String', { labels: ['HOME CELL'] }),
  field('DCE', 'HOMEUUID', (value, name) => (UUID(value, name), value.trim()), 'String', { labels: ['HOME CELL UUID'] }),
  field('DCE', 'UUID', (value, name) => (UUID(value, name), value.trim())),
  dfp('DATAAPPL'), dfp('DATACLAS'), dfp('MGMTCLAS'), dfp('STORCLAS'),
  field('KERB', 'ENCRYPT', words(...ENCRYPTION_TYPES, ...ENCRYPTION_TYPES.map((type) => `NO${type}`)), 'String', { labels: ['KEY ENCRYPTION TYPE', 'KEY ENCRYPTION TYPES', 'ENCRYPTION TYPE'], isList: true }),
  field('KERB', 'KERBNAME', quoted(240)),
  field('KERB', 'MAXTKTLFE', number(1, 2_147_483_647), 'int', { labels: ['MAX TICKET LIFE'] }),
  field('LANGUAGE', 'PRIMARY', quoted(24), 'String', { labels: ['PRIMARY LANGUAGE'] }),
  field('LANGUAGE', 'SECONDARY', quoted(24), 'String', { labels: ['SECONDARY LANGUAGE'] }),
  field('LNOTES', 'SNAME', quoted(64)),
  field('NDS', 'UNAME', quoted(246)),
  field('NETVIEW', 'CONSNAME', word(8)),
  field('NETVIEW', 'CTL', oneOf('GLOBAL', 'GENERAL', 'SPECIFIC')),
  field('NETVIEW', 'DOMAINS', listOf(word(5))),
  field('NETVIEW', 'IC', quoted(255)),
  field('NETVIEW', 'MSGRECVR', yesNo),
  field('NETVIEW', 'NGMFADMN', yesNo),
  field('NETVIEW', 'OPCLASS', listOf(number(1, 2040)), 'int'),
  omvsLimit('ASSIZEMAX', 10_485_760, 2_147_483_647), omvsLimit('CPUTIMEMAX', 7, 2_147_483_647), omvsLimit('FILEPROCMAX', 3, 524_287),
  field('OMVS', 'HOME', quoted(1023)),
  field('OMVS', 'MEMLIMIT', SIZE),
  omvsLimit('MMAPAREAMAX', 1, 16_777_216), omvsLimit('PROCUSERMAX', 3, 32_767),
  field('OMVS', 'PROGRAM', quoted(1023)),
  field('OMVS', 'SHMEMMAX', SIZE),
  omvsLimit('THREADSMAX', 0, 100_000),
  field('OMVS', 'UID', UNIX_ID, 'int'),
  field('OPERPARM', 'ALTGRP', word(8)),
  field('OPERPARM', 'AUTH', words('MASTER', 'ALL', 'INFO', 'CONS', 'IO', 'SYS')),
  field('OPERPARM', 'CMDSYS', matching(/^(?:\*|[A-Z0-9#$@]{1,8})$/, 'has to be a system name or *')),
  field('OPERPARM', 'DOM', oneOf('NORMAL', 'ALL', 'NONE')),
  field('OPERPARM', 'HC', yesNo),
  field('OPERPARM', 'INTIDS', yesNo),
  field('OPERPARM', 'KEY', word(8)),
  field('OPERPARM', 'LEVEL', level),
  field('OPERPARM', 'LOGCMDRESP', oneOf('SYSTEM', 'NO')),
  field('OPERPARM', 'MFORM', words('J', 'M', 'S', 'T', 'X')),
  field('OPERPARM', 'MIGID', yesNo),
  field('OPERPARM', 'MONITOR', words('JOBNAMES', 'JOBNAMEST', 'SESS', 'SESST', 'STATUS')),
  field('OPERPARM', 'MSCOPE', listOf(matching(/^(?:\*|\*ALL|[A-Z0-9#$@]{1,8})$/, 'has to be system names, * or *ALL'))),
  field('OPERPARM', 'ROUTCODE', routingCodes),
  field('OPERPARM', 'STORAGE', number(1, 2000), 'int'),
  field('OPERPARM', 'UD', yesNo),
  field('OPERPARM', 'UNKNIDS', yesNo),
  field('OVM', 'UID', UNIX_ID, 'int'),
  field('OVM', 'FSROOT', quoted(1023)),
  field('OVM', 'HOME', quoted(1023)),
  field('OVM', 'PROGRAM', quoted(1023)),
  field('PROXY', 'LDAPHOST', quoted(1023)),
  field('PROXY', 'BINDDN', quoted(1023)),
  field('TSO', 'ACCTNUM', quoted(39)),
  field('TSO', 'HOLDCLASS', word(1)),
  field('TSO', 'JOBCLASS', word(1)),
  field('TSO', 'MAXSIZE', number(0, 2_096_128), 'int'),
  field('TSO', 'MSGCLASS', word(1)),
  field('TSO', 'PROC', word(8)),
  field('TSO', 'SIZE', number(0, 2_096_128), 'int'),
  field('TSO', 'SYS', word(1), 'String', { operand: 'SYSOUTCLASS', labels: ['SYSOUTCLASS'] }),
  workAttribute('WANAME', 60), workAttribute('WABLDG', 60), workAttribute('WADEPT', 60), workAttribute('WAROOM', 60),
  workAttribute('WAADDR1', 60), workAttribute('WAADDR2', 60), workAttribute('WAADDR3', 60), workAttribute('WAADDR4', 60),
  workAttribute('WAACCNT', 255), workAttribute('WAEMAIL', 246),
];

/** The same book, ADDGROUP and ALTGROUP. */
export const GROUP_SEGMENT_ATTRIBUTES: readonly SegmentAttribute[] = [
  field('OVM', 'GID', UNIX_ID, 'int'),
  field('OMVS', 'GID', UNIX_ID, 'int'),
  dfp('DATACLAS'), dfp('MGMTCLAS'), dfp('STORCLAS'), dfp('DATAAPPL'),
  field('TME', 'ROLES', listOf(matching(/^[A-Z0-9#$@._-]{1,246}(?::[A-Z0-9#$@._-]{1,246}){0,2}$/, 'has to be role names'))),
];
