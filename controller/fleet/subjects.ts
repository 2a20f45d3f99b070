/**
 * Subjects of the fleet. Each controller subscribes below its own name and publishes under its own name, which the
 * permissions of the NATS user enforce (deploy/nats/): so a message says truly whom it comes from.
 */
const LINK = 'link';

/** What `from` sends to `to`. */
export function linkSubject(prefix: string, to: string, from: string): string {
  return `${prefix}.${LINK}.${to}.${from}`;
}

/** Everything that is sent to `node`. */
export function linksTo(prefix: string, node: string): string {
  return `${prefix}.${LINK}.${node}.>`;
}

/** Who sent a message that came by {@link linksTo}; undefined for a subject of another form. */
export function senderOf(subject: string): string | undefined {
  return /\.([A-Za-z0-9_-]{1,64})$/.exec(subject)?.[1];
}

/** Where answers of JetStream to this controller arrive. */
export function inboxOf(prefix: string, node: string): string {
  return `${prefix}.inbox.${node}`;
}
