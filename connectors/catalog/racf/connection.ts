import type { OpenContext } from '../../framework/spi.js';
import { ConnectorError, withOutcome } from '../../../protocol/model/index.js';
import { segmentsOf, type RacfConfig } from './config.js';
import type { Segment } from './attributes/segments.js';
import { openRseApi } from './transport/rse-api.js';
import type { TsoService } from './transport/tso-service.js';
import { openZosmf } from './transport/zosmf.js';
import type { TsoCommand } from './tso/command.js';
import { failureOf } from './tso/messages.js';

/** One operation's view of z/OS; the connections behind it are the configuration's. */
export interface RacfSession {
  readonly config: RacfConfig;
  /** Those of the configuration, BASE left out. */
  readonly segments: readonly Segment[];
  readonly tso: TsoService;
  /** Says once for all sessions that the fields of a listing, `TSO USERDATA` and the like, are not read. */
  noteUnread(fields: readonly string[]): void;
}

async function openService(config: RacfConfig, context: OpenContext): Promise<TsoService> {
  if (config.acceptSelfSignedCertificates) context.log.warn({ host: config.hostName }, 'acceptSelfSignedCertificates is true: anybody could stand in for z/OS with a certificate of their own.');
  return config.restApi.trim().toUpperCase() === 'ZOSMF' ? openZosmf(config, context) : openRseApi(config, context);
}

export async function open(config: RacfConfig, context: OpenContext): Promise<RacfSession> {
  const tso = await context.shared('tso', () => openService(config, context), (service) => service.close());
  const noted = await context.shared('unread fields', () => Promise.resolve(new Set<string>()), () => Promise.resolve());
  return {
    config, segments: segmentsOf(config.segments), tso,
    noteUnread(fields) {
      const unheard = fields.filter((field) => !noted.has(field));
      for (const field of unheard) noted.add(field);
      if (unheard.length > 0) context.log.info({ fields: unheard }, 'RACF lists fields of the segments that no attribute is read from.');
    },
  };
}

/** The connections are closed with the configuration. */
export async function close(): Promise<void> {
  return Promise.resolve();
}

/**
 * The output of a command that only lists; what it refuses is up to the caller, as it may list some of what was asked. However
 * it ends, nothing was changed.
 */
export async function list({ tso }: RacfSession, command: TsoCommand, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return await tso.run(command, signal);
  } catch (error) {
    throw error instanceof ConnectorError ? withOutcome(error, 'notApplied') : error;
  }
}

/**
 * Runs the commands of one write one after another. Where one is refused behind others that were carried out, the error says
 * which, and that the outcome is not "nothing".
 */
export async function carryOut({ tso }: RacfSession, commands: readonly TsoCommand[], signal: AbortSignal): Promise<void> {
  const done: string[] = [];
  for (const command of commands) {
    try {
      signal.throwIfAborted();
      const failure = failureOf(command, await tso.run(command, signal));
      if (failure !== undefined) throw failure;
    } catch (error) {
      if (done.length === 0 || !(error instanceof ConnectorError)) throw error;
      throw new ConnectorError(error.kind, `${error.message} Already carried out: ${done.join(', ')}. Look at the profile, and finish by an update what is missing.`, { cause: error, outcome: 'unknown' });
    }
    done.push(command.toString());
  }
}
