import { ConnectorError, Uid, errorKindOf, type OperationKind, type WriteOutcome } from '../../protocol/model/index.js';

/** What a write is, without any of its values. */
export interface Intent {
  readonly operationId: string;
  /** Who asked for it, as authenticated. */
  readonly principal: string;
  readonly kind: OperationKind;
  readonly connector: string;
  /** See FacadeContext. */
  readonly systemId: string;
  readonly objectClass: string | undefined;
  /** Of what is there already. */
  readonly uid: string | undefined;
  /** Of what is to be made: a digest, keyed with a secret of this journal. */
  readonly nameDigest: string | undefined;
  /** Tells one write from another under the same id; keyed, and without secrets. */
  readonly fingerprint: string;
  /** The journal of the server it is passed on to, which can tell what became of it; undefined when nobody can. */
  readonly passedTo?: string | undefined;
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
}

/** How a write ended. `unknown`: nobody saw the end. */
export type Ended = Extract<WriteOutcome, { readonly state: 'applied' | 'failed' }> | { readonly state: 'notApplied' | 'unknown' };

/** Enough of the intent to answer by itself, also when the intent is gone. */
export interface Outcome {
  readonly operationId: string;
  readonly principal: string;
  readonly kind: OperationKind;
  readonly fingerprint: string;
  readonly passedTo?: string | undefined;
  readonly ended: Ended;
  readonly at: number;
}

/** `begin`: the size the segment was made with. `damage`: records from before this moment were lost. `sealed`: the segment ends here. */
export type JournalRecord =
  | { readonly type: 'begin'; readonly at: number; readonly size: number }
  | { readonly type: 'intent'; readonly intent: Intent }
  | { readonly type: 'outcome'; readonly outcome: Outcome }
  | { readonly type: 'damage'; readonly at: number }
  | { readonly type: 'sealed'; readonly at: number };

const LONGEST_TEXT = 1_024;
const LONGEST_UID = 2_048;

/** As one line of JSON with short keys. */
export function recordText(record: JournalRecord): string {
  switch (record.type) {
    case 'intent': {
      const { operationId, principal, kind, connector, systemId, objectClass, uid, nameDigest, fingerprint, passedTo, at } = record.intent;
      return JSON.stringify({ t: 'i', id: operationId, p: principal, k: kind, c: connector, s: systemId, o: short(objectClass, LONGEST_TEXT), u: short(uid, LONGEST_UID), n: nameDigest, f: fingerprint, j: passedTo, at });
    }
    case 'outcome': {
      const { operationId, principal, kind, fingerprint, passedTo, ended, at } = record.outcome;
      return JSON.stringify({ t: 'o', id: operationId, p: principal, k: kind, f: fingerprint, j: passedTo, e: ended.state, ...detail(ended), at });
    }
    case 'begin':
      return JSON.stringify({ t: 'b', at: record.at, z: record.size });
    default:
      return JSON.stringify({ t: record.type === 'damage' ? 'd' : 's', at: record.at });
  }
}

function detail(ended: Ended): object {
  if (ended.state === 'failed') return { x: ended.error.javaClass, m: short(ended.error.message, LONGEST_TEXT) };
  if (ended.state !== 'applied' || ended.uid === undefined) return {};
  const { value, revision } = ended.uid;
  // Half a uid would be another object's.
  return value.length > LONGEST_UID ? {} : { u: value, r: (revision ?? '').length > LONGEST_UID ? undefined : revision };
}

function short(text: string | undefined, longest: number): string | undefined {
  return text === undefined || text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

/** Undefined for what is none of ours: it counts as damage. */
export function recordOf(payload: Buffer): JournalRecord | undefined {
  const fields = fieldsOf(payload);
  const at = fields?.['at'];
  if (fields === undefined || typeof at !== 'number') return undefined;
  switch (fields['t']) {
    case 'i': return intentOf(fields, at);
    case 'o': return outcomeOf(fields, at);
    case 'b': return typeof fields['z'] === 'number' ? { type: 'begin', at, size: fields['z'] } : undefined;
    case 'd': return { type: 'damage', at };
    case 's': return { type: 'sealed', at };
    default: return undefined;
  }
}

function fieldsOf(payload: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(payload.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const optional = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function intentOf(fields: Readonly<Record<string, unknown>>, at: number): JournalRecord | undefined {
  if (typeof fields['id'] !== 'string') return undefined;
  return {
    type: 'intent',
    intent: {
      operationId: fields['id'], principal: text(fields['p']), kind: text(fields['k']) as OperationKind, connector: text(fields['c']), systemId: text(fields['s']),
      objectClass: optional(fields['o']), uid: optional(fields['u']), nameDigest: optional(fields['n']), fingerprint: text(fields['f']), ...passedToOf(fields), at,
    },
  };
}

function outcomeOf(fields: Readonly<Record<string, unknown>>, at: number): JournalRecord | undefined {
  const ended = endedOf(fields);
  if (typeof fields['id'] !== 'string' || ended === undefined) return undefined;
  return { type: 'outcome', outcome: { operationId: fields['id'], principal: text(fields['p']), kind: text(fields['k']) as OperationKind, fingerprint: text(fields['f']), ...passedToOf(fields), ended, at } };
}

function passedToOf({ j }: Readonly<Record<string, unknown>>): Pick<Intent, 'passedTo'> {
  return typeof j === 'string' ? { passedTo: j } : {};
}

function endedOf(fields: Readonly<Record<string, unknown>>): Ended | undefined {
  const uid = optional(fields['u']);
  switch (fields['e']) {
    case 'applied': return uid === undefined || uid.trim() === '' ? { state: 'applied' } : { state: 'applied', uid: new Uid(uid, optional(fields['r'])) };
    case 'failed': return { state: 'failed', error: errorOf(text(fields['x']), text(fields['m'])) };
    case 'notApplied': return { state: 'notApplied' };
    case 'unknown': return { state: 'unknown' };
    default: return undefined;
  }
}

function errorOf(javaClass: string, message: string): ConnectorError {
  const kind = errorKindOf(javaClass);
  return new ConnectorError(kind ?? 'connector', message, { remoteClass: kind === undefined ? javaClass : undefined });
}
