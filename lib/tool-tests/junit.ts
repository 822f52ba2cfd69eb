import type { Verdict } from './run.ts';

/** The verdicts as a JUnit report (XML), for CI. */
export function renderJunit(suite: string, verdicts: readonly Verdict[]): string {
  const failures = verdicts.filter(({ complaints }) => complaints.length > 0).length;
  const seconds = verdicts.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const cases = verdicts.map(({ tool, name, milliseconds, complaints }) => {
    const head = `    <testcase classname="${escape(tool)}" name="${escape(name)}" time="${milliseconds / 1000}"`;
    if (complaints.length === 0) return `${head}/>`;
    return `${head}>\n      <failure message="${escape(complaints[0] ?? '')}">${escape(complaints.join('\n'))}</failure>\n    </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${verdicts.length}" failures="${failures}" time="${seconds}">`,
    `  <testsuite name="${escape(suite)}" tests="${verdicts.length}" failures="${failures}" time="${seconds}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function escape(text: string): string {
  // XML 1.0 has no way to write most control characters.
  const legal = text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/g, '\ufffd');
  return legal
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}
