import type { Duplex } from 'node:stream';
import { createPeer } from '../../../protocol/session/index.js';
import type { ProtocolPeer } from '../../../protocol/session/contract.js';
import type { AnyConnector } from '../../../connectors/framework/index.js';
import { redactText } from '../../../connectors/framework/facade/redact.js';
import { loadConnector } from '../../../connectors/registry.js';
import { operationScripts, type OperationScripts } from '../../operations/operation-scripts.js';
import type { FromProcess, StartMessage, ToProcess } from '../control-messages.js';
import { PipeChannel } from '../pipe-channel.js';
import { processLimits } from '../process-limits.js';
import { forwardedLog } from './forwarded-log.js';
import { Questions } from './questions.js';
import { ServedFacades } from './served-facades.js';
import { watchedConnector } from './watched-connector.js';

/** Bytes that wait for the agent to read them; beyond, log lines are left out, spans, and waits that begin. */
const BACKLOG = 4 * 1024 * 1024;

export interface ServeOptions {
  /** @default the registry's */
  readonly load?: ((id: string) => Promise<AnyConnector | undefined>) | undefined;
  /** Before the connector is loaded. */
  readonly prepare?: ((start: StartMessage) => void) | undefined;
  /** Once: the agent is gone, or wants the end; everything is closed as far as it could be. */
  onEnd(): void;
}

export interface ServedConnector {
  /** The last word to the agent; `said` is called when it has left. Secrets are taken out. */
  fail(error: unknown, said: () => void): void;
}

/** The process's side: runs one connector for the agent at the other end of the pipe, until that closes it. */
export function serveConnector(pipe: Duplex, options: ServeOptions): ServedConnector {
  return new Server(pipe, options);
}

class Server implements ServedConnector {
  readonly #pipe: Duplex;
  readonly #options: ServeOptions;
  readonly #channel: PipeChannel;
  readonly #questions = new Questions((question) => { this.#say(question); });
  #facades: ServedFacades | undefined;
  #peer: ProtocolPeer | undefined;
  #scripts: OperationScripts | undefined;

  constructor(pipe: Duplex, options: ServeOptions) {
    this.#pipe = pipe;
    this.#options = options;
    this.#channel = new PipeChannel(pipe, { description: 'pipe to the agent', maxFrameBytes: Number.MAX_SAFE_INTEGER, ownMemory: () => process.memoryUsage.rss() }, {
      onControl: (message) => { this.#onControl(message as ToProcess); },
      onClosed: () => { void this.#end(); },
    });
  }

  fail(error: unknown, said: () => void): void {
    const known = this.#facades?.secrets() ?? [];
    const text = error instanceof Error ? error.message : String(error);
    const stack = error instanceof Error && error.stack !== undefined ? redactText(error.stack, known) : undefined;
    this.#channel.control({ kind: 'fatal', message: redactText(text, known), stack }, said);
  }

  #onControl(message: ToProcess): void {
    switch (message.kind) {
      case 'start':
        this.#start(message).catch((error: unknown) => {
          this.#say({ kind: 'unready', message: error instanceof Error ? error.message : String(error) });
        });
        return;
      case 'open':
        this.#facades?.open(message);
        return;
      case 'dispose':
        void this.#dispose(message.handle);
        return;
      case 'permitted':
        this.#questions.answered(message.ask, message.error);
        return;
    }
  }

  async #start(start: StartMessage): Promise<void> {
    const { load = loadConnector, prepare } = this.#options;
    prepare?.(start);
    const connector = await load(start.connector);
    if (connector === undefined) throw new Error(`there is no connector ${start.connector}`);
    const log = (handle?: number) => forwardedLog({ debug: start.debug, handle, send: (line) => { this.#log(line); } });
    this.#scripts = start.scripts === undefined ? undefined : operationScripts(start.scripts);
    const facades = new ServedFacades({
      connector: watchedConnector(connector, { grace: start.cancelGrace, onStuck: (operation) => { this.#say({ kind: 'stuck', operation }); } }),
      stateRoot: start.stateRoot, trustedCertificates: start.trustedCertificates, questions: this.#questions, scripts: this.#scripts, log,
      tell: (message) => { this.#say(message); }, isLate: () => this.#isLate,
    });
    this.#facades = facades;
    const peer = createPeer({ role: 'listener', executor: facades, limits: processLimits(start), log: log() });
    this.#peer = peer;
    // It listens from here on; the handshake is the agent's to begin.
    peer.attach(this.#channel.socket, 'agent').catch(() => undefined);
    this.#say({ kind: 'ready' });
  }

  async #dispose(handle: number): Promise<void> {
    await this.#facades?.dispose(handle);
    this.#say({ kind: 'disposed', handle });
  }

  async #end(): Promise<void> {
    await Promise.all([this.#facades?.close(), this.#peer?.close('the agent is gone')]);
    await this.#scripts?.close();
    this.#options.onEnd();
  }

  #say(message: FromProcess): void {
    this.#channel.control(message);
  }

  get #isLate(): boolean {
    return this.#pipe.writableLength > BACKLOG;
  }

  #log(line: Extract<FromProcess, { readonly kind: 'log' }>): void {
    if (!this.#isLate) this.#say(line);
  }
}
