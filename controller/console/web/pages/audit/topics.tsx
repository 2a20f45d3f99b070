import type { JSX } from 'preact';
import type { Json, JsonObject } from '../../api/rest.ts';
import type { Column } from '../../components/data-table.tsx';
import { Mark } from '../../components/mark.tsx';
import { ObjectLink } from '../../components/object-link.tsx';
import { ShownValue, textOf } from '../objects/shown-value.tsx';

export type AuditEntry = JsonObject & { readonly _id: string };

export interface AuditTopic {
  readonly topic: string;
  readonly title: string;
  readonly columns: readonly Column<AuditEntry>[];
  /** What it is worth to filter by. */
  readonly properties: readonly string[];
}

const plain = (name: string, property: string): Column<AuditEntry> => ({ name, value: (entry) => <ShownValue value={entry[property]} /> });
const object = (name: string, property: string): Column<AuditEntry> => ({ name, value: (entry) => <ObjectLink id={textOrNull(entry[property])} /> });
const result = (property: string): Column<AuditEntry> => ({ name: 'Result', value: (entry) => <Result value={entry[property]} /> });

function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function Result({ value }: { readonly value: Json | undefined }): JSX.Element {
  const text = textOrNull(value);
  return text === null ? <span class="quiet">–</span> : <Mark tone={/^SUCCESS/.test(text) ? 'ok' : /^FAIL/.test(text) ? 'bad' : 'idle'}>{text.toLowerCase()}</Mark>;
}

/** Identities say their event in small letters, and what is an alarm beside it. */
function EnrolmentEvent({ entry }: { readonly entry: AuditEntry }): JSX.Element {
  return entry['alarm'] === true ? <Mark tone="bad">{textOf(entry['event'])}</Mark> : <>{textOf(entry['event'])}</>;
}

export const TOPICS: readonly AuditTopic[] = [
  {
    topic: 'recon', title: 'Reconciliation', properties: ['reconId', 'mapping', 'entryType', 'situation', 'action', 'status', 'sourceObjectId', 'targetObjectId', 'message', 'timestamp'],
    columns: [plain('Mapping', 'mapping'), plain('Entry', 'entryType'), plain('Situation', 'situation'), plain('Action', 'action'), object('Source', 'sourceObjectId'), object('Target', 'targetObjectId'), result('status'), plain('Message', 'message')],
  },
  {
    topic: 'sync', title: 'Changes', properties: ['mapping', 'situation', 'action', 'status', 'sourceObjectId', 'targetObjectId', 'transactionId', 'message', 'timestamp'],
    columns: [plain('Mapping', 'mapping'), plain('Situation', 'situation'), plain('Action', 'action'), object('Source', 'sourceObjectId'), object('Target', 'targetObjectId'), result('status'), plain('Message', 'message')],
  },
  {
    topic: 'activity', title: 'Activity', properties: ['userId', 'operation', 'objectId', 'status', 'message', 'transactionId', 'timestamp'],
    columns: [plain('User', 'userId'), plain('Operation', 'operation'), object('Object', 'objectId'), result('status'), plain('Message', 'message')],
  },
  {
    topic: 'authentication', title: 'Sign-ins', properties: ['event', 'result', 'principal', 'method', 'from', 'reason', 'timestamp'],
    columns: [plain('User', 'principal'), plain('Event', 'event'), plain('By', 'method'), plain('From', 'from'), result('result'), plain('Reason', 'reason')],
  },
  {
    topic: 'enrolment', title: 'Enrolment', properties: ['event', 'agent', 'group', 'serial', 'from', 'reason', 'token', 'timestamp'],
    columns: [{ name: 'Event', value: (entry) => <EnrolmentEvent entry={entry} /> }, plain('Agent', 'agent'), plain('Group', 'group'), plain('Serial number', 'serial'), plain('From', 'from'), plain('Reason', 'reason')],
  },
];
