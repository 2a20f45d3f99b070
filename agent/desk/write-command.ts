import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { OperationOptions, Uid, type BatchTask } from '../../protocol/model/index.js';
import { isObject, parseJson, writeJson, type JsonValue } from '../../protocol/crest/json.js';
import { CliError, EXIT } from '../cli/exit-codes.js';
import { notOffered, withDesk, type DeskIo, type DeskOptions, type DeskSession } from './desk-session.js';
import { dryRun, dryRunJson, dryRunText } from './dry-run.js';
import type { Shape } from './object-classes.js';
import { timings } from './timings.js';
import { changedAttributes, createdAttributes, type WrittenOptions } from './written-attributes.js';

export interface WriteOptions extends DeskOptions, WrittenOptions {
  readonly class: string;
  readonly uid: readonly string[];
  /** Uids a line, or objects with `_id`; `-` is standard input. */
  readonly from?: string | undefined;
  readonly yes?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

type Kind = BatchTask['kind'];
const OFFERED = { create: 'CreateApiOp', update: 'UpdateApiOp', delete: 'DeleteApiOp' } as const;

/** `connectors create|update|delete`: asked for on a terminal, or with --yes; with --dry-run nothing is written. */
export function write(kind: Kind, options: WriteOptions, io: DeskIo): Promise<void> {
  return withDesk(options, io, async (session) => {
    const refused = notOffered(session, OFFERED[kind], kind);
    if (refused !== undefined) throw refused;
    const shape = await session.shapeOf(options.class);
    const tasks = await tasksOf(kind, shape, options, io);
    if (options.dryRun === true) {
      for (const task of tasks) await rehearse(session, task, shape);
      return;
    }
    await confirmed(kind, tasks.length, session, options);
    await carryOut(session, kind, tasks);
  });
}

async function rehearse(session: DeskSession, task: BatchTask, shape: Shape): Promise<void> {
  const result = await dryRun(session, task, shape);
  await session.output.write(session.isJson ? `${writeJson(dryRunJson(result))}\n` : dryRunText(result));
}

async function tasksOf(kind: Kind, shape: Shape, options: WriteOptions, io: DeskIo): Promise<readonly BatchTask[]> {
  const common = { objectClass: shape.type.objectClass, options: OperationOptions.none };
  if (kind === 'create') {
    if (options.uid.length > 0) throw new CliError('A create takes no --uid: the target gives the object one.', EXIT.usage);
    return [{ kind, ...common, attributes: await createdAttributes(shape, options, io) }];
  }
  const uids = [...options.uid, ...options.from === undefined ? [] : await uidsFrom(options.from, io)];
  if (uids.length === 0) throw new CliError(`Say which objects: --uid UID${kind === 'delete' ? ', or --from FILE with one a line' : ''}.`, EXIT.usage);
  if (kind === 'delete') return uids.map((uid) => ({ kind, ...common, uid: new Uid(uid) }));
  const changed = await changedAttributes(shape, options, io);
  return uids.map((uid) => ({ kind, ...common, uid: new Uid(uid), ...changed }));
}

async function uidsFrom(path: string, io: DeskIo): Promise<string[]> {
  const { createReadStream } = await import('node:fs');
  const uids: string[] = [];
  try {
    for await (const line of createInterface({ input: path === '-' ? io.input : createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
      const text = line.trim();
      if (text !== '') uids.push(text.startsWith('{') ? idOf(parseJson(text)) : text);
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`--from ${path} cannot be read (${error instanceof SyntaxError ? 'a line that begins with { is no JSON' : (error as NodeJS.ErrnoException).code ?? 'unknown error'}).`, EXIT.usage);
  }
  return uids;
}

function idOf(value: JsonValue): string {
  const id = isObject(value) ? value['_id'] : undefined;
  if (typeof id === 'string' && id !== '') return id;
  throw new CliError('--from: an object has no _id.', EXIT.usage);
}

async function confirmed(kind: Kind, count: number, { io, target, note }: DeskSession, { yes, replay, from }: WriteOptions): Promise<void> {
  if (yes === true || replay !== undefined) return;
  const what = `${kind} ${count === 1 ? 'one object' : `${count} objects`} at ${target.name}`;
  if (io.input.isTTY !== true || from === '-') throw new CliError(`This would ${what}. Give --yes to have it done, or --dry-run to see what it would be.`, EXIT.usage);
  io.tell(`This will ${what}. Go on? [y/N] `);
  const lines = createInterface({ input: io.input });
  try {
    for await (const line of lines) {
      if (['y', 'yes'].includes(line.trim().toLowerCase())) return;
      break;
    }
  } finally {
    lines.close();
  }
  note('Given up; nothing was changed.');
  throw new CliError('Not confirmed.', EXIT.failure);
}

/** One after the other, each journaled and audited; the first that fails ends it, with what was done before. */
async function carryOut(session: DeskSession, kind: Kind, tasks: readonly BatchTask[]): Promise<void> {
  const { desk, output } = session;
  const timing = timings(session);
  const done = { create: 'created', update: 'updated', delete: 'deleted' }[kind];
  try {
    for (const task of tasks) {
      const uid = await desk.facade.perform(task, { ...session.call(), operationId: `desk-${randomUUID()}`, once: true });
      timing.one();
      const id = uid?.value ?? (task.kind === 'create' ? null : task.uid.value);
      await output.write(session.isJson ? `${writeJson({ _id: id, outcome: done })}\n` : `${done} ${id ?? '(the target gave no uid)'}\n`);
    }
  } finally {
    session.note(timing.text(`object ${done}`, timing.count < tasks.length ? ` of ${tasks.length}` : '').replace(`object ${done}s`, `objects ${done}`));
  }
}
