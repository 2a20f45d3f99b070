import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConnectorError, ERROR_KINDS, errorKindOf } from '../../../protocol/model/index.js';

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
const documented = [...page.matchAll(/^\| `(\w+)` \| `([^`]+)` \| [^|]+ \| (yes|no) \|/gm)].map(([, kind, javaClass, again]) => ({
  kind, javaClass: javaClass!.replace('…', 'org.identityconnectors.framework.common.exceptions'), retryable: again === 'yes',
}));

describe('docs/errors.md', () => {
  it('documents every error kind, its Java class and whether to retry, and nothing else', () => {
    expect(documented).toEqual(Object.entries(ERROR_KINDS).map(([kind, entry]) => ({ kind, ...entry })));
  });
});

describe('ConnectorError', () => {
  it('is found again by its Java class in any case, and keeps a foreign class', () => {
    expect(errorKindOf('ORG.identityconnectors.framework.common.exceptions.UnknownUidException')).toBe('unknownUid');
    expect(errorKindOf('System.ArgumentException')).toBeUndefined();
    expect(new ConnectorError('connector', 'x', { remoteClass: 'System.ArgumentException' }).javaClass).toBe('System.ArgumentException');
  });
});
