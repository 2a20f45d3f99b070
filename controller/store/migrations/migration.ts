/** One step of the database's form. Once released it is never changed: what it did is in databases already. */
export interface Migration {
  readonly id: number;
  readonly name: string;
  /** Statements, done in one transaction. */
  readonly up: string;
}
