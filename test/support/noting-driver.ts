import type { DriverConnection, DriverCursor } from '../../connectors/engines/sql/driver-connection.js';
import type { RenderedSql } from '../../connectors/engines/sql/sql-text.js';

/** A driver that notes what it is told; what a test gives takes the place of what goes well. */
export class NotingDriver implements DriverConnection {
  readonly told: string[] = [];
  readonly statements: string[] = [];
  readonly serverVersion = '1';
  isLost = false;
  readonly failing = new Map<string, () => Promise<never>>();

  async #note(what: string): Promise<void> {
    this.told.push(what);
    await this.failing.get(what)?.();
  }

  async open(): Promise<DriverCursor> {
    await this.#note('open');
    let row = 0;
    return {
      next: async () => {
        await this.#note('next');
        return row++ < 2 ? [new Map([['n', row]])] : undefined;
      },
      close: () => this.#note('close cursor'),
    };
  }
  async run({ text }: RenderedSql) {
    this.statements.push(text);
    await this.#note('run');
    return { rowCount: 1, generatedKeys: [] };
  }
  begin() { return this.#note('begin'); }
  commit() { return this.#note('commit'); }
  rollback() { return this.#note('rollback'); }
  cancel() { return this.#note('cancel'); }
  close() { return this.#note('close'); }
}
