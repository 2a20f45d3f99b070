import { describe, expect, it } from 'vitest';
import { scrubber } from '../../../controller/systems/scrub.js';
import { withoutSecrets } from '../../../controller/systems/stored-secrets.js';
import { GuardedString } from '../../../protocol/model/index.js';

const REFERENCE = 'secret://store/ldap/bind';

describe('a reference that only the agent can resolve is no secret of the controller', () => {
  it('errors name it, but no password, even one that begins alike', () => {
    const scrub = scrubber([new GuardedString(REFERENCE), new GuardedString('hunter2'), new GuardedString('secret://hunter3'), new GuardedString('secret://vault/hunter4')]);
    expect(scrub(`${REFERENCE} cannot be had; hunter2, secret://hunter3 and secret://vault/hunter4 neither`)).toBe(`${REFERENCE} cannot be had; ***, *** and *** neither`);
  });

  it('and configurations show it', () => {
    const shown = withoutSecrets({ configurationProperties: { credentials: REFERENCE, password: 'hunter2', other: 'secret://hunter3', token: 'secret://hunter4' } }, undefined);
    expect(shown['configurationProperties']).toMatchObject({ credentials: REFERENCE });
    expect(JSON.stringify(shown)).not.toMatch(/hunter[24]/);
  });
});
