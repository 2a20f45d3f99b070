import { describe, expect, it } from 'vitest';
import { requestTarget } from '../../../controller/crest/request-path.js';

describe('the target of a request', () => {
  it.each([
    ['/openidm/system/s/t', ['system', 's', 't'], '/openidm', ''],
    ['/system/s/t/?_queryFilter=true', ['system', 's', 't'], '', '_queryFilter=true'],
    ['http://proxy.example:8080/openidm/system/s?a=http://b/c', ['system', 's'], '/openidm', 'a=http://b/c'],
    ['HTTPS://host/system/s', ['system', 's'], '', ''],
    ['http://host?a=1', [], '', 'a=1'],
    ['/system/s/t/a%2Fb+c', ['system', 's', 't', 'a/b+c'], '', ''],
    ['/system/s/t/http://x', ['system', 's', 't', 'http:', '', 'x'], '', ''],
  ])('%s', (url, path, contextPath, search) => {
    expect(requestTarget(url)).toEqual({ path, contextPath, search });
  });
});
