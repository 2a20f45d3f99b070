import { ConnectorError } from '../model/index.js';
import { connectorErrorOf, decodeConfigurationProperties, encodeError } from '../codec/index.js';
import { PROTOCOL_ERRORS, type ConfigurationChange, type ControlResponse, type ErrorMessage, type Message, type OperationResponse, type OutcomeResponse, type UnknownMessage } from '../message.js';
import { admitOperation } from './admit-operation.js';
import type { SessionGroup } from './group.js';
import { answerOutcome } from './outcome-answer.js';
import type { SocketLink } from './socket-link.js';
import { strayError } from './stray-errors.js';
import { takeCredit } from './take-credit.js';

type Handlers = { readonly [K in Message['kind']]: (group: SessionGroup, link: SocketLink, message: Extract<Message, { kind: K }>, frame: Uint8Array) => void };

/** Where each kind of message belongs. Handlers take it in arrival order and never wait (protocol section 3.4). */
const handlers: Handlers = {
  operationRequest: admitOperation,
  configurationChange: onConfigurationChange,
  cancel: (group, _link, { id }) => group.executing.cancel(id),
  draining: (group) => group.peerDrains(),
  credit: takeCredit,
  answerUnknown: (group, _link, { id }) => group.requests.get(id)?.onUnknown?.(),
  controlRequest: (group, link, message) => {
    group.control.answer(link, message).catch((error: unknown) => group.log.error({ err: error }, 'Answering a control request failed.'));
  },
  outcomeRequest: (group, link, message) => {
    answerOutcome(group, link, message).catch((error: unknown) => group.log.error({ err: error }, 'Answering what became of a write failed.'));
  },
  outcomeResponse: onResponse,
  operationResponse: onResponse,
  controlResponse: onResponse,
  error: onError,
  unknownRequest: refuseUnknown,
  unknownResponse: refuseUnknown,
  unknownMessage: refuseUnknown,
  handshakeRequest: () => undefined,                     // taken by the handshake of the socket
  handshakeResponse: () => undefined,
};

/** Takes one message of a joined socket to where it belongs. */
export function routeMessage<K extends Message['kind']>(group: SessionGroup, link: SocketLink, message: Extract<Message, { kind: K }>, frame: Uint8Array): void {
  const handle: Handlers[K] = handlers[message.kind];
  handle(group, link, message, frame);
}

function onResponse(group: SessionGroup, link: SocketLink, message: OperationResponse | ControlResponse | OutcomeResponse, frame: Uint8Array): void {
  if (group.requests.respond(message.id, message, frame.length, link)) return;
  if (message.kind === 'operationResponse') group.settled?.add(message.id);
  group.log.debug({ messageId: message.id }, 'Ignored a response nobody waits for.');
}

function refuseUnknown(_group: SessionGroup, link: SocketLink, { kind, id }: UnknownMessage): void {
  link.complain('The peer sent a message of no known type.', { kind });
  const text = kind === 'unknownMessage' ? PROTOCOL_ERRORS.unknownMessage : PROTOCOL_ERRORS.unknownRequest;
  link.reply(encodeError(id, new ConnectorError('connector', text)));
}

/** An error may answer nothing of ours although its id looks like it (hazard 18). */
function onError(group: SessionGroup, link: SocketLink, error: ErrorMessage, frame: Uint8Array): void {
  const { id } = error;
  const meaning = strayError(error.message);
  if (meaning === 'stray') {
    link.complain('The peer could not use a message of ours.', { messageId: id, text: error.message });
    return;
  }
  if (meaning === 'refused') {
    group.requests.get(id)?.onRefused();
    return;
  }
  if (group.requests.fail(id, connectorErrorOf(error), frame)) return;
  group.settled?.add(id);
  group.log.debug({ messageId: id }, 'Ignored an error nobody waits for.');
}

/** Has no answer, whatever becomes of it (protocol section 7.14). */
function onConfigurationChange(group: SessionGroup, link: SocketLink, { facadeKey, properties }: ConfigurationChange): void {
  try {
    const changed = decodeConfigurationProperties(properties, group.context.codecLimits);
    group.context.tell((events) => events.onConfigurationChange?.(group, facadeKey, changed));
  } catch (error) {
    link.complain('Dropped a configuration change that could not be decoded.', { err: error });
  }
}
