/** A place a connector goes to: a server of the network, or a file or directory of the agent's machine. */
export type ConnectorTarget = { readonly host: string; readonly port: number } | { readonly path: string };

/** Throws a ConnectorError `permissionDenied` for a place the operation under way must not go to. */
export type PermitTarget = (target: ConnectorTarget) => Promise<void>;
