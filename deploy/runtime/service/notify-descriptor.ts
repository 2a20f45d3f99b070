/** First descriptor a service manager hands to a service. sd_listen_fds(3). */
const FIRST = 3;
const NAME = 'notify';

/** Says in words why the service manager cannot be told anything although it wants to be. */
export class NotifyUnreachable extends Error {
  override readonly name = 'NotifyUnreachable';
}

/**
 * The descriptor of a datagram socket connected to the service manager, which Node itself cannot make: it knows no datagram
 * sockets of AF_UNIX, but writes to one it was handed. Whoever starts us hands it over as sd_listen_fds(3) describes, by the
 * name `notify`: `with-notify-socket` of our packages, or systemd itself from 253 on (`OpenFile=/run/systemd/notify:notify`).
 * Undefined where no service manager waits to be told. Throws NotifyUnreachable where one waits and there is no such descriptor.
 */
export function notifyDescriptor(environment: NodeJS.ProcessEnv, pid: number): number | undefined {
  if ((environment['NOTIFY_SOCKET'] ?? '') === '') return undefined;
  const count = environment['LISTEN_PID'] === String(pid) ? Number(environment['LISTEN_FDS'] ?? 0) : 0;
  const index = (environment['LISTEN_FDNAMES'] ?? '').split(':').indexOf(NAME);
  if (index === -1 || index >= count) {
    throw new NotifyUnreachable('A service manager waits for word of this process (NOTIFY_SOCKET), but handed over no descriptor named notify: start it through with-notify-socket, as our units do, or with OpenFile=/run/systemd/notify:notify on systemd 253 or later.');
  }
  return FIRST + index;
}
