import { javaBundle, type JavaBundle } from './java-build.js';
import { JavaProcess, tlsArguments } from './java-process.js';

interface JavaHostCommon {
  /** Default csvfile and test. */
  readonly bundles?: readonly JavaBundle[];
  /** Greatest heap, as -Xmx takes it; default 512m. */
  readonly heap?: string;
  readonly jvmArguments?: readonly string[];
  /** What the framework logs to stderr; default WARN. */
  readonly logLevel?: 'OK' | 'INFO' | 'WARN' | 'ERROR';
  /** How long it may take to serve, in ms; default 30,000. */
  readonly timeout?: number;
}

/** A Java connector server that controllers dial. */
export interface JavaHostServer extends JavaHostCommon {
  readonly mode: 'server';
  /** Default 0: any free one. */
  readonly port?: number;
  /** The shared key; default changeit. */
  readonly key?: string;
  /** PEM files. Without it: plain. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** A Java connector server that dials a controller; it is started as soon as it begins to dial. */
export interface JavaHostClient extends JavaHostCommon {
  readonly mode: 'client';
  readonly url: string;
  /** Default anonymous. */
  readonly principal?: string;
  /** Default changeit. */
  readonly password?: string;
  /** PEM file of the authorities to trust. */
  readonly trust?: string;
  /** PEM files of a client certificate and its key (PKCS 8). */
  readonly identity?: { readonly certificate: string; readonly key: string };
  /** Sockets it keeps open; the framework's own default is 2. */
  readonly sockets?: number;
}

export type JavaHostOptions = JavaHostServer | JavaHostClient;

/** The released connector bundles served by the released Java framework, in a JVM of its own. */
export class JavaHost {
  /** Server mode: where it listens; client mode: 0. */
  readonly port: number;
  readonly #process: JavaProcess;
  readonly #scheme: string;

  private constructor(process: JavaProcess, port: number, scheme: string) {
    this.#process = process;
    this.port = port;
    this.#scheme = scheme;
  }

  /** Resolves when it serves. */
  static async start(options: JavaHostOptions): Promise<JavaHost> {
    const timeout = options.timeout ?? 30_000;
    let served: (port: number) => void = () => undefined;
    const process = new JavaProcess({
      mainClass: 'io.causeway.interop.host.Main', args: hostArguments(options),
      ...options.heap === undefined ? {} : { heap: options.heap },
      jvmArguments: [`-Dcauseway.log=${options.logLevel ?? 'WARN'}`, ...options.jvmArguments ?? []],
      onLine: (line) => {
        if (line.startsWith('ready ')) served(Number(line.slice('ready '.length)));
      },
    });
    let late: NodeJS.Timeout | undefined;
    try {
      const port = await new Promise<number>((resolve, reject) => {
        served = resolve;
        late = setTimeout(() => reject(new Error(`The Java host was not ready within ${timeout} ms.\n${process.errorTail()}`)), timeout);
        void process.ended.then(() => reject(new Error(process.describeEnd())));
      });
      return new JavaHost(process, port, options.mode === 'server' && options.tls !== undefined ? 'wss' : 'ws');
    } catch (error) {
      await process.kill();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}/openicf`;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get isRunning(): boolean {
    return this.#process.isRunning;
  }

  /** The last lines of its log. */
  log(lines?: number): string {
    return this.#process.errorTail(lines);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }

  /** SIGKILL, and waits for the end. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }

  /** SIGSTOP and SIGCONT make a peer that is there and says nothing. */
  signal(signal: NodeJS.Signals): void {
    this.#process.signal(signal);
  }
}

/** Arguments of the host program, for who starts it by other means (a bench that measures its start). */
export function hostArguments(options: JavaHostOptions): string[] {
  const bundles = (options.bundles ?? ['csvfile', 'test']).flatMap((bundle) => ['--bundle', javaBundle(bundle)]);
  if (options.mode === 'server') {
    const tls = options.tls === undefined ? [] : ['--certificate', options.tls.certificate, '--private-key', options.tls.key];
    return ['server', '--port', String(options.port ?? 0), '--key', options.key ?? 'changeit', ...tls, ...bundles];
  }
  const sockets = options.sockets === undefined ? [] : ['--sockets', String(options.sockets)];
  return ['client', '--url', options.url, '--principal', options.principal ?? 'anonymous', '--password', options.password ?? 'changeit', ...tlsArguments(options), ...sockets, ...bundles];
}
