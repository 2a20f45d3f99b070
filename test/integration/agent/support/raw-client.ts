import { connect, type Socket } from 'node:net';

/** A TCP client that speaks HTTP by hand, as only a Java dialler or an attacker would. */
export class RawClient {
  readonly socket: Socket;
  received = '';
  closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (data: Buffer) => { this.received += data.toString('latin1'); });
    socket.on('error', () => undefined);
    socket.on('close', () => { this.closed = true; });
    socket.on('end', () => { this.closed = true; });
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => { socket.once('connect', resolve).once('error', reject); });
    return new RawClient(socket);
  }

  /** The request of a Java dialler, with headers replaced, added or (undefined) left out. */
  upgrade(path: string, headers: Readonly<Record<string, string | readonly string[] | undefined>> = {}): void {
    const all: Record<string, string | readonly string[] | undefined> = {
      Connection: 'Upgrade', Host: '127.0.0.1', 'Sec-WebSocket-Protocol': 'v1.openicf.forgerock.org', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version': '13', Origin: 'wss://127.0.0.1', Accept: '*/*', 'User-Agent': 'OpenICF-Client-Version[1.5]', Authorization: basic('anonymous', 'changeit'), Upgrade: 'WebSocket',
      ...headers,
    };
    const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : typeof value === 'string' ? [`${name}: ${value}`] : value.map((one) => `${name}: ${one}`)));
    this.socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  }

  /** Status line and headers, once they are all in. */
  get head(): string {
    const end = this.received.indexOf('\r\n\r\n');
    return end < 0 ? '' : this.received.slice(0, end);
  }

  end(): void {
    this.socket.destroy();
  }
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'latin1').toString('base64')}`;
}
