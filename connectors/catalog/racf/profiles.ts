import { ACCOUNT, ConnectorError, GROUP, UID } from '../../../protocol/model/index.js';
import { unreadFields } from './attributes/listed-values.js';
import { ACCOUNT_SEGMENT_ATTRIBUTES, GROUP_SEGMENT_ATTRIBUTES } from './attributes/segment-attributes.js';
import { ACCOUNT_SEGMENTS, GROUP_SEGMENTS, type Segment } from './attributes/segments.js';
import { list, type RacfSession } from './connection.js';
import { parseGroup, splitGroups, type GroupListing } from './output/list-group.js';
import { parseUser, splitUsers, type UserListing } from './output/list-user.js';
import { TsoCommand, isProfileName, profileName } from './tso/command.js';
import { failureOf, messagesOf } from './tso/messages.js';

export type ProfileClass = typeof ACCOUNT | typeof GROUP;

export function profileClass(objectClass: string): ProfileClass {
  const [known] = [ACCOUNT, GROUP].filter((name) => name.toLowerCase() === objectClass.toLowerCase());
  if (known === ACCOUNT || known === GROUP) return known;
  throw new ConnectorError('unsupportedOperation', `The RACF connector has no object class ${objectClass}: use __ACCOUNT__ or __GROUP__.`);
}

/** The segments to list for a class of profiles. */
function listedSegments(configured: readonly Segment[], known: readonly Segment[]): string[] {
  return configured.filter((segment) => known.includes(segment));
}

/** Answers for a name that is not there stand among the listings of the others. */
const NOT_THERE: ReadonlySet<string> = new Set(['ICH30001I', 'ICH51003I', 'ICH32001I', 'ICH30011I', 'ICH32002I']);

/** Anything RACF says besides: without it, a list would be short without a word. */
function refuseOthers(command: TsoCommand, lines: readonly string[]): void {
  const told = lines.filter((line) => messagesOf([line]).some(({ id }) => !NOT_THERE.has(id)));
  const failure = failureOf(command, told);
  // IRR52021I belongs to one listing, whose parser says more.
  if (failure !== undefined && !told.every((line) => line.includes('IRR52021I'))) throw failure;
}

/** One name is given as it is, several in parentheses. */
function named(names: readonly string[]): string {
  return names.length === 1 ? names[0] ?? '' : `(${names.join(' ')})`;
}

/** Two listings of one name: one of them is text in another profile that looks like a listing. */
function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new ConnectorError('connector', `RACF lists ${twice} twice among ${names.join(', ')}: the installation data of one of them looks like a listing. Correct it.`, { outcome: 'notApplied' });
}

/** The profiles of those names that are there, in one command. What looks like a listing of another was written into one of them. */
export async function listUsers(session: RacfSession, names: readonly string[], signal: AbortSignal): Promise<readonly UserListing[]> {
  const command = new TsoCommand('LISTUSER', named(names), listedSegments(session.segments, ACCOUNT_SEGMENTS));
  const lines = await list(session, command, signal);
  refuseOthers(command, lines);
  const users = splitUsers(lines).map(parseUser).filter((user) => user !== undefined).filter(({ userId }) => names.includes(userId));
  refuseTwice(users.map(({ userId }) => userId));
  session.noteUnread(users.flatMap((user) => unreadFields(ACCOUNT_SEGMENT_ATTRIBUTES, user.segments)));
  return users;
}

export async function listGroups(session: RacfSession, names: readonly string[], signal: AbortSignal): Promise<readonly GroupListing[]> {
  const command = new TsoCommand('LISTGRP', named(names), listedSegments(session.segments, GROUP_SEGMENTS));
  const lines = await list(session, command, signal);
  refuseOthers(command, lines);
  const groups = splitGroups(lines).map(parseGroup).filter((group) => group !== undefined).filter(({ group }) => names.includes(group));
  refuseTwice(groups.map(({ group }) => group));
  session.noteUnread(groups.flatMap((group) => unreadFields(GROUP_SEGMENT_ATTRIBUTES, group.segments)));
  return groups;
}

function unknown(what: string, name: string): ConnectorError {
  return new ConnectorError('unknownUid', `RACF has no ${what} ${name}.`, { outcome: 'notApplied' });
}

/** The name in a uid. Throws `unknownUid` for what cannot be one: nobody has it. */
export function requireName(uid: string, what: string): string {
  if (!isProfileName(uid)) throw unknown(what, `"${uid}"`);
  return profileName(uid, UID);
}

export async function requireUser(session: RacfSession, uid: string, signal: AbortSignal): Promise<UserListing> {
  const name = requireName(uid, 'user');
  const [user] = await listUsers(session, [name], signal);
  if (user === undefined) throw unknown('user', name);
  return user;
}

export async function requireGroup(session: RacfSession, uid: string, signal: AbortSignal): Promise<GroupListing> {
  const name = requireName(uid, 'group');
  const [group] = await listGroups(session, [name], signal);
  if (group === undefined) throw unknown('group', name);
  return group;
}
