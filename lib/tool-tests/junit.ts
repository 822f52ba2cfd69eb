import type { TestResult } from './run.ts';

/** Renders the results as a JUnit report (XML), for CI. */
export function renderJunit(suite: string, results: readonly TestResult[]): string {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const seconds = results.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const cases = results.map(({ tool, name, milliseconds, failures, printed }) => {
    const head = `    <testcase classname="${escape(tool)}" name="${escape(name)}" time="${milliseconds / 1000}"`;
    if (failures.length === 0) return `${head}/>`;
    const output = printed === '' ? '' : `\n      <system-out>${escape(printed)}</system-out>`;
    return `${head}>\n      <failure message="${escape(failures[0] ?? '')}">${escape(failures.join('\n'))}</failure>${output}\n    </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${results.length}" failures="${failed}" time="${seconds}">`,
    `  <testsuite name="${escape(suite)}" tests="${results.length}" failures="${failed}" time="${seconds}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function escape(text: string): string {
  // XML 1.0 cannot represent most control characters.
  const legal = text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/g, '\ufffd');
  return legal
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}
