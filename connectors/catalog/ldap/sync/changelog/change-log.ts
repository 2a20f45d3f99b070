import { ConnectorError } from '../../../../../protocol/model/index.js';
import type { LdapSession } from '../../connection.js';
import type { Entry } from '../../directory/contract.js';
import { firstText } from '../../directory/entry.js';
import { NO_ATTRIBUTES } from '../../find-entry.js';
import { CHANGE_LOG_ATTRIBUTES } from './change-log-entry.js';

/** Where the change log is and which numbers it holds now. An empty one has last < first, or both 0. */
export interface ChangeLogState { readonly base: string; readonly first: number; readonly last: number }

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,15}(?:\.\d*)?$/.test(text)) return undefined;
  return Number.parseInt(text, 10);
}

/** Reads the numbers afresh: the root DSE of a connection is kept, and they change. */
export async function changeLogState(session: LdapSession, signal: AbortSignal): Promise<ChangeLogState> {
  const entry = await session.directory.read('', ['changeLog', 'firstChangeNumber', 'lastChangeNumber'], signal);
  const base = entry === undefined ? undefined : firstText(entry, 'changeLog');
  const first = entry === undefined ? undefined : wholeNumber(firstText(entry, 'firstChangeNumber'));
  const last = entry === undefined ? undefined : wholeNumber(firstText(entry, 'lastChangeNumber'));
  if (base !== undefined && first !== undefined && last !== undefined) {
    await requireReadable(session, base, signal);
    return { base, first, last };
  }
  throw new ConnectorError('configuration', `The server ${session.directory.url} shows no change log (changeLog, firstChangeNumber and lastChangeNumber of its root DSE). `
    + 'Switch it on (389 Directory Server and Oracle DSEE: the Retro Changelog Plugin; DS: the external change log with change numbers), let the principal read it, or set useTimestampsForSync, which does not report deletes.');
}

/** Everybody may see the numbers; a principal who may not see the entries would pass over all changes without noticing. */
async function requireReadable(session: LdapSession, base: string, signal: AbortSignal): Promise<void> {
  if (await session.directory.read(base, NO_ATTRIBUTES, signal) !== undefined) return;
  throw new ConnectorError('permissionDenied', `The principal ${session.config.principal ?? '(anonymous)'} may not read the change log "${base}" of ${session.directory.url}. Allow it to, or set useTimestampsForSync, which does not report deletes.`);
}

function blockFilter(session: LdapSession, from: number, to: number): string {
  const { config } = session;
  const name = config.changeNumberAttribute.trim() === '' ? 'changeNumber' : config.changeNumberAttribute;
  const numbers = config.filterWithOrInsteadOfAnd
    ? `(|${Array.from({ length: to - from + 1 }, (_, index) => `(${name}=${from + index})`).join('')})`
    : `(${name}>=${from})(${name}<=${to})`;
  const ofClass = config.removeLogEntryObjectClassFromFilter ? '' : '(objectClass=changeLogEntry)';
  return config.filterWithOrInsteadOfAnd && ofClass === '' ? numbers : `(&${ofClass}${numbers})`;
}

export interface NumberedEntry { readonly number: number; readonly entry: Entry }

/** The entries with numbers from `from` to `to`, in order; at most changeLogBlockSize of them. */
export async function readBlock(session: LdapSession, base: string, from: number, to: number, signal: AbortSignal): Promise<NumberedEntry[]> {
  const attribute = session.config.changeNumberAttribute.trim() === '' ? 'changeNumber' : session.config.changeNumberAttribute;
  const block: NumberedEntry[] = [];
  const search = { base, scope: 'one' as const, filter: blockFilter(session, from, to), attributes: [attribute, ...CHANGE_LOG_ATTRIBUTES, `target${session.config.uidAttribute}`] };
  for await (const entry of session.directory.search(search, signal)) {
    const number = wholeNumber(firstText(entry, attribute));
    if (number !== undefined && number >= from && number <= to) block.push({ number, entry });
  }
  // Servers answer mostly, not always, in order.
  return block.sort((a, b) => a.number - b.number);
}
