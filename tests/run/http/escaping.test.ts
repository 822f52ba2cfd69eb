import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { GantzError } from '../../../lib/contract/errors.ts';
import { renderBody } from '../../../lib/run/http/body.ts';
import { runHttp } from '../../../lib/run/http/http.ts';
import type { TemplateInput } from '../../../lib/run/http/template-input.ts';
import { renderUrl } from '../../../lib/run/http/url.ts';
import { anyJson, anyText } from '../../helpers/json.ts';
import { startServer, type TestServer } from '../../helpers/http-server.ts';
import { invocationOf } from '../../helpers/invocation.ts';

/** Any text, and texts with characters that have a meaning in a URL, a header or JSON. */
const hostile = fc.oneof(
  anyText,
  fc
    .array(
      fc.constantFrom(
        '.',
        '..',
        '/',
        '\\',
        '%2e',
        '%2F',
        '?',
        '#',
        '&',
        '=',
        '@',
        ':',
        '//evil.example',
        ' ',
        '\t',
        '\r\n',
        '\0',
        '"',
        '\\"',
        ',',
        '}',
        ']',
        '{{y}}',
        '${HOME}',
        '+',
        ';',
        'a',
        'é',
        '\u2028',
        '\ud800',
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join('')),
);

const source = (x: unknown): TemplateInput => ({
  names: ['x', 'y'],
  params: { x, y: 'other' },
  expand: (text) => text,
});

/** Returns the rendered value; undefined when it was refused with INVALID_PARAMETERS. */
function refusedOr<T>(render: () => T): T | undefined {
  try {
    return render();
  } catch (error) {
    assert.ok(error instanceof GantzError && error.code === 'INVALID_PARAMETERS', String(error));
    return undefined;
  }
}

describe('escaping: any value', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer();
  });
  after(() => server.close());

  it('stays one segment, one query value and the fragment of a url', () => {
    fc.assert(
      fc.property(hostile, (x) => {
        const url = 'https://host.example:8443/a/{{x}}/b-{{x}}?q={{x}}&z=1#{{x}}';
        const address = refusedOr(() => renderUrl({ url, query: { m: 'm{{x}}' } }, source(x)));
        if (!address) {
          assert.ok(
            x === '' || !x.isWellFormed() || /^(?:\.|%2e){1,2}$/i.test(x),
            `${JSON.stringify(x)} was refused`,
          );
          return;
        }
        const { origin, pathname, search, hash } = address.url;
        assert.equal(origin, 'https://host.example:8443');
        assert.deepEqual(pathname.split('/').map(decodeURIComponent), ['', 'a', x, `b-${x}`]);
        assert.deepEqual(
          [...new URLSearchParams(search)],
          [
            ['q', x],
            ['z', '1'],
            ['m', `m${x}`],
          ],
        );
        assert.equal(decodeURIComponent(hash.slice(1)), x);
      }),
      { numRuns: 1000 },
    );
  });

  it('stays one segment of a path, with any text around it', () => {
    const around = fc.array(fc.constantFrom('/', '.', '%2E', '\\', '-', '//'), { maxLength: 3 });
    fc.assert(
      fc.property(hostile, around, around, (x, left, right) => {
        const expand = (text: string): string =>
          text.replace('${L}', left.join('')).replace('${R}', right.join(''));
        // Node 20 keeps the dots of a path such as /.a/./ when it has no escape, so the numbers of segments would differ.
        const url = 'http://host.example/%6Fne/${L}{{x}}${R}';
        const render = (value: string): URL =>
          renderUrl({ url, query: {} }, { ...source(value), expand }).url;
        const rendered = refusedOr(() => render(x));
        // An empty value only joins the texts of the manifest.
        if (!rendered || x === '') return;
        assert.equal(rendered.host, 'host.example');
        assert.equal(rendered.pathname.split('/').length, render('harmless').pathname.split('/').length);
      }),
      { numRuns: 1000 },
    );
  });

  it('stays one string inside the quotes of a JSON text, and one value outside them', () => {
    fc.assert(
      fc.property(hostile, anyJson, (x, value) => {
        const text = renderBody('{"a":"<{{x}}>","b":[1]}', {}, source(x))?.text ?? '';
        assert.deepEqual(JSON.parse(text), { a: `<${x}>`, b: [1] });
        const outside =
          renderBody('{"a":{{x}},"b":[{{ x }}]}', { contentType: 'application/json' }, source(value))?.text ??
          '';
        assert.deepEqual(JSON.parse(outside), JSON.parse(JSON.stringify({ a: value, b: [value] })));
      }),
      { numRuns: 1000 },
    );
  });

  it('stays itself in a map that is sent as JSON or as a form', () => {
    fc.assert(
      fc.property(hostile, (x) => {
        const text = renderBody({ a: '{{x}}', b: { c: ['-{{x}}-'] } }, {}, source(x))?.text ?? '';
        assert.deepEqual(JSON.parse(text), { a: x, b: { c: [`-${x}-`] } });
        const type = 'application/x-www-form-urlencoded';
        for (const body of [{ a: '{{x}}', b: '1' }, 'a={{x}}&b=1']) {
          const form = refusedOr(() => renderBody(body, { contentType: type }, source(x)))?.text;
          if (form === undefined) assert.ok(!x.isWellFormed());
          else
            assert.deepEqual(
              [...new URLSearchParams(form)],
              [
                ['a', x],
                ['b', '1'],
              ],
            );
        }
      }),
      { numRuns: 500 },
    );
  });

  it('arrives as one header, or is refused before anything is sent', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (x) => {
        const count = server.received.length;
        const action = {
          kind: 'http',
          method: 'GET',
          url: `${server.origin}/{{x}}`,
          headers: { 'X-Value': '<{{x}}>' },
          query: { q: '{{x}}' },
        } as const;
        const error = await runHttp(invocationOf(action, { params: { x } })).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error) {
          assert.ok(error instanceof GantzError);
          assert.equal(error.code, 'INVALID_PARAMETERS', error.message);
          assert.equal(server.received.length, count);
          return;
        }
        assert.equal(server.received.length, count + 1);
        const { headers, url } = server.received[count] ?? assert.fail();
        assert.equal(Buffer.from(String(headers['x-value']), 'latin1').toString(), `<${x}>`);
        assert.equal(url.split('/').length, 2);
        assert.deepEqual(Object.keys(headers).sort(), [
          'accept',
          'accept-encoding',
          'connection',
          'host',
          'user-agent',
          'x-value',
        ]);
      }),
      { numRuns: 150 },
    );
  });
});
