import type { Readable, Writable } from 'node:stream';
import { performance } from 'node:perf_hooks';
import { anySignal, ConnectorError, type CallContext, type Operation } from '../../protocol/model/index.js';
import { ResourceError } from '../../protocol/crest/resource-error.js';
import type { SessionLog } from '../../protocol/session/contract.js';
import type { TargetTraffic } from '../../connectors/framework/index.js';
import { CliError, EXIT } from '../cli/exit-codes.js';
import { deskConfig } from './desk-config.js';
import { DeskOutput } from './desk-output.js';
import { targetOf, type DeskTarget, type FindConnector, type TargetOptions } from './desk-target.js';
import { shapeOfFile, shapeOfSchema, shapeWithoutSchema, type Shape } from './object-classes.js';
import { openDesk, type Desk } from './open-desk.js';
import { trafficOption } from './recording/traffic-option.js';
import { watchedTraffic } from './watched-traffic.js';

/** What a command at the desk works with besides its arguments; a test hands in its own. */
export interface DeskIo {
  readonly out: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly input: Readable & { readonly isTTY?: boolean };
  /** Notes, timings, questions: never results. */
  readonly tell: (text: string) => void;
  readonly environment: NodeJS.ProcessEnv;
  /** The person gives up. */
  readonly signal: AbortSignal;
  /** @default the registry's */
  readonly load?: FindConnector | undefined;
}

export interface DeskOptions extends TargetOptions {
  readonly config?: string | undefined;
  readonly json?: boolean | undefined;
  readonly table?: boolean | undefined;
  readonly record?: string | undefined;
  readonly replay?: string | undefined;
  readonly explain?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

/** One command under way. */
export interface DeskSession {
  readonly desk: Desk;
  readonly target: DeskTarget;
  readonly output: DeskOutput;
  readonly io: DeskIo;
  readonly options: DeskOptions;
  /** What the facade said about its last search: who filters, sorts and pages. */
  readonly plans: readonly object[];
  /** What went to the target, for people; undefined where nobody could look, or nobody asked. */
  sent(): readonly string[] | undefined;
  /** What stands between connector and target: a recording, or nothing. */
  readonly traffic: TargetTraffic | undefined;
  /** Results for a machine: JSON lines. */
  readonly isJson: boolean;
  call(): CallContext;
  note(text: string): void;
  /** Milliseconds since the operation began. */
  elapsed(): number;
  shapeOf(objectClass: string): Promise<Shape>;
}

/** Opens what the options name, runs the work, and closes it whatever comes. Failures leave as CliErrors. */
export async function withDesk(options: DeskOptions, io: DeskIo, work: (session: DeskSession) => Promise<void>): Promise<void> {
  const desk = await deskConfig(options.config ?? io.environment['CAUSEWAY_CONFIG'], io.environment);
  const tell = (text: string): void => { if (options.quiet !== true) io.tell(`${text}\n`); };
  try {
    const taps = await trafficOption(options, io);
    try {
      const target = await targetOf(await taps.completed(options), io.environment, io.load);
      for (const note of [...desk.notes, ...target.notes, ...taps.notes]) tell(`note: ${note}`);
      const plans: object[] = [];
      const watched = options.explain === true ? watchedTraffic(taps.traffic) : undefined;
      const opened = await openDesk({ desk, target, log: deskLog(options, io, plans), traffic: watched?.traffic ?? taps.traffic });
      try {
        const session = sessionOf({ desk: opened, target, io, options, plans, note: tell, traffic: taps.replays ? taps.traffic : undefined, sent: () => (watched?.isKnown() === true ? watched.sent : undefined) });
        await work(session);
        io.signal.throwIfAborted();
      } finally {
        await opened.close();
      }
    } finally {
      const said = await taps.close();
      if (said !== undefined) tell(said);
    }
  } catch (error) {
    throw forPeople(error, io);
  } finally {
    await desk.close();
  }
}

function sessionOf(parts: Pick<DeskSession, 'desk' | 'target' | 'io' | 'options' | 'plans' | 'note' | 'sent' | 'traffic'>): DeskSession {
  const { desk, target, io, options } = parts;
  const output = new DeskOutput(io.out, io.signal);
  const signal = anySignal(io.signal, output.closed);
  const begun = performance.now();
  let count = 0;
  const call = (): CallContext => ({ signal, operationId: `desk-${process.pid}-${count += 1}` });
  return {
    ...parts, output, call,
    isJson: options.json === true || (options.table !== true && io.out.isTTY !== true),
    elapsed: () => performance.now() - begun,
    shapeOf: async (objectClass) => {
      if (target.types !== undefined && target.types.size > 0) return shapeOfFile(target.types, objectClass);
      if (!desk.facade.supportedOperations.has('SchemaApiOp')) return shapeWithoutSchema(objectClass);
      const schema = await desk.facade.perform({ kind: 'schema' }, call());
      return schema === null ? shapeWithoutSchema(objectClass) : shapeOfSchema(schema, objectClass);
    },
  };
}

/** What the facade plans is kept for --explain; warnings are told; the rest only where it is asked for. */
function deskLog({ verbose = false, quiet = false }: DeskOptions, { tell }: DeskIo, plans: object[]): SessionLog {
  const line = (level: string) => (fields: object, message: string): void => { if (verbose) tell(`${level}: ${message} ${JSON.stringify(fields)}\n`); };
  return {
    debug: (fields, message) => {
      if (message === 'Search planned') plans.push(fields);
      line('debug')(fields, message);
    },
    info: line('info'),
    warn: (fields, message) => {
      if (verbose) line('warning')(fields, message);
      else if (!quiet && message !== 'operation') tell(`warning: ${message}\n`);
    },
    error: (fields, message) => { if (verbose) line('error')(fields, message); else tell(`error: ${message}\n`); },
  };
}

function forPeople(error: unknown, io: DeskIo): unknown {
  if (io.signal.aborted) return new CliError('Given up.', EXIT.failure, { cause: error });
  if (error instanceof ConnectorError) {
    // The journal says it by itself of a write it has noted.
    const outcome = error.outcome === undefined || error.message.includes('Outcome: ') ? '' : error.outcome === 'notApplied' ? ' Nothing was changed.' : error.outcome === 'applied' ? ' The change was made.' : ' Whether the change was made is not known: look at the object.';
    return new CliError(`${error.message}${outcome}\n(${error.kind}: ${error.javaClass})`, error.kind === 'configuration' ? EXIT.usage : EXIT.failure, { cause: error });
  }
  if (error instanceof ResourceError) return new CliError(error.message, error.code < 500 ? EXIT.usage : EXIT.failure, { cause: error });
  return error;
}

/** The operation this target does not offer, in a sentence; undefined where it does. */
export function notOffered({ desk, target }: Pick<DeskSession, 'desk' | 'target'>, operation: Parameters<Desk['facade']['supportedOperations']['has']>[0], kind: Operation['kind']): CliError | undefined {
  if (desk.facade.supportedOperations.has(operation)) return undefined;
  return new CliError(`${target.connector.displayName} does not offer ${kind} under this configuration; it offers: ${[...desk.facade.supportedOperations].map((one) => one.replace('ApiOp', '')).join(', ')}.`, EXIT.usage);
}
