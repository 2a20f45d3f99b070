import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { FakeHana, HanaError } from './hana.js';
import {
  FUNCTION, MESSAGE, PART, TYPE, columnsPart, errorPart, fromCesu8, idPart, numberPart, parametersPart, readFields, readParameters, readRequest, reply, rowsPart, transactionPart, writeFields,
  type Cell, type Column, type Part, type Request,
} from './hana-packets.js';

/** Rows that come with the answer to a query; the rest has to be fetched. */
const FIRST_ROWS = 3;

const hmac = (key: Buffer, ...parts: readonly Buffer[]): Buffer => createHmac('sha256', key).update(Buffer.concat(parts)).digest();
const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest();

/** FakeHana behind the network protocol of SAP HANA: the `hdb` driver talks to it as to a database. */
export class HanaServer {
  readonly hana = new FakeHana();
  readonly #port: number;
  readonly #tls: TlsOptions | undefined;
  readonly #sockets = new Set<Socket>();
  #server: Server;

  private constructor(server: Server, tls: TlsOptions | undefined) {
    this.#server = server;
    this.#tls = tls;
    this.#port = (server.address() as AddressInfo).port;
  }

  get url(): string { return this.urlAt('127.0.0.1'); }

  urlAt(host: string): string { return `jdbc:sap://${host}:${this.#port}`; }

  /** `tls`: its certificate and key; without, in clear. */
  static async start(tls?: TlsOptions): Promise<HanaServer> {
    const server = serverFor(tls);
    await listening(server, 0);
    const started = new HanaServer(server, tls);
    started.#accept();
    return started;
  }

  #accept(): void {
    this.#server.on(this.#tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
      this.#sockets.add(socket);
      const session = new Session(this.hana, socket);
      socket.on('data', (chunk) => session.take(chunk)).on('error', () => {}).on('close', () => {
        this.#sockets.delete(socket);
        session.end();
      });
    });
  }

  /** As when the machine stops: nobody listens, connections are reset. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => { this.#server.close(resolve); });
    for (const socket of this.#sockets) {
      if (this.#tls === undefined) socket.resetAndDestroy();
      else socket.destroy();
    }
    await closed;
  }

  async restart(): Promise<void> {
    this.#server = serverFor(this.#tls);
    this.#accept();
    await listening(this.#server, this.#port);
  }
}

const serverFor = (tls: TlsOptions | undefined): Server => (tls === undefined ? createServer() : createTlsServer(tls));

async function listening(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => { server.once('error', reject).listen(port, '127.0.0.1', resolve); });
}

interface OpenRows { readonly columns: readonly Column[]; readonly rows: Cell[][] }
interface Answer { readonly code: number; readonly parts: readonly Part[] }

const NOTHING: Answer = { code: FUNCTION.none, parts: [] };

class Session {
  readonly #hana: FakeHana;
  readonly #socket: Socket;
  readonly #statements = new Map<number, string>();
  readonly #open = new Map<number, OpenRows>();
  readonly #salt = randomBytes(16);
  readonly #serverKey = randomBytes(48);
  #challenge = Buffer.alloc(0);
  #bytes = Buffer.alloc(0);
  #isGreeted = false;
  #isLoggedIn = false;
  #nextId = 1;

  constructor(hana: FakeHana, socket: Socket) {
    this.#hana = hana;
    this.#socket = socket;
  }

  take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (!this.#isGreeted && this.#bytes.length >= 14) {
      this.#isGreeted = true;
      this.#bytes = this.#bytes.subarray(14);
      this.#socket.write(Buffer.from([4, 20, 0, 4, 1, 0, 0, 0]));
    }
    for (let next = readRequest(this.#bytes); this.#isGreeted && next !== undefined; next = readRequest(this.#bytes)) {
      this.#bytes = this.#bytes.subarray(next.length);
      const answer = this.#answered(next.request);
      if (answer === undefined) return void this.#socket.resetAndDestroy();
      this.#socket.write(answer);
    }
  }

  end(): void {
    this.#hana.openCursors -= this.#open.size;
    this.#open.clear();
  }

  /** Undefined: the database is gone, as {@link FakeHana.failing} has it with any error but one of HANA. */
  #answered(request: Request): Buffer | undefined {
    try {
      const { code, parts } = this.#answer(request);
      return reply(request.packet, code, parts);
    } catch (error) {
      if (!(error instanceof HanaError)) return undefined;
      return reply(request.packet, FUNCTION.none, [errorPart(error.code, error.message)]);
    }
  }

  #answer({ message, parts }: Request): Answer {
    const part = (kind: number): Buffer => parts.get(kind) ?? Buffer.alloc(0);
    if (message === MESSAGE.authenticate) return this.#offer(readFields(part(PART.authentication)));
    if (message === MESSAGE.connect) return this.#login(readFields(part(PART.authentication)));
    if (!this.#isLoggedIn) throw new HanaError(10, 'authentication failed');
    const answer = this.#answers.get(message);
    if (answer === undefined) throw new HanaError(2, `general error: message type ${message}`);
    return answer(part);
  }

  readonly #answers: ReadonlyMap<number, (part: (kind: number) => Buffer) => Answer> = new Map<number, (part: (kind: number) => Buffer) => Answer>([
    [MESSAGE.executeDirect, (part) => this.#run(fromCesu8(part(PART.command)), [])],
    [MESSAGE.prepare, (part) => this.#prepare(fromCesu8(part(PART.command)))],
    [MESSAGE.execute, (part) => this.#run(this.#statements.get(part(PART.statementId).readUInt32LE()) ?? '', readParameters(part(PART.parameters)))],
    [MESSAGE.fetchNext, (part) => ({ code: FUNCTION.fetch, parts: [this.#rows(part(PART.resultSetId).readUInt32LE(), part(PART.fetchSize).readInt32LE())] })],
    [MESSAGE.closeResultSet, (part) => this.#close(part(PART.resultSetId).readUInt32LE())],
    [MESSAGE.dropStatementId, (part) => { this.#statements.delete(part(PART.statementId).readUInt32LE()); return NOTHING; }],
    [MESSAGE.commit, () => ({ code: FUNCTION.commit, parts: [transactionPart('committed')] })],
    [MESSAGE.rollback, () => ({ code: FUNCTION.rollback, parts: [transactionPart('rolledBack')] })],
    [MESSAGE.disconnect, () => NOTHING],
  ]);

  /** SCRAMSHA256: what the client has to prove with. */
  #offer([, ...methods]: Buffer[]): Answer {
    const at = methods.findIndex((name, index) => index % 2 === 0 && name.toString() === 'SCRAMSHA256');
    if (at < 0) throw new HanaError(10, 'authentication failed');
    this.#challenge = Buffer.from(methods[at + 1]!);
    return { code: FUNCTION.none, parts: [{ kind: PART.authentication, data: writeFields(Buffer.from('SCRAMSHA256'), writeFields(this.#salt, this.#serverKey)) }] };
  }

  #login([user, , proof]: Buffer[]): Answer {
    const key = sha256(hmac(Buffer.from(this.#hana.login.password), this.#salt));
    const signature = hmac(sha256(key), this.#salt, this.#serverKey, this.#challenge);
    const expected = Buffer.from(signature.map((byte, index) => byte ^ key[index]!));
    // A count of two bytes and a length of one stand before it.
    const given = proof?.subarray(3) ?? Buffer.alloc(0);
    if (user?.toString() !== this.#hana.login.user || given.length !== expected.length || !timingSafeEqual(given, expected)) throw new HanaError(10, 'authentication failed');
    this.#isLoggedIn = true;
    return { code: FUNCTION.none, parts: [{ kind: PART.authentication, data: writeFields(Buffer.from('SCRAMSHA256'), Buffer.alloc(0)) }] };
  }

  /** Numbers where a number column is compared, texts otherwise; statements of access control have no parameters in HANA. */
  #prepare(statement: string): Answer {
    if (!/^(?:select|call) /i.test(statement.trim())) throw new HanaError(257, 'sql syntax error: a parameter is not allowed here');
    const types = [...statement.matchAll(/(\w*)(?:\)? ?(?:=|>|<=) ?)?\?/g)].map(([, column = '']) => (/_ID$/i.test(column) ? TYPE.bigint : TYPE.nvarchar));
    const id = this.#nextId++;
    this.#statements.set(id, statement);
    const code = /^call /i.test(statement) ? FUNCTION.procedureCall : FUNCTION.select;
    return { code, parts: [idPart(PART.statementId, id), parametersPart(types)] };
  }

  #run(statement: string, values: readonly Cell[]): Answer {
    const rows = this.#hana.run(statement, values);
    if (rows === undefined) return { code: /^call /i.test(statement) ? FUNCTION.procedureCall : FUNCTION.ddl, parts: [numberPart(PART.rowsAffected, 0)] };
    const names = Object.keys(rows[0] ?? { NOTHING: null });
    const columns = names.map((name): Column => ({ name, type: name.endsWith('_ID') ? TYPE.bigint : name.startsWith('VALID_') ? TYPE.longdate : rows.some((row) => typeof row[name] === 'number') ? TYPE.integer : TYPE.nvarchar }));
    const id = this.#nextId++;
    this.#open.set(id, { columns, rows: rows.map((row) => names.map((name) => row[name] ?? null)) });
    this.#hana.openCursors++;
    return { code: FUNCTION.select, parts: [columnsPart(columns), idPart(PART.resultSetId, id), this.#rows(id, FIRST_ROWS)] };
  }

  #rows(id: number, size: number): Part {
    const open = this.#open.get(id);
    if (open === undefined) throw new HanaError(2, 'general error: no such result set');
    const rows = open.rows.splice(0, size);
    const isLast = open.rows.length === 0;
    if (isLast) this.#close(id);
    return rowsPart(open.columns, rows, isLast);
  }

  #close(id: number): Answer {
    if (this.#open.delete(id)) this.#hana.openCursors--;
    return NOTHING;
  }
}
