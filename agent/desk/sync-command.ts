import { OperationOptions, type SyncDelta, type SyncToken } from '../../protocol/model/index.js';
import { isObject, parseJson, writeJson, type JsonValue } from '../../protocol/crest/json.js';
import { naturalIcfValue } from '../../protocol/provisioner/coerce.js';
import { naturalJson } from '../../protocol/provisioner/json-form.js';
import { CliError, EXIT } from '../cli/exit-codes.js';
import { notOffered, withDesk, type DeskIo, type DeskOptions } from './desk-session.js';
import type { Shape } from './object-classes.js';
import { objectJson } from './object-json.js';
import { timings } from './timings.js';

export interface SyncOptions extends DeskOptions {
  readonly class: string;
  readonly token?: string | undefined;
  readonly latest?: boolean | undefined;
  readonly limit?: number | undefined;
}

/** `connectors sync`: what has changed since a token, one JSON line each; the last line is the token to go on from. */
export function sync(options: SyncOptions, io: DeskIo): Promise<void> {
  return withDesk(options, io, async (session) => {
    const refused = notOffered(session, 'SyncApiOp', 'sync');
    if (refused !== undefined) throw refused;
    const { desk, output } = session;
    const shape = await session.shapeOf(options.class);
    const { objectClass } = shape.type;
    if (options.latest === true) {
      const token = await desk.facade.perform({ kind: 'latestSyncToken', objectClass }, session.call());
      await output.write(`${writeJson({ token: token === null ? null : naturalJson(token.value) })}\n`);
      return;
    }
    const timing = timings(session);
    const changes = desk.facade.stream({ kind: 'sync', objectClass, token: tokenOf(options.token), options: OperationOptions.none }, session.call());
    let last: SyncToken | undefined;
    try {
      while (timing.count < (options.limit ?? Infinity)) {
        const step = await changes.next();
        if (step.done === true) {
          last = step.value ?? last;
          break;
        }
        timing.one();
        last = step.value.token;
        if (!await output.write(`${writeJson(deltaJson(step.value, shape))}\n`)) break;
      }
    } catch (error) {
      if (!output.closed.aborted) throw error;
    } finally {
      await changes.return(undefined);
    }
    if (last !== undefined) await output.write(`${writeJson({ token: naturalJson(last.value) })}\n`);
    await output.flush();
    session.note(timing.text('change'));
  });
}

function tokenOf(text: string | undefined): SyncToken | null {
  return text === undefined ? null : { value: naturalIcfValue(tokenJson(text)) };
}

/** Numbers come back as numbers; `{"token": …}` is a line of ours. */
function tokenJson(text: string): JsonValue {
  try {
    const value = parseJson(text);
    if (isObject(value)) {
      const { token } = value;
      if (token === undefined) throw new CliError('--token: the JSON object has no token.', EXIT.usage);
      return token;
    }
    return value;
  } catch (error) {
    if (error instanceof CliError) throw error;
    return text;
  }
}

function deltaJson({ kind, uid, previousUid, token, object }: SyncDelta, shape: Shape): JsonValue {
  return {
    change: kind, _id: uid.value, ...(previousUid === undefined ? {} : { previousId: previousUid.value }), token: naturalJson(token.value),
    ...(object === undefined ? {} : { object: objectJson(object, shape) }),
  };
}
