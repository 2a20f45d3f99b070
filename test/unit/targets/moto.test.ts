import { expect, it } from 'vitest';
import { isMotoInstalled, startMoto } from '../../targets/moto.js';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html; moto takes any signature. */
it('moto makes a user of IAM once, and forgets it when reset', async () => {
  if (!isMotoInstalled()) return console.log('not run: moto is not installed (node scripts/rest-targets.mjs)');
  const moto = await startMoto();
  const create = async (): Promise<number> => {
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0' };
    return (await fetch(moto.endpoint, { method: 'POST', headers, body: new URLSearchParams({ Action: 'CreateUser', Version: '2010-05-08', UserName: 'Bob' }) })).status;
  };
  try {
    expect([await create(), await create()]).toEqual([200, 409]);
    await moto.reset();
    expect(await create()).toBe(200);
  } finally {
    await moto.stop();
  }
}, 60_000);
