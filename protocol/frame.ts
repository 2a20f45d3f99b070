import { protobuf } from './generated/messages.js';
import { asConnectorError, malformed } from './codec/codec-errors.js';
import { operationKindOf } from './codec/decode-operation.js';
import { EnvelopeReader } from './codec/envelope-reader.js';
import { fromExceptionMessage, toExceptionMessage } from './codec/error-message.js';
import { DEFAULT_CODEC_LIMITS, type CodecLimits } from './codec/limits.js';
import { fromOutcomeResponse, toOutcomeResponse } from './codec/outcome-response.js';
import { fromConnectorKey, fromLocale, streamOf, toConnectorKey, toLocale } from './codec/protobuf-values.js';
import type {
  ConfigurationChange, ControlRequest, ControlResponse, Credit, HandshakeRequest, HandshakeResponse, InfoLevel, Message, OperationRequest, OutcomeRequest, ServerType,
} from './message.js';

type Envelope = protobuf.RemoteMessage.$Properties;

const SERVER_TYPES: readonly ServerType[] = ['UNKNOWN', 'JAVA', 'DOTNET'];
const INFO_LEVELS: readonly InfoLevel[] = ['CONNECTOR_INFO', 'CONTEXT_INFO', 'REQUESTS'];

function handshakeOf(handshake: protobuf.HandshakeMessage.$Properties): Omit<HandshakeRequest, 'kind' | 'id'> {
  return {
    sessionId: handshake.sessionId ?? '',
    serverType: SERVER_TYPES[handshake.serverType ?? 0] ?? 'UNKNOWN',
    publicKey: streamOf(handshake.publicKey),
    features: handshake.features ?? [],
    journalId: handshake.journalId === '' ? undefined : handshake.journalId ?? undefined,
    hostId: handshake.hostId === '' ? undefined : handshake.hostId ?? undefined,
  };
}

function controlRequestOf(id: number, control: protobuf.ControlRequest.$Properties): ControlRequest {
  return {
    kind: 'controlRequest', id,
    infoLevels: (control.infoLevel ?? []).flatMap((level) => INFO_LEVELS[level] ?? []),
    localRequestIds: control.localRequestId ?? [],
    remoteRequestIds: control.remoteRequestId ?? [],
    knownLists: (control.knownList ?? []).length === 0 ? undefined : control.knownList ?? undefined,
  };
}

function controlResponseOf(id: number, { connectorInfos, knownList }: protobuf.ControlResponse.$Properties): ControlResponse {
  return { kind: 'controlResponse', id, connectorInfos: streamOf(connectorInfos), knownList: streamOf(knownList) };
}

function textOf(bytes: Uint8Array | null | undefined): string {
  return bytes ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') : '';
}

function operationRequestOf(id: number, fields: protobuf.OperationRequest.$Properties): OperationRequest | ConfigurationChange {
  const facadeKey = textOf(fields.connectorFacadeKey);
  const change = fields.configurationChangeEvent;
  if (change) return { kind: 'configurationChange', id, facadeKey, properties: change.configurationPropertyChange ?? new Uint8Array() };
  return {
    kind: 'operationRequest', id, facadeKey,
    connectorKey: fromConnectorKey(fields.connectorKey),
    locale: fromLocale(fields.locale),
    operationId: fields.operationId === '' ? undefined : fields.operationId ?? undefined,
    timeLeft: fields.timeLeft === 0 ? undefined : fields.timeLeft ?? undefined,
    bookmarks: fields.bookmarks === true ? true : undefined,
    traceParent: fields.traceParent === '' ? undefined : fields.traceParent ?? undefined,
    operation: { kind: operationKindOf(fields), fields },
  };
}

function outcomeRequestOf(id: number, { operationId, age, operation }: protobuf.OutcomeRequest.$Properties): OutcomeRequest {
  const fields = operation ?? {};
  return {
    kind: 'outcomeRequest', id, operationId: operationId ?? '', age: age ?? 0,
    operation: {
      facadeKey: textOf(fields.connectorFacadeKey), connectorKey: fromConnectorKey(fields.connectorKey), locale: fromLocale(fields.locale),
      operation: { kind: operationKindOf(fields), fields },
    },
  };
}

function creditOf(id: number, { credits, received, resend, settled }: protobuf.CreditMessage.$Properties): Credit {
  return {
    kind: 'credit', id, credits: credits ?? 0,
    received: received === 0 ? undefined : received ?? undefined, resend: resend === true ? true : undefined,
    settled: (settled ?? []).length === 0 ? undefined : settled ?? undefined,
  };
}

function requestOf(id: number, request: protobuf.RPCRequest.$Properties): Message {
  if (request.handshakeMessage) return { kind: 'handshakeRequest', id, ...handshakeOf(request.handshakeMessage) };
  if (request.operationRequest) return operationRequestOf(id, request.operationRequest);
  if (request.cancelOpRequest) return { kind: 'cancel', id };
  if (request.controlRequest) return controlRequestOf(id, request.controlRequest);
  if (request.creditMessage) return creditOf(id, request.creditMessage);
  if (request.outcomeRequest) return outcomeRequestOf(id, request.outcomeRequest);
  if (request.draining) return { kind: 'draining', id };
  return { kind: 'unknownRequest', id };
}

function responseOf(id: number, response: protobuf.RPCResponse.$Properties): Message {
  if (response.handshakeMessage) return { kind: 'handshakeResponse', id, ...handshakeOf(response.handshakeMessage) };
  if (response.error) return fromExceptionMessage(id, response.error);
  if (response.operationResponse) return { kind: 'operationResponse', id, response: { fields: response.operationResponse } };
  if (response.controlResponse) return controlResponseOf(id, response.controlResponse);
  if (response.outcomeResponse) return { kind: 'outcomeResponse', id, outcome: fromOutcomeResponse(response.outcomeResponse) };
  if (response.answerUnknown) return { kind: 'answerUnknown', id };
  return { kind: 'unknownResponse', id };
}

/**
 * What a frame means. Values inside stay encoded, so that a broken one can be answered under its id. Throws a
 * ConnectorError, and nothing else, for a frame that is too large, too deeply nested or no RemoteMessage.
 */
export function decodeFrame(frame: Uint8Array, limits: CodecLimits = DEFAULT_CODEC_LIMITS): Message {
  if (frame.length > limits.maxFrameBytes) throw malformed(`a frame of ${frame.length} bytes; ${limits.maxFrameBytes} are accepted.`);
  try {
    const envelope: Envelope = protobuf.RemoteMessage.decode(new EnvelopeReader(frame, limits.maxFields));
    const id = envelope.messageId ?? 0;
    if (envelope.request) return requestOf(id, envelope.request);
    if (envelope.response) return responseOf(id, envelope.response);
    return { kind: 'unknownMessage', id };
  } catch (error) {
    throw asConnectorError(error, 'the frame cannot be decoded');
  }
}

function handshakeFields({ sessionId, serverType, publicKey, features, journalId, hostId }: HandshakeRequest | HandshakeResponse): protobuf.HandshakeMessage.$Properties {
  return {
    sessionId, serverType: protobuf.HandshakeMessage.ServerType[serverType], features: [...features],
    ...(publicKey === undefined ? {} : { publicKey }), ...(journalId === undefined ? {} : { journalId }), ...(hostId === undefined ? {} : { hostId }),
  };
}

function operationFields({ connectorKey, facadeKey, locale, operationId, timeLeft, bookmarks, traceParent, operation }: Omit<OperationRequest, 'kind' | 'id'>): protobuf.OperationRequest.$Properties {
  return {
    ...operation.fields,
    connectorFacadeKey: Buffer.from(facadeKey, 'utf8'),
    ...(connectorKey === undefined ? {} : { connectorKey: toConnectorKey(connectorKey) }),
    ...(locale === undefined ? {} : { locale: toLocale(locale) }),
    ...(operationId === undefined ? {} : { operationId }),
    ...(timeLeft === undefined ? {} : { timeLeft }),
    ...(bookmarks === true ? { bookmarks } : {}),
    ...(traceParent === undefined ? {} : { traceParent }),
  };
}

function controlFields({ infoLevels, localRequestIds, remoteRequestIds, knownLists }: ControlRequest): protobuf.ControlRequest.$Properties {
  return {
    infoLevel: infoLevels.map((level) => protobuf.ControlRequest.InfoLevel[level]),
    localRequestId: [...localRequestIds],
    remoteRequestId: [...remoteRequestIds],
    ...(knownLists === undefined ? {} : { knownList: [...knownLists] }),
  };
}

function changeFields({ facadeKey, properties }: ConfigurationChange): protobuf.OperationRequest.$Properties {
  return { connectorFacadeKey: Buffer.from(facadeKey, 'utf8'), configurationChangeEvent: { configurationPropertyChange: properties } };
}

type Builders = { readonly [K in Message['kind']]: (message: Extract<Message, { kind: K }>) => Envelope };

const envelopes: Builders = {
  handshakeRequest: (message) => ({ request: { handshakeMessage: handshakeFields(message) } }),
  handshakeResponse: (message) => ({ response: { handshakeMessage: handshakeFields(message) } }),
  controlRequest: (message) => ({ request: { controlRequest: controlFields(message) } }),
  controlResponse: ({ connectorInfos, knownList }) => ({
    response: { controlResponse: { ...(connectorInfos === undefined ? {} : { connectorInfos }), ...(knownList === undefined ? {} : { knownList }) } },
  }),
  operationRequest: (message) => ({ request: { operationRequest: operationFields(message) } }),
  operationResponse: ({ response }) => ({ response: { operationResponse: response.fields } }),
  configurationChange: (message) => ({ request: { operationRequest: changeFields(message) } }),
  cancel: () => ({ request: { cancelOpRequest: {} } }),
  draining: () => ({ request: { draining: {} } }),
  credit: ({ credits, received, resend, settled }) => ({
    request: { creditMessage: { credits, ...(received === undefined ? {} : { received }), ...(resend === true ? { resend } : {}), ...(settled === undefined ? {} : { settled: [...settled] }) } },
  }),
  answerUnknown: () => ({ response: { answerUnknown: {} } }),
  outcomeRequest: ({ operationId, age, operation }) => ({ request: { outcomeRequest: { operationId, age, operation: operationFields({ ...operation, operationId: undefined }) } } }),
  outcomeResponse: ({ outcome }) => ({ response: { outcomeResponse: toOutcomeResponse(outcome) } }),
  error: (message) => ({ response: { error: toExceptionMessage(message) } }),
  unknownMessage: () => ({}),
  unknownRequest: () => ({ request: {} }),
  unknownResponse: () => ({ response: {} }),
};

/** The frame of a message. Operations and their results have encoders of their own in codec/. */
export function encodeMessage(message: Message): Uint8Array {
  const build = envelopes[message.kind] as (message: Message) => Envelope;
  return protobuf.RemoteMessage.encode({ ...build(message), messageId: message.id }).finish();
}
