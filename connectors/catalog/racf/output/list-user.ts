import { fieldOf, linesBefore, partsBehind, requireOne, splitListings } from './listings.js';
import { parseSegments, type SegmentListing } from './segment-listing.js';

/** One `GROUP=` entry of LISTUSER. */
export interface Connection {
  readonly group: string;
  readonly authority: string;
  readonly owner: string;
  readonly universalAccess: string;
}

/** A user profile as LISTUSER shows it; undefined where it says that there is none. */
export interface UserListing {
  readonly userId: string;
  readonly name: string;
  readonly owner: string;
  readonly defaultGroup: string | undefined;
  readonly passwordDate: string | undefined;
  readonly passwordInterval: string | undefined;
  readonly phraseDate: string | undefined;
  /** SPECIAL, REVOKED …; empty for NONE. */
  readonly attributes: readonly string[];
  /** mm/dd/yy, as the commands take dates. */
  readonly revokeDate: string | undefined;
  readonly resumeDate: string | undefined;
  readonly lastAccess: string | undefined;
  readonly classAuthorizations: readonly string[];
  readonly model: string | undefined;
  readonly logonDays: string | undefined;
  readonly logonTime: string | undefined;
  readonly connections: readonly Connection[];
  readonly securityLevel: string | undefined;
  readonly securityLabel: string | undefined;
  readonly segments: ReadonlyMap<string, SegmentListing>;
}

const FIRST_LINE = /^\s*USER=(\S+)\s+NAME=(.*)\s+OWNER=(\S+)\s+CREATED=\S+\s*$/;
const INSTALLATION_DATA = /^\s*(?:NO-)?INSTALLATION-DATA/;
const CLASS_AUTHORIZATIONS = /^\s*CLASS AUTHORIZATIONS=/;
const LOGON = /^\s*LOGON ALLOWED\s+\(DAYS\)\s+\(TIME\)\s*$/;
/** The last field of BASE. */
const SECURITY_LABEL = /^\s*SECURITY-LABEL=(.*)$/;
const MONTHS = ['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE', 'JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'];

/** The listings of one LISTUSER command. */
export function splitUsers(lines: readonly string[]): readonly (readonly string[])[] {
  return splitListings(lines, FIRST_LINE);
}

/** All values of a field that may take several lines, as words. */
function wordsOf(lines: readonly string[], field: RegExp): readonly string[] {
  const words = lines.flatMap((line) => (field.exec(line)?.[1] ?? '').split(/[\s,]+/));
  return [...new Set(words.filter((word) => word !== '' && word !== 'NONE'))];
}

/** `OCTOBER 22, 2023` → `10/22/23` */
function date(listed: string | undefined): string | undefined {
  const [, month = '', day = '', year = ''] = /^([A-Z]+) (\d{1,2}), \d{2}(\d{2})$/.exec(listed ?? '') ?? [];
  const index = MONTHS.indexOf(month);
  if (index < 0) return listed === undefined || listed === 'NONE' ? undefined : listed;
  return `${String(index + 1).padStart(2, '0')}/${day.padStart(2, '0')}/${year}`;
}

/** The last of the fields before INSTALLATION-DATA; may take several lines. */
function classAuthorizations(lines: readonly string[]): readonly string[] {
  const start = lines.findIndex((line) => CLASS_AUTHORIZATIONS.test(line));
  if (start < 0) return [];
  const [first = '', ...more] = lines.slice(start);
  return wordsOf([first.replace(CLASS_AUTHORIZATIONS, ''), ...more], /^(.*)$/);
}

function connections(lines: readonly string[]): Connection[] {
  return lines.flatMap((line, index) => {
    const [, group, authority, owner] = /^\s*GROUP=(\S+)\s+AUTH=(\S+)\s+CONNECT-OWNER=(\S+)\s+CONNECT-DATE=/.exec(line) ?? [];
    if (group === undefined || authority === undefined || owner === undefined) return [];
    const universalAccess = /\sUACC=(\S+)/.exec(lines[index + 1] ?? '')?.[1] ?? 'NONE';
    return [{ group, authority, owner, universalAccess }];
  });
}

/** Days and time, the first line behind the heading and its rule. */
function logonTimes(lines: readonly string[]): Pick<UserListing, 'logonDays' | 'logonTime'> {
  const line = lines.find((text) => text.trim() !== '' && !/^\s*-+\s*$/.test(text)) ?? '';
  const [, logonDays, logonTime] = /^\s*(.*?)\s{2,}(\S.*?)\s*$/.exec(line) ?? [];
  return { logonDays, logonTime };
}

/** The fields before INSTALLATION-DATA. */
function headFields(head: readonly string[]) {
  return {
    defaultGroup: fieldOf(head, /^\s*DEFAULT-GROUP=(\S+)/),
    passwordDate: fieldOf(head, /\sPASSDATE=\s*(\S+)/),
    passwordInterval: fieldOf(head, /\sPASS-INTERVAL=\s*(\S+)/),
    phraseDate: fieldOf(head, /\sPHRASEDATE=\s*(\S+)/),
    attributes: wordsOf(head, /^\s*ATTRIBUTES=(.*)$/),
    revokeDate: date(fieldOf(head, /^\s*REVOKE DATE=(.*?)\s+RESUME DATE=/)),
    resumeDate: date(fieldOf(head, /\sRESUME DATE=(.*?)\s*$/)),
    lastAccess: fieldOf(head, /^\s*LAST-ACCESS=(\S+)/),
    classAuthorizations: classAuthorizations(head),
  };
}

/**
 * One listing of LISTUSER: BASE, then the segments asked for. INSTALLATION-DATA, which anybody may have written, stands between
 * the fields of the head and the line with the model; neither is looked for in the other's lines. Layout: RACF General User's
 * Guide, SA23-2298, "Finding out how you are defined to RACF".
 */
export function parseUser(listing: readonly string[]): UserListing | undefined {
  const [, userId, name, owner] = FIRST_LINE.exec(listing[0] ?? '') ?? [];
  if (userId === undefined || name === undefined || owner === undefined) return undefined;
  requireOne(listing, `user ${userId}`, (line) => LOGON.test(line));
  requireOne(listing, `user ${userId}`, (line) => SECURITY_LABEL.test(line));
  const logonAt = listing.findIndex((line) => LOGON.test(line));
  const { base, segments } = partsBehind(listing, logonAt);
  const head = linesBefore(base.slice(1), INSTALLATION_DATA);
  const behindHead = base.slice(1 + head.length);
  const tail = base.slice(logonAt + 1);
  return {
    userId, name: name.trim(), owner, ...headFields(head), ...logonTimes(tail),
    model: linesBefore(behindHead, LOGON).flatMap((line) => /^\s*MODEL-NAME=(\S+)/.exec(line)?.[1] ?? []).at(-1),
    connections: connections(tail),
    securityLevel: fieldOf(tail, /^\s*SECURITY-LEVEL=(.*)$/),
    securityLabel: fieldOf(tail, SECURITY_LABEL),
    segments: parseSegments(segments),
  };
}
