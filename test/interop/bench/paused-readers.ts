import { setTimeout as sleep } from 'node:timers/promises';
import { SecretReference } from '../../../agent/config/secret-reference.js';
import { basicAuthorization } from '../../../agent/transport/authorization.js';
import { dial } from '../../../agent/transport/dial.js';
import { decodeResponse, facadeKeyOf } from '../../../protocol/codec/index.js';
import { decodeFrame } from '../../../protocol/frame.js';
import { GuardedString, IcfArray, IcfFile, OperationOptions } from '../../../protocol/model/index.js';
import type { ConnectionGroup } from '../../../protocol/session/contract.js';
import { createPeer } from '../../../protocol/session/peer.js';
import { recordedLog } from '../../support/quiet-log.js';
import { CSV_CONNECTOR, SHARED_KEY } from './csv-servers.js';
import { WANTED } from './people-csv.js';
import { RawController } from './raw-controller.js';

/** A search whose reader stops in the middle. Times in milliseconds. */
export interface PausedReading {
  readonly port: number;
  readonly csvFile: string;
  /** Results after which it stops. */
  readonly pauseAt: number;
  readonly pause: number;
  readonly limit: number;
  /** Told when it stops, and when it goes on. */
  onPause(): void;
  onResume(): void;
}

/** What a reader got. */
export interface Received {
  readonly entries: number;
  /** Every one of them the one that comes next in the file. */
  readonly inOrder: boolean;
  /** `end`: the reader was told that this was all. */
  readonly ended: 'end' | 'error';
  /** What it was told instead. */
  readonly error: string | undefined;
}

/** Reads a search of everything, as one kind of requester does. Does not reject for what the search ends with. */
export type PausedReader = (reading: PausedReading) => Promise<Received>;

/** The rows of people-csv.ts are numbered. */
const uidOf = (number: number): string => `user${String(number).padStart(6, '0')}`;

/**
 * Our own requesting peer, over two sockets: it always reads its sockets, and grants credits, where the other end knows them,
 * as results are taken from it.
 */
export const ourPeer: PausedReader = async (reading) => {
  const peer = createPeer({ role: 'dialler', log: recordedLog() });
  let entries = 0;
  let inOrder = true;
  try {
    const group = await join(peer, reading.port);
    for await (const { uid } of accounts(group, reading.csvFile, AbortSignal.timeout(reading.limit))) {
      inOrder &&= uid.value === uidOf(entries);
      entries++;
      if (entries !== reading.pauseAt) continue;
      reading.onPause();
      await sleep(reading.pause);
      reading.onResume();
    }
    return { entries, inOrder, ended: 'end', error: undefined };
  } catch (error) {
    return { entries, inOrder, ended: 'error', error: textOf(error) };
  } finally {
    await peer.close('the measurement is over');
  }
};

async function join(peer: ReturnType<typeof createPeer>, port: number): Promise<ConnectionGroup> {
  const target = {
    url: new URL(`ws://127.0.0.1:${port}/openicf`), tls: {}, connectTimeout: 10_000, maxFrameBytes: 33_554_432, userAgent: 'bench',
    authorization: basicAuthorization('anonymous', new SecretReference({ kind: 'clear', value: new GuardedString(SHARED_KEY) })),
  };
  const attached = [];
  for (let sockets = 0; sockets < 2; sockets++) attached.push(await peer.attach((await dial(target, AbortSignal.timeout(20_000))).socket, 'agent'));
  const [first] = attached;
  if (first === undefined) throw new Error('no socket was opened');
  return first.group;
}

async function* accounts(group: ConnectionGroup, csvFile: string, signal: AbortSignal) {
  const info = (await group.connectorInfos(signal)).find(({ key }) => key.connectorName === CSV_CONNECTOR);
  if (info === undefined) throw new Error(`no ${CSV_CONNECTOR} is listed`);
  const values: Readonly<Record<string, IcfFile | string>> = { csvFile: new IcfFile(csvFile), headerUid: 'uid' };
  const properties = info.defaultConfiguration.properties.map((property) => ({ ...property, value: values[property.name] ?? property.value }));
  const facade = group.facade(info.key, facadeKeyOf({ ...info.defaultConfiguration, properties }));
  const options = OperationOptions.of({ ATTRS_TO_GET: new IcfArray('String', WANTED) });
  yield* facade.stream({ kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options }, { signal });
}

/**
 * A requester as the Java one is on the wire: no extension, one socket. While it pauses it does not read its socket, so it
 * answers no ping either.
 */
export const withoutExtensions: PausedReader = async (reading) => {
  const controller = await RawController.open(reading.port, 1);
  let entries = 0;
  let inOrder = true;
  try {
    const { announced } = await controller.search(reading.csvFile, {
      limit: reading.limit,
      onResult: (frame, count) => {
        inOrder &&= isNext(frame, entries);
        entries++;
        if (count === reading.pauseAt) stopReading(controller, reading);
      },
    });
    if (announced !== entries) return { entries, inOrder, ended: 'error', error: `the end message told of ${announced} results` };
    return { entries, inOrder, ended: 'end', error: undefined };
  } catch (error) {
    return { entries, inOrder, ended: 'error', error: textOf(error) };
  } finally {
    controller.close();
  }
};

function stopReading(controller: RawController, { pause, onPause, onResume }: PausedReading): void {
  controller.pause();
  onPause();
  setTimeout(() => {
    onResume();
    controller.resume();
  }, pause);
}

/** Whether a message is the result behind so many others. */
function isNext(frame: Buffer, before: number): boolean {
  const message = decodeFrame(frame);
  if (message.kind !== 'operationResponse' || message.response.fields.searchOpResponse?.sequence !== before + 1) return false;
  const response = decodeResponse('search', message.response);
  return response.type === 'item' && response.item.uid.value === uidOf(before);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
