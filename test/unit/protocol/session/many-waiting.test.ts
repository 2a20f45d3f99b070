import { describe, expect, it } from 'vitest';
import { encodeOperationRequest } from '../../../../protocol/codec/index.js';
import { KEY } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { listenerWithJava } from '../../../support/peers.js';

describe('a peer without sockets', () => {
  it('may leave many answers waiting without a warning about leaking listeners', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => { warnings.push(warning.message); };
    process.on('warning', onWarning);
    try {
      const { java, facade, group, attached } = await listenerWithJava();
      let finish: () => void = () => undefined;
      const finished = new Promise<void>((resolve) => { finish = resolve; });
      facade.onPerform = () => finished;
      for (let id = 10; id < 40; id++) await java.send(encodeOperationRequest({ id, connectorKey: KEY, facadeKey: 'FADE', operation: { kind: 'test' } }));
      java.socket.terminate();
      await attached[0]?.closed;
      expect(group.isOperational).toBe(false);
      finish();
      await settle(20);
      expect(warnings.filter((text) => text.includes('EventTarget'))).toEqual([]);
    } finally {
      process.off('warning', onWarning);
    }
  });
});
