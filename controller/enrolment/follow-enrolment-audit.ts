import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, parseJson, type JsonObject } from '../crest/json.js';
import type { Log } from '../log.js';
import type { AuditSink } from '../store/audit-log.js';
import { isMissing } from '../store/json-file.js';

export interface FollowedAudit {
  readonly dataFolder: string;
  readonly sink: AuditSink;
  /** Older lines are left out. Milliseconds. */
  readonly keep: number;
  readonly log: Log;
  /** Milliseconds between looks. */
  readonly every?: number;
}

const EVERY = 1_000;
const LONGEST_LINE = 1_048_576;

/**
 * Takes `audit/enrolment.jsonl`, which commands write, too, and which needs no database, into the audit. The id of an entry is the
 * digest of its line: read again after a restart, none is there twice. Answers how to end it, after a last look.
 */
export function followEnrolmentAudit({ dataFolder, sink, keep, log, every = EVERY }: FollowedAudit): () => Promise<void> {
  const path = join(dataFolder, 'audit', 'enrolment.jsonl');
  let taken = 0;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const look = async (): Promise<void> => {
    try {
      taken = await takeLines(path, taken, keep, sink);
    } catch (error) {
      if (!isMissing(error)) log.warn({ err: error }, 'the audit of enrolment could not be taken into the database; it is tried again');
    }
    if (!isOver) timer = setTimeout(() => { looking = look(); }, every).unref();
  };
  let looking = look();
  return async () => {
    isOver = true;
    clearTimeout(timer);
    await looking;
    await look();
    await sink.close().catch((error: unknown) => { log.warn({ err: error }, 'the audit of enrolment is taken into the database at the next start'); });
  };
}

/** Answers up to where whole lines were taken. */
async function takeLines(path: string, from: number, keep: number, sink: AuditSink): Promise<number> {
  const { size } = await stat(path);
  if (size === from) return from;
  let at = size < from ? 0 : from;
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { start: at, end: size - 1 }) as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const entry = entryOf(rest.subarray(0, end).toString('utf8'), Date.now() - keep);
      if (entry !== undefined) await sink.write(entry);
      at += end + 1;
      rest = rest.subarray(end + 1);
    }
    if (rest.length > LONGEST_LINE) throw new Error(`${path} has a line of more than ${LONGEST_LINE} bytes`);
  }
  return at;
}

/** Undefined for what is no entry, or an old one. */
function entryOf(line: string, oldest: number): JsonObject | undefined {
  try {
    const content = parseJson(line);
    if (!isObject(content)) return undefined;
    const { time, ...facts } = content;
    if (typeof time !== 'string' || !(Date.parse(time) >= oldest)) return undefined;
    return { _id: createHash('sha256').update(line).digest('hex').slice(0, 32), timestamp: time, eventName: 'enrolment', topic: 'enrolment', ...facts };
  } catch {
    return undefined; // cut off by a crash
  }
}
