import { describe, expect, it } from 'vitest';
import { Scrape, parseExposition } from '../../../../support/prometheus-text.js';

const HEAD = '# HELP a_total Help.\n# TYPE a_total counter\n';

/** The page of the format's own documentation, less what these pages never have (timestamps, summaries, untyped). */
const DOCUMENTED = `# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027
http_requests_total{method="post",code="400"}    3

# HELP msdos_file_access_time_seconds Escaping.
# TYPE msdos_file_access_time_seconds gauge
msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9

# HELP http_request_duration_seconds A histogram of the request duration.
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.05"} 24054
http_request_duration_seconds_bucket{le="1"} 133988
http_request_duration_seconds_bucket{le="+Inf"} 144320
http_request_duration_seconds_sum 53423
http_request_duration_seconds_count 144320
`;

describe('the parser of metrics pages that tests use', () => {
  it('reads the example of the format\'s documentation', () => {
    const page = new Scrape(DOCUMENTED);
    expect(page.value('http_requests_total', { code: '400' })).toBe(3);
    expect(page.samples('msdos_file_access_time_seconds')[0]).toEqual({
      name: 'msdos_file_access_time_seconds', labels: { path: 'C:\\DIR\\FILE.TXT', error: 'Cannot find file:\n"FILE.TXT"' }, value: 1.458255915e9,
    });
    expect(page.value('http_request_duration_seconds_bucket', { le: '+Inf' })).toBe(144_320);
  });

  it.each([
    ['no line break at the end', `${HEAD}a_total 1`],
    ['a sample without its TYPE', 'a_total 1\n'],
    ['a sample of another family', `${HEAD}b_total 1\n`],
    ['a TYPE without HELP', '# TYPE a_total counter\na_total 1\n'],
    ['the same sample twice', `${HEAD}a_total{x="1",y="2"} 1\na_total{y="2",x="1"} 1\n`],
    ['no number', `${HEAD}a_total one\n`],
    ['a negative counter', `${HEAD}a_total -1\n`],
    ['an escape there is not', `${HEAD}a_total{x="\\t"} 1\n`],
    ['a value that does not end', `${HEAD}a_total{x="1} 1\n`],
    ['a name of a label there cannot be', `${HEAD}a_total{x-y="1"} 1\n`],
    ['a counter that is not called one', '# HELP a Help.\n# TYPE a counter\na 1\n'],
    ['buckets that fall', '# HELP h Help.\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n'],
    ['a histogram without +Inf', '# HELP h Help.\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_sum 1\nh_count 2\n'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseExposition(text)).toThrow();
  });
});
