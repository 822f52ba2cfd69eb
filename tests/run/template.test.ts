import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { choose, isTrue, parseTemplate, renderTemplate, type Template } from '../../lib/run/template.ts';

const NAMES = ['name', 'n', 'list', 'obj', 'flag', 'a.b', 'on-off', 'end'];
const PARAMS = {
  name: 'Ada',
  n: 1.5,
  list: ['x', { y: 2 }],
  obj: { in: { er: 'deep' }, nil: null },
  flag: true,
  'a.b': 'dotted',
};
const parse = (text: string): Template => parseTemplate(text, NAMES);

describe('rendering', () => {
  const cases: [template: string, text: string][] = [
    ['plain', 'plain'],
    ['', ''],
    ['{{name}}', 'Ada'],
    ['<{{ name }}>', '<Ada>'],
    ['{{n}} {{flag}}', '1.5 true'],
    ['{{list}}', '["x",{"y":2}]'],
    ['{{list.0}} {{list.1.y}} {{list.2}}', 'x 2 '],
    ['{{obj.in.er}}{{obj.nil}}{{obj.none}}', 'deep'],
    ['{{obj.toString}}{{list.length}}', ''],
    ['{{a.b}}', 'dotted'],
    ['{{on-off}}', ''],
    ['{"a":{"b":{{n}}}}', '{"a":{"b":1.5}}'],
    ['\\{{name}}', '{{name}}'],
    ['\\\\{{name}}', '\\\\Ada'],
    ['\\\\\\{{name}}', '\\\\{{name}}'],
    ['{{{name}}}', '{Ada}'],
    ['{{\\{{', '{{{{'],
    ['{{.Names}} {{ nmae }} {{}}', '{{.Names}} {{ nmae }} {{}}'],
    ['{{ if flag }}yes{{ else }}no{{ end }}', 'yes'],
    ['{{if not flag}}yes{{else}}no{{end}}', 'no'],
    ['a{{ if on-off }}b{{ end }}c', 'ac'],
    ['{{ if flag }}{{ if on-off }}1{{ else }}{{name}}{{ end }}3{{ end }}', 'Ada3'],
    ['{{ if on-off }}1{{ else if flag }}2{{ else }}3{{ end }}4', '24'],
    ['{{ if obj.in }}1{{ end }}{{ if obj.nil }}2{{ end }}', '1'],
    ['{{range .X}}{{name}}{{end}}', '{{range .X}}Ada{{end}}'],
    ['{{ if flag }}{{range .X}}-{{end}}{{ end }}', '{{range .X}}-{{end}}'],
    ['{{if .Docker}}{{name}}{{else}}b{{end}}', '{{if .Docker}}Ada{{else}}b{{end}}'],
    ['{{ if flag }}x{{ end }}{{ end }}', 'x'],
    ['{{name\n}}', '{{name\n}}'],
  ];
  for (const [template, text] of cases) {
    it(JSON.stringify(template), () => {
      assert.equal(renderTemplate(parse(template), PARAMS), text);
    });
  }

  it('gives a parameter named end its value where no condition is open', () => {
    assert.equal(
      renderTemplate(parse('{{ if flag }}{{name}}{{ end }} {{end}}'), { ...PARAMS, end: 9 }),
      'Ada 9',
    );
  });

  it('does not parse values', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom('{{n}}', '{{ if flag }}', '\\{{', '${HOME}', '{{ end }}'),
        (a, b) => {
          assert.equal(renderTemplate(parse('<{{name}}|{{n}}>'), { name: a + b, n: b }), `<${a}${b}|${b}>`);
        },
      ),
    );
  });

  it('expands ${VAR} only in literals', () => {
    const text = renderTemplate(
      parse('${A}{{name}}'),
      { name: '${A}' },
      { literal: (t) => t.replace('${A}', 'x') },
    );
    assert.equal(text, 'x${A}');
  });

  it('never throws, and returns text without tags unchanged', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('{{', '}}', ' if ', 'name', 'else', 'end', '\\', '.', ' ')),
        (parts) => {
          const text = parts.join('');
          const pieces = choose(parse(text).segments, PARAMS);
          if (!text.includes('{{')) assert.equal(pieces.map((piece) => piece.text).join(''), text);
        },
      ),
    );
  });
});

it('reads 0, "", null, [] and {} as false', () => {
  assert.deepEqual([undefined, null, false, 0, '', [], {}].map(isTrue), Array(7).fill(false));
  assert.deepEqual([true, 1, -1, '0', 'false', [0], { a: null }].map(isTrue), Array(7).fill(true));
});

describe('problems', () => {
  const problems = (text: string) =>
    parse(text).problems.map(({ severity, message, hint, offset }) => ({ severity, message, hint, offset }));

  it('warns of a tag that names no parameter, with the nearest one', () => {
    assert.deepEqual(problems('ls {{nam}}'), [
      {
        severity: 'warning',
        message: '{{nam}} names no parameter and stays as it is',
        hint: 'Did you mean {{name}}?',
        offset: 3,
      },
    ]);
  });

  const hints: [text: string, hint: RegExp][] = [
    // Go templates, and what other tools write.
    ['{{ .name }}', /^Did you mean \{\{name\}\}\? Write \\\{\{ for literal text/],
    ['{{.name}}', /^Did you mean \{\{name\}\}\?/],
    ['{{- $name -}}', /^Did you mean \{\{name\}\}\?$/],
    ['{{ .obj.field }}', /^Did you mean \{\{obj\.field\}\}\?/],
    ['{{ params.name }}', /^Did you mean \{\{name\}\}\?$/],
    ['{{ .Values.name }}', /^Did you mean \{\{name\}\}\?/],
    ['{{ name | upper }}', /^Did you mean \{\{name\}\}\?$/],
    ['{{ if .name }}x{{ end }}', /^Did you mean \{\{ if name \}\}\?$/],
    ['{{ if not .name }}x{{ end }}', /^Did you mean \{\{ if not name \}\}\?$/],
    ['{{ .zzzzzzzzzz }}', /^Write \\\{\{/],
  ];
  for (const [text, hint] of hints)
    it(`names the placeholder that ${text} means`, () => assert.match(problems(text)[0]?.hint ?? '', hint));

  const unclosed: [text: string, tag: string, offset: number][] = [
    ['echo {{ s }', '{{ s }', 5],
    ['echo {{name} x', '{{name}', 5],
    ['echo {{name', '{{name', 5],
    ['echo {{ name and {{flag}}', '{{ name', 5],
    ['{{\n name\n}}', '{{\n name\n}', 0],
    ['{{ if name }x{{name}}', '{{ if name }', 0],
    ['{{name}} {{ obj.a }', '{{ obj.a }', 9],
  ];
  for (const [text, tag, offset] of unclosed) {
    it(`warns of the unclosed tag in ${JSON.stringify(text)}`, () => {
      const [problem, ...more] = problems(text);
      assert.deepEqual(more, []);
      assert.deepEqual(
        [problem?.severity, problem?.message, problem?.offset],
        ['warning', `${tag} is not closed and stays as it is`, offset],
      );
    });
  }

  it('does not warn of braces that are no tag', () => {
    for (const text of ['\\{{ s }', '{"a":{"b":{{name}}}}', '{{ unknown', '{ {s}', '{{"a"}', '{{}', '{{'])
      assert.deepEqual(problems(text), [], text);
  });

  it('warns of a condition that it does not support', () => {
    const [problem] = problems('{{ if eq name "x" }}1{{ end }}');
    assert.match(problem?.hint ?? '', /comparisons are not supported/);
  });

  it('refuses a condition without an end', () => {
    assert.deepEqual(
      problems('x{{ if name }}1{{ else }}2').map(({ severity, message, offset }) => [
        severity,
        message,
        offset,
      ]),
      [['error', '{{ if name }} has no {{ end }}', 1]],
    );
    assert.equal(problems('{{ if name }}1{{ else }}2{{ else }}3{{ end }}')[0]?.severity, 'error');
  });

  it('reports no problem for \\{{ and known names', () => {
    assert.deepEqual(problems('\\{{x}} {{obj.anything.at.all}}'), []);
  });
});

it('returns the parameters that a text mentions', () => {
  assert.deepEqual(
    [...parse('{{obj.x}} {{ if flag }}{{n}}{{ end }} {{zzz}}').mentions],
    ['obj', 'flag', 'n'],
  );
});
