/** A database server of its own for tests: temporary directory, a port of loopback chosen by the system. `stop` removes it all. */
export interface DatabaseServer {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** May create tables in the database. */
  readonly user: string;
  readonly password: string;
  /** Without a user. */
  readonly jdbcUrl: string;
  /** PEM of the authority of the server's certificate, which is for `localhost`, and its file. */
  readonly ca: string;
  readonly caFile: string;
  /** As administrator, each on a connection of its own; rows as objects of text. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Stops the server without cleaning up, SIGKILL as a machine that is lost; `resume` starts it again on the same port. */
  pause(signal?: NodeJS.Signals): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Runs a server that refuses to be root's as another user; as who it is otherwise. As another user it ends with the test run, however
 * that ends.
 */
export function asUser(user: string, program: string, argv: readonly string[]): readonly [string, readonly string[]] {
  if (process.getuid?.() !== 0) return [program, argv];
  return ['setpriv', ['--pdeathsig=KILL', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', program, ...argv]];
}
