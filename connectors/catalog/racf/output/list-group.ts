import { linesBefore, partsBehind, requireOne, splitListings } from './listings.js';
import { parseSegments, type SegmentListing } from './segment-listing.js';

/** A group profile as LISTGRP shows it. */
export interface GroupListing {
  readonly group: string;
  readonly superiorGroup: string | undefined;
  readonly owner: string;
  readonly created: string;
  readonly data: string | undefined;
  readonly model: string | undefined;
  readonly isTermuacc: boolean;
  readonly isUniversal: boolean;
  readonly subgroups: readonly string[];
  readonly users: readonly string[];
  readonly segments: ReadonlyMap<string, SegmentListing>;
}

const FIRST_LINE = /^\s*INFORMATION FOR GROUP (\S+)\s*$/;
const SECOND_LINE = /^\s*SUPERIOR GROUP=(\S+)\s+OWNER=(\S+)\s+CREATED=(\S+)\s*$/;
const DATA = /^\s*INSTALLATION DATA=\s?(.*)$/;
const MODEL = /^\s*MODEL DATA SET=\s*(\S+)\s*$/;
const NO_MODEL = /^\s*NO MODEL DATA SET\s*$/;
const SUBGROUPS = /^\s*SUBGROUP\(S\)=/;
const MEMBERS = /^\s*(?:NO USERS|USER\(S\)=)/;

/** The listings of one LISTGRP command. */
export function splitGroups(lines: readonly string[]): readonly (readonly string[])[] {
  return splitListings(lines, FIRST_LINE);
}

/** Names separated by blanks, commas or both. */
function subgroupsOf(lines: readonly string[]): readonly string[] {
  const start = lines.findIndex((line) => SUBGROUPS.test(line));
  if (start < 0) return [];
  const [first = '', ...more] = linesBefore(lines.slice(start), MEMBERS);
  return [first.replace(SUBGROUPS, ''), ...more].flatMap((line) => line.split(/[\s,]+/)).filter((name) => name !== '');
}

/** Text that goes on for some lines, up to the line of the next field. */
function dataOf(lines: readonly string[], end: number): string | undefined {
  const start = lines.findIndex((line) => DATA.test(line));
  if (start < 0) return undefined;
  const first = DATA.exec(lines[start] ?? '')?.[1] ?? '';
  return [first, ...lines.slice(start + 1, end < 0 ? start + 1 : end).map((line) => line.trim())].join('').trimEnd();
}

/** Members are listed by name and authority; of a UNIVERSAL group RACF lists only those with more than USE. */
function usersOf(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => /^\s{2,}([A-Z0-9#$@]{1,8})\s+(?:USE|CREATE|CONNECT|JOIN)\s+[\d,]+\s+\S+\s*$/.exec(line)?.[1] ?? []);
}

/** One listing of LISTGRP. Layout: RACF Command Language Reference, SA23-2292, LISTGRP, "Examples". */
export function parseGroup(listing: readonly string[]): GroupListing | undefined {
  const group = FIRST_LINE.exec(listing[0] ?? '')?.[1];
  const [, superior, owner, created] = SECOND_LINE.exec(listing[1] ?? '') ?? [];
  if (group === undefined || owner === undefined || created === undefined) return undefined;
  requireOne(listing, `group ${group}`, (line) => MODEL.test(line) || NO_MODEL.test(line));
  requireOne(listing, `group ${group}`, (line) => MEMBERS.test(line));
  const { base, segments } = partsBehind(listing, listing.findIndex((line) => MEMBERS.test(line)));
  const described = base.slice(2);
  const modelAt = described.findIndex((line) => MODEL.test(line) || NO_MODEL.test(line));
  const rest = described.slice(modelAt + 1);
  return {
    group, owner, created,
    superiorGroup: superior === 'NONE' ? undefined : superior,
    data: dataOf(described, modelAt),
    model: MODEL.exec(described[modelAt] ?? '')?.[1],
    isTermuacc: rest.some((line) => /^\s*TERMUACC\s*$/.test(line)),
    isUniversal: rest.some((line) => /^\s*UNIVERSAL(?: GROUP)?\s*$/.test(line)),
    subgroups: subgroupsOf(rest),
    users: usersOf(rest),
    segments: parseSegments(segments),
  };
}
