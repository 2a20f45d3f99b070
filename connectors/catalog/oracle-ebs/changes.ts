import type { SqlText } from '../../engines/sql/sql-text.js';
import type { EbsAccount } from './account.js';
import { assignmentKey, type Assignment } from './assignments.js';
import type { EbsColumn } from './columns.js';
import { isoDay } from './dates.js';
import { RESPONSIBILITY } from './object-classes.js';
import { refuse, type WantedAccount, type WantedAssignment, type WantedValue } from './request-values.js';
import { addResponsibility, changeUserName, deleteResponsibility, disableUser, enableUser, updateUser } from './user-package.js';

/** The calls that make the account what the request wants, in an order in which none undoes another. */
export function changeCalls(account: EbsAccount, wanted: WantedAccount, owner: string): SqlText[] {
  checkFixed(account, wanted);
  const name = wanted.name ?? account.name;
  const values = changedValues(account, wanted);
  const password = wanted.password?.reveal();
  return [
    ...(name === account.name ? [] : [changeUserName(account.name, name)]),
    ...(values.size === 0 && password === undefined ? [] : [updateUser({ name, owner, password, values })]),
    ...enableCalls(account, wanted, name),
    ...assignmentCalls(name, account.assignments, wanted.responsibilities),
  ];
}

function checkFixed(account: EbsAccount, { readOnly, values }: WantedAccount): void {
  for (const [column, value] of readOnly) {
    const held = account.values.get(column) ?? '';
    const given = column.kind === 'date' && value !== '' ? isoDay(column.attribute, value) : value;
    if (given !== held) refuse(`${column.attribute} cannot be set: EBS does.`);
  }
  for (const [column, value] of values) if (column.attribute === 'START_DATE' && value === null) refuse('START_DATE cannot be empty: every account of EBS has one.');
}

/** Only what differs: an update sets LAST_UPDATE_DATE, and with it looks like a change to everybody. */
function changedValues(account: EbsAccount, wanted: WantedAccount): Map<EbsColumn, WantedValue> {
  return new Map([...wanted.values].filter(([column, value]) => String(value ?? '') !== (account.values.get(column) ?? '')));
}

/** `__ENABLE__` as it is changes nothing: the start date of an account that works stays. */
function enableCalls(account: EbsAccount, { enabled }: WantedAccount, name: string): SqlText[] {
  if (enabled === undefined || enabled === account.isEnabled) return [];
  return [enabled ? enableUser(name) : disableUser(name)];
}

/** Calls after which exactly the listed responsibilities are assigned; those left out are ended, never deleted. */
export function assignmentCalls(name: string, held: readonly Assignment[], wanted: readonly WantedAssignment[] | undefined): SqlText[] {
  if (wanted === undefined) return [];
  const heldByKey = new Map(held.map((assignment) => [assignmentKey(assignment), assignment]));
  const listed = new Set<string>();
  const calls: SqlText[] = [];
  for (const assignment of wanted) {
    const key = assignmentKey(assignment);
    if (listed.has(key)) refuse(`${RESPONSIBILITY} lists ${assignment.application} ${assignment.key} twice.`);
    listed.add(key);
    calls.push(...assigning(name, heldByKey.get(key), assignment));
  }
  const left = held.filter((assignment) => assignment.isCurrent && !listed.has(assignmentKey(assignment)));
  return [...left.map((assignment) => deleteResponsibility(name, assignment)), ...calls];
}

const differs = (given: string | undefined, held: string | undefined): boolean => given !== undefined && given !== held;

function assigning(name: string, held: Assignment | undefined, wanted: WantedAssignment): SqlText[] {
  if (held === undefined) return [addResponsibility(name, wanted)];
  const otherDates = differs(wanted.start, held.start) || differs(wanted.end, held.end);
  if (!held.isCurrent) {
    // Listed as it was read, it stays ended; with other dates, or none, it is assigned again.
    const isAsRead = wanted.start === held.start && wanted.end === held.end;
    return isAsRead ? [] : [addResponsibility(name, wanted)];
  }
  if (otherDates) {
    refuse(`the dates of the responsibility ${held.application} ${held.key} of ${name} cannot be changed: it has ${held.start ?? 'no start'} to ${held.end ?? 'no end'}. Remove the responsibility, then add it again.`);
  }
  return differs(wanted.description, held.description) ? [addResponsibility(name, { ...wanted, start: held.start, end: held.end })] : [];
}
