/** Promtool's unit tests of the alerts (https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/), of test/monitoring/alert-cases.yaml. */

/** Annotations name labels and nothing else, so that what they become is known. */
function rendered(text, labels) {
  return text.replace(/\{\{ \$labels\.(\w+) \}\}/g, (whole, name) => labels[name] ?? '');
}

function expected(rule, labels) {
  return {
    exp_labels: { ...rule.labels, ...labels },
    exp_annotations: Object.fromEntries(Object.entries(rule.annotations).map(([name, text]) => [name, rendered(text, labels)])),
  };
}

function testOf(name, { alert, at }, series, alerts) {
  return {
    name, interval: '1m',
    input_series: Object.entries(series).map(([text, values]) => ({ series: text, values })),
    alert_rule_test: [{ alertname: alert, eval_time: at, exp_alerts: alerts }],
  };
}

/** `rules`: the file as parsed; `cases`: as parsed; `file`: path of the rules, as promtool finds it. */
export function alertTests(rules, cases, file) {
  const byName = new Map(rules.groups.flatMap(({ rules: list }) => list).map((rule) => [rule.alert, rule]));
  const tests = cases.flatMap((one) => {
    const rule = byName.get(one.alert);
    if (rule === undefined) throw new Error(`There is no alert ${one.alert}.`);
    return [testOf(`${one.alert} fires`, one, one.series, [expected(rule, one.labels)]), testOf(`${one.alert} is quiet`, one, one.quiet, [])];
  });
  return { rule_files: [file], evaluation_interval: '1m', tests };
}
