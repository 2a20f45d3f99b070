import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NotifyUnreachable } from '../../../../../deploy/runtime/service/notify-descriptor.js';
import { ServiceManager } from '../../../../../deploy/runtime/service/service-manager.js';

const PID = 4711;
const handed = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({ NOTIFY_SOCKET: '/run/systemd/notify', LISTEN_PID: String(PID), LISTEN_FDS: '1', LISTEN_FDNAMES: 'notify', ...more });

let sent: { readonly descriptor: number; readonly text: string }[];
let full: boolean;
let status: string;
const write = (descriptor: number, text: string): void => {
  if (full) throw Object.assign(new Error('busy'), { code: 'EAGAIN' });
  sent.push({ descriptor, text });
};
const manager = (environment: NodeJS.ProcessEnv): ServiceManager => new ServiceManager({ status: () => status, environment, pid: PID, write });
const texts = (): string[] => sent.map(({ text }) => text);

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  full = false;
  status = 'well';
});
afterEach(() => { vi.useRealTimers(); });

describe('word to the service manager', () => {
  it('is nothing where none waits for it', async () => {
    const told = manager({ LISTEN_PID: String(PID), LISTEN_FDS: '1', LISTEN_FDNAMES: 'notify', WATCHDOG_USEC: '1000000' });
    told.ready();
    told.stopping(1000);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toEqual([]);
  });

  it.each([
    ['no descriptor at all', { LISTEN_FDS: undefined, LISTEN_FDNAMES: undefined }],
    ['descriptors of another process, which had ours in its environment', { LISTEN_PID: '1' }],
    ['descriptors of other names', { LISTEN_FDNAMES: 'http' }],
    ['fewer descriptors than names', { LISTEN_FDS: '1', LISTEN_FDNAMES: 'http:notify' }],
  ])('cannot be given with %s, and the message says what to do', (_what, more) => {
    expect(() => manager(handed(more))).toThrow(NotifyUnreachable);
    expect(() => manager(handed(more))).toThrow('with-notify-socket');
  });

  it('goes to the descriptor of that name, among others', () => {
    manager(handed({ LISTEN_FDS: '3', LISTEN_FDNAMES: 'http:notify:more' })).ready();
    expect(sent).toEqual([{ descriptor: 4, text: 'READY=1\nSTATUS=well' }]);
  });

  it('is not left in the environment for what is started from here', () => {
    const environment = handed({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: String(PID), PATH: '/bin' });
    manager(environment);
    expect(environment).toEqual({ PATH: '/bin' });
  });

  it('waits until there is room, in order, when it must arrive; signs of life are given up', async () => {
    const told = manager(handed({ WATCHDOG_USEC: '2000000', WATCHDOG_PID: String(PID) }));
    full = true;
    told.ready();
    status = 'worse';
    told.stopping(1500.2);
    await vi.advanceTimersByTimeAsync(3_500);
    full = false;
    await vi.advanceTimersByTimeAsync(60);
    expect(texts()).toEqual(['READY=1\nSTATUS=well', 'STOPPING=1\nEXTEND_TIMEOUT_USEC=1501000\nSTATUS=worse']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(texts().slice(2)).toEqual(['WATCHDOG=1']);
  });

  it('is sent half as far apart as the watchdog waits, with the status where it has changed', async () => {
    manager(handed({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: String(PID) })).ready();
    await vi.advanceTimersByTimeAsync(15_010);
    status = 'two\nlines';
    await vi.advanceTimersByTimeAsync(30_000);
    expect(texts()).toEqual(['READY=1\nSTATUS=well', 'WATCHDOG=1', 'WATCHDOG=1\nSTATUS=two lines', 'WATCHDOG=1']);
  });

  it('holds no sign of life where the watchdog is for another process, or there is none', async () => {
    for (const more of [{ WATCHDOG_USEC: '1000000', WATCHDOG_PID: '1' }, { WATCHDOG_USEC: 'soon' }, {}]) manager(handed(more)).ready();
    status = 'other';
    await vi.advanceTimersByTimeAsync(6_000);
    expect(texts().filter((text) => text.includes('WATCHDOG'))).toEqual([]);
    expect(texts().filter((text) => text === 'STATUS=other')).toHaveLength(3);
  });

  it('ends quietly with a service manager that is gone', () => {
    const gone = new ServiceManager({ status: () => status, environment: handed(), pid: PID, write: () => { throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }); } });
    expect(() => { gone.ready(); gone.stopping(1); }).not.toThrow();
  });
});
