import { JavaConnection } from './java-connection.js';
import type { JavaConnectOptions, JavaDriverOptions, JavaFailureFields } from './java-driver-types.js';
import { JavaFailure } from './java-failure.js';
import { JavaProcess, tlsArguments } from './java-process.js';

const DEFAULT_TIMEOUT_MS = 60_000;

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: JavaFailureFields & { readonly delivered?: number };
}

/**
 * A controller made of the released Java framework, in a JVM of its own. One JSON command a line, one JSON answer a line;
 * commands run concurrently. A Java exception rejects as JavaFailure; a dead JVM rejects with the end of its log.
 */
export class JavaDriver {
  readonly #process: JavaProcess;
  readonly #pending = new Map<number, Pending>();
  readonly #timeout: number;
  #nextId = 1;

  private constructor(options: JavaDriverOptions) {
    this.#timeout = options.timeout ?? DEFAULT_TIMEOUT_MS;
    this.#process = new JavaProcess({
      mainClass: 'io.causeway.interop.driver.Main', args: ['dial', ...tlsArguments(options)],
      ...options.heap === undefined ? {} : { heap: options.heap },
      jvmArguments: [`-Dcauseway.log=${options.logLevel ?? 'WARN'}`, ...options.jvmArguments ?? []],
      onLine: (line) => this.#take(line),
    });
    void this.#process.ended.then(() => this.#failAll());
  }

  static async start(options: JavaDriverOptions = {}): Promise<JavaDriver> {
    const driver = new JavaDriver(options);
    await driver.call('ping', {});
    return driver;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The last lines of the JVM's log. */
  log(lines?: number): string {
    return this.#process.errorTail(lines);
  }

  /** One command; `timeout` in ms. The typed methods of JavaConnection and JavaFacade are built on it. */
  async call<T>(operation: string, parameters: Readonly<Record<string, unknown>>, timeout = this.#timeout): Promise<T> {
    if (!this.#process.isRunning) throw new Error(this.#process.describeEnd());
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new Error(`The Java driver has not answered "${operation}" within ${timeout} ms.\n${this.#process.errorTail()}`));
      }, timeout);
      this.#pending.set(id, { resolve: (result) => resolve(result as T), reject, timer });
      this.#process.write(JSON.stringify({ id, operation, ...parameters }));
    });
  }

  /** Connects to an agent; resolves when the first connector list is there. */
  async connect(options: JavaConnectOptions): Promise<JavaConnection> {
    const wait = options.timeout ?? 20_000;
    const { connection } = await this.call<{ connection: string }>('connect', { ...options, timeout: wait }, wait + 10_000);
    return new JavaConnection(this, connection);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }

  async kill(): Promise<void> {
    await this.#process.kill();
  }

  #take(line: string): void {
    const answer = JSON.parse(line) as Answer;
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) return; // its caller has given up
    this.#pending.delete(answer.id);
    clearTimeout(pending.timer);
    if (answer.error === undefined) pending.resolve(answer.result);
    else pending.reject(new JavaFailure(answer.error));
  }

  #failAll(): void {
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new Error(this.#process.describeEnd()));
    }
    this.#pending.clear();
  }
}
