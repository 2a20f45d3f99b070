import type { JavaDriver } from './java-driver.js';
import type { JavaConfigureOptions, JavaConnectorInfo, JavaConnectorKey, JavaConnectorSelector, JavaPropertyInput } from './java-driver-types.js';
import { JavaFacade } from './java-facade.js';

/** A connection (of several sockets) of the Java framework to one agent. */
export class JavaConnection {
  readonly #driver: JavaDriver;
  readonly handle: string;

  constructor(driver: JavaDriver, handle: string) {
    this.#driver = driver;
    this.handle = handle;
  }

  /** The keys of all connectors known now. */
  async keys(): Promise<JavaConnectorKey[]> {
    return this.#driver.call('keys', { connection: this.handle });
  }

  /** All connectors known now, each with its whole default configuration. */
  async infos(): Promise<JavaConnectorInfo[]> {
    return this.#driver.call('infos', { connection: this.handle });
  }

  /** Waits for a connector to be listed (`findConnectorInfoAsync`) and describes it. */
  async info(connector: JavaConnectorSelector, timeout = 20_000): Promise<JavaConnectorInfo> {
    return this.#driver.call('info', { connection: this.handle, connector, timeout }, timeout + 5000);
  }

  /** A facade with these property values on top of the published defaults. */
  async configure(connector: JavaConnectorSelector, properties: Readonly<Record<string, JavaPropertyInput>> = {}, options: JavaConfigureOptions = {}): Promise<JavaFacade> {
    const { facade, supportedOperations } = await this.#driver.call<{ facade: string; supportedOperations: string[] }>(
      'configure', { connection: this.handle, connector, properties, ...options });
    return new JavaFacade(this.#driver, facade, supportedOperations);
  }

  /** Sockets open now. */
  async sockets(): Promise<number> {
    return (await this.#driver.call<{ sockets: number }>('sockets', { connection: this.handle })).sockets;
  }

  /** Closes all sockets. */
  async disconnect(): Promise<void> {
    await this.#driver.call('disconnect', { connection: this.handle });
  }
}
