import type { Socket } from 'node:net';
import { Binary, type Document } from 'bson';
import { authorize } from './authorization.js';
import { CommandError } from './command-error.js';
import type { ServerCursors } from './cursors.js';
import { DOCUMENT_COMMANDS, type CommandContext } from './document-commands.js';
import type { FailPoint, FakeMongoOptions } from './fake-mongo.js';
import { PRINCIPAL_COMMANDS } from './principal-commands.js';
import type { Principals, User } from './principals.js';
import { MECHANISMS, ScramConversation, scramUser, type ScramMechanism } from './scram.js';
import { sequenceTime, type Storage } from './storage.js';
import { readRequest, writeReply, type WireRequest } from './wire.js';

export interface ServerState {
  readonly storage: Storage;
  readonly principals: Principals;
  readonly cursors: ServerCursors;
  readonly options: FakeMongoOptions;
  readonly commands: string[];
  readonly failPoints: FailPoint[];
  /** Answers of writes by session and number, which the driver may ask for again. */
  readonly answered: Map<string, Document>;
  address: string;
  tlsRefused: number;
}

const WIRE_VERSION = 21;
/** A client that speaks TLS to a server that does not is turned away, as by a real one. */
const TLS_HANDSHAKE = 0x16;
const TLS_MAJOR = 3;

interface Conversation { readonly scram: ScramConversation; readonly db: string }

/** One connection of a client: what it has logged in as, and its commands one after the other. */
export class ClientConnection {
  readonly #state: ServerState;
  readonly #socket: Socket;
  readonly #number: number;
  #buffer = Buffer.alloc(0);
  #turn: Promise<void> = Promise.resolve();
  #user: User | undefined;
  #conversation: Conversation | undefined;

  constructor(state: ServerState, socket: Socket, number: number) {
    this.#state = state;
    this.#socket = socket;
    this.#number = number;
  }

  start(): void {
    this.#socket.on('error', () => undefined);
    this.#socket.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      if (this.#socket.bytesRead === chunk.length && chunk[0] === TLS_HANDSHAKE && chunk[1] === TLS_MAJOR && (chunk[3] ?? 0) > 0) {
        this.#state.tlsRefused++;
        this.#socket.destroy();
      }
      for (let read = this.#socket.destroyed ? undefined : readRequest(this.#buffer); read !== undefined; read = readRequest(this.#buffer)) {
        this.#buffer = this.#buffer.subarray(read.length);
        const { request } = read;
        this.#turn = this.#turn.then(() => this.#serve(request));
      }
    });
  }

  async #serve(request: WireRequest): Promise<void> {
    const name = Object.keys(request.body)[0] ?? '';
    this.#state.commands.push(name);
    const failPoint = this.#failPoint(name);
    if (failPoint?.how === 'closeBefore') {
      this.#socket.destroy();
      return;
    }
    if (failPoint?.how === 'hang') return;
    const answer = typeof failPoint?.how === 'object' ? new CommandError(failPoint.how.code, 'FailPoint', failPoint.how.message).answer : await this.#tried(name, request);
    if (failPoint?.how === 'closeAfter') this.#socket.destroy();
    else this.#reply(request, answer);
  }

  #reply(request: WireRequest, answer: Document): void {
    if (request.silent || this.#socket.destroyed) return;
    this.#socket.write(writeReply(request, this.#state.options.replicaSet === false ? answer : { ...answer, operationTime: sequenceTime(this.#state.storage.sequence) }));
  }

  async #tried(name: string, request: WireRequest): Promise<Document> {
    try {
      return { ...await this.#answer(name, request), ok: 1 };
    } catch (error) {
      if (error instanceof CommandError) return error.answer;
      throw error;
    }
  }

  #failPoint(name: string): FailPoint | undefined {
    const index = this.#state.failPoints.findIndex(({ command }) => command.toLowerCase() === name.toLowerCase());
    const found = this.#state.failPoints[index];
    if (found !== undefined && --found.times <= 0) this.#state.failPoints.splice(index, 1);
    return found;
  }

  async #answer(name: string, { database, body }: WireRequest): Promise<Document> {
    const key = name.toLowerCase();
    if (this.#state.options.auth === true) authorize(this.#state.principals, this.#user, database, body);
    const own = this.#connectionCommand(key, database, body);
    if (own !== undefined) return own;
    const principal = PRINCIPAL_COMMANDS[key];
    if (principal !== undefined) return principal(this.#state.principals, database, body);
    const command = DOCUMENT_COMMANDS[key];
    if (command === undefined) throw new CommandError(59, 'CommandNotFound', `no such command: '${name}'`);
    const session = body['lsid'] === undefined ? undefined : sessionKey(body['lsid'] as Document);
    const context: CommandContext = { storage: this.#state.storage, cursors: this.#state.cursors, isReplicaSet: this.#state.options.replicaSet !== false, database, session };
    if (body['txnNumber'] === undefined) return command(context, body);
    // A write that is sent again, because its answer was lost, is not carried out again.
    const number = `${session ?? ''}/${String(body['txnNumber'])}`;
    const known = this.#state.answered.get(number) ?? await command(context, body);
    this.#state.answered.set(number, known);
    return known;
  }

  #connectionCommand(key: string, database: string, body: Document): Document | undefined {
    switch (key) {
      case 'hello':
      case 'ismaster': return this.#hello(body);
      case 'ping': return {};
      case 'buildinfo': return { version: '7.0.14', versionArray: [7, 0, 14, 0], modules: [] };
      case 'saslstart': return this.#saslStart(database, body);
      case 'saslcontinue': return this.#saslContinue(body);
      case 'connectionstatus': return { authInfo: authInfo(this.#user) };
      case 'endsessions':
        for (const session of body['endSessions'] as Document[]) this.#state.cursors.endSession(sessionKey(session));
        return {};
      default: return undefined;
    }
  }

  #hello(body: Document): Document {
    const { options, address } = this.#state;
    const speculative = body['speculativeAuthenticate'] as Document | undefined;
    const [db, ...user] = String(body['saslSupportedMechs'] ?? '').split('.');
    const asked = db === undefined ? undefined : this.#state.principals.user(db, user.join('.'));
    const set = options.replicaSet === false ? {} : { setName: 'rs0', setVersion: 1, primary: address, me: address, hosts: [address, ...options.members ?? []], secondary: false };
    return {
      helloOk: true, ismaster: true, isWritablePrimary: true, ...set, maxBsonObjectSize: 16_777_216, maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000, localTime: new Date(),
      logicalSessionTimeoutMinutes: 30, connectionId: this.#number, minWireVersion: 0, maxWireVersion: WIRE_VERSION, readOnly: false,
      ...(asked === undefined ? {} : { saslSupportedMechs: asked.mechanisms }), ...this.#speculative(speculative),
    };
  }

  #speculative(given: Document | undefined): Document {
    if (given === undefined) return {};
    try {
      return { speculativeAuthenticate: this.#saslStart(String(given['db']), given) };
    } catch {
      return {};
    }
  }

  #saslStart(db: string, body: Document): Document {
    const payload = textOf(body['payload']);
    const mechanism = String(body['mechanism']) as ScramMechanism;
    if (!MECHANISMS.includes(mechanism)) throw new CommandError(334, 'MechanismUnavailable', `Received authentication for mechanism ${mechanism} which is not enabled`);
    const credential = this.#state.principals.user(db, scramUser(payload))?.credentials.get(mechanism);
    if (credential === undefined) throw new CommandError(18, 'AuthenticationFailed', 'Authentication failed.');
    this.#conversation = { scram: new ScramConversation(mechanism, credential, payload), db };
    return { conversationId: 1, done: false, payload: new Binary(Buffer.from(this.#conversation.scram.first)) };
  }

  #saslContinue(body: Document): Document {
    const { scram, db } = this.#conversation ?? {};
    const final = scram?.final(textOf(body['payload']));
    if (scram === undefined || db === undefined || final === undefined) throw new CommandError(18, 'AuthenticationFailed', 'Authentication failed.');
    this.#user = this.#state.principals.user(db, scram.user);
    return { conversationId: 1, done: true, payload: new Binary(Buffer.from(final)) };
  }
}

const textOf = (payload: unknown): string => Buffer.from((payload as Binary).value()).toString('utf8');
const sessionKey = (session: Document): string => Buffer.from((session['id'] as Binary).value()).toString('hex');

function authInfo(user: User | undefined): Document {
  return user === undefined ? { authenticatedUsers: [], authenticatedUserRoles: [] } : { authenticatedUsers: [{ user: user.user, db: user.db }], authenticatedUserRoles: user.roles };
}
