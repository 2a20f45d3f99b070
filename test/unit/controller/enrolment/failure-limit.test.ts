import { expect, it } from 'vitest';
import { FailureLimit, networkOf } from '../../../../controller/enrolment/failure-limit.js';

it('listens no more to who failed twenty times in a minute, until the minute is over; others are not touched', () => {
  let now = 0;
  const limit = new FailureLimit(() => now);
  for (let round = 0; round < 20; round += 1) {
    expect(limit.wait('a')).toBe(0);
    limit.failed('a');
  }
  now = 20_000;
  expect(limit.wait('a')).toBe(40);
  expect(limit.wait('b')).toBe(0);
  now = 60_000;
  expect(limit.wait('a')).toBe(0);
});

it('remembers a bounded number of them', () => {
  const limit = new FailureLimit(() => 0);
  for (let index = 0; index < 20_000; index += 1) limit.failed(String(index));
  expect(limit.size).toBe(10_000);
});

it('takes a network of IPv6 for one, and IPv4 by address', () => {
  expect(networkOf('2001:db8:1:2::1')).toBe(networkOf('2001:db8:1:2:ffff:1:2:3'));
  expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'));
  expect(networkOf('::1')).toBe('0:0:0:0');
  expect(networkOf('::ffff:192.0.2.1')).not.toBe(networkOf('::ffff:192.0.2.2'));
  expect(networkOf('192.0.2.1')).toBe('192.0.2.1');
});
