/** The part that is used; the package has no types of its own. https://github.com/SAP/node-hdb */
declare module 'hdb' {
  import type { Readable } from 'node:stream';

  export interface HdbColumn { readonly columnDisplayName: string; readonly dataType: number; readonly fraction?: number }
  export interface ResultSet {
    readonly metadata: readonly HdbColumn[];
    setFetchSize(rows: number): this;
    createArrayStream(options: { readonly arrayMode: number | boolean }): Readable;
    close(done: (error?: Error) => void): void;
  }
  /** Rows affected, a result set, or an array of them, by the statement. */
  export type Answer = (error: Error | null | undefined, ...results: readonly unknown[]) => void;
  export interface Statement {
    execute(values: readonly unknown[], options: object, answer: Answer): void;
    drop(done?: (error?: Error) => void): void;
  }
  export interface Client {
    on(event: 'error' | 'close', listener: (error: unknown) => void): this;
    connect(done: (error?: Error | null) => void): void;
    execute(command: string, options: object, answer: Answer): void;
    prepare(command: string, done: (error: Error | null, statement: Statement) => void): void;
    setAutoCommit(on: boolean): void;
    commit(done: (error?: Error | null) => void): void;
    rollback(done: (error?: Error | null) => void): void;
    disconnect(done: (error?: Error | null) => void): void;
    destroy(): void;
  }
  const hdb: { createClient(options: object): Client };
  export { hdb as default };
}
