import { createSocket } from 'node:dgram';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** A message taken apart as RFC 5424 section 6 has it. Throws for what is none. */
export interface SyslogMessage {
  readonly priority: number;
  readonly timestamp: string;
  readonly host: string;
  readonly app: string;
  readonly pid: string;
  readonly id: string;
  readonly data: string;
  readonly text: string;
}

const MESSAGE = /^<(\d{1,3})>1 (\S+) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) (-|(?:\[(?:[^\]"]|"(?:[^"\\\]]|\\.)*")+\])+)(?: (.*))?$/s;

export function parseSyslog(message: string): SyslogMessage {
  const match = MESSAGE.exec(message);
  if (match === null) throw new Error(`no message of RFC 5424: ${JSON.stringify(message.slice(0, 200))}`);
  const [, priority, timestamp = '', host = '', app = '', pid = '', id = '', data = '', text = ''] = match;
  return { priority: Number(priority), timestamp, host, app, pid, id, data, text };
}

/** Octet counting, RFC 6587 section 3.4.1; what is left stays in `rest`. */
function takeFrames(bytes: Buffer): { readonly messages: Buffer[]; readonly rest: Buffer } {
  const messages: Buffer[] = [];
  let rest = bytes;
  for (;;) {
    const match = /^([1-9]\d{0,9}) /.exec(rest.toString('latin1', 0, 12));
    if (match === null) {
      if (rest.length > 11) throw new Error(`no octet count: ${rest.toString('latin1', 0, 40)}`);
      return { messages, rest };
    }
    const start = match[0].length;
    const end = start + Number(match[1]);
    if (rest.length < end) return { messages, rest };
    messages.push(rest.subarray(start, end));
    rest = rest.subarray(end);
  }
}

/** A receiver of syslog over TCP or TLS that reads strictly, and can be stopped, cut and started again on its port. */
export class SyslogReceiver {
  readonly messages: SyslogMessage[] = [];
  readonly problems: string[] = [];
  connections = 0;
  port = 0;
  /** While true, what comes is not read. */
  deaf = false;
  readonly #tls: TlsOptions | undefined;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(tls?: TlsOptions) {
    this.#tls = tls;
  }

  /** The audit lines received, by their numbers, repeats left out. */
  get sequences(): number[] {
    return [...new Set(this.messages.map(({ text }) => (JSON.parse(text) as { seq: number }).seq))].sort((a, b) => a - b);
  }

  async start(): Promise<void> {
    const onSocket = (socket: Socket): void => { this.#serve(socket); };
    const server = this.#tls === undefined ? createServer(onSocket) : createTlsServer(this.#tls, onSocket);
    server.on('tlsClientError', (error: Error) => { this.problems.push(error.message); });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => { server.close(resolve); });
    this.cut();
    await closed;
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    let held = Buffer.alloc(0);
    if (this.deaf) socket.pause();
    socket.on('data', (data: Buffer) => {
      if (this.deaf) return;
      try {
        const { messages, rest } = takeFrames(Buffer.concat([held, data]));
        held = Buffer.from(rest);
        for (const message of messages) this.messages.push(parseSyslog(message.toString('utf8')));
      } catch (error) {
        this.problems.push((error as Error).message);
        socket.destroy();
      }
    });
    socket.on('end', () => { socket.end(); });
    socket.on('error', () => undefined);
    socket.on('close', () => { this.#sockets.delete(socket); });
  }
}

/** A receiver of syslog over UDP: one datagram, one message. */
export async function udpReceiver(): Promise<{ readonly port: number; readonly messages: SyslogMessage[]; close(): Promise<void> }> {
  const socket = createSocket('udp4');
  const messages: SyslogMessage[] = [];
  socket.on('message', (data) => { messages.push(parseSyslog(data.toString('utf8'))); });
  await new Promise<void>((resolve) => { socket.bind(0, '127.0.0.1', resolve); });
  return { port: socket.address().port, messages, close: () => new Promise((resolve) => { socket.close(resolve); }) };
}
