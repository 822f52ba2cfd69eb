import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Client } from '@modelcontextprotocol/client';
import { VERSION } from '../../lib/generated/version.ts';
import { folderWith } from '../helpers/folder.ts';
import { waitFor } from '../helpers/wait.ts';
import { connectClient, CONNECTIONS, type Connected } from './clients.ts';

const TOOLS = `tools:
  - name: hello
    title: Say hello
    icons: [{ src: "https://example.com/hello.png", sizes: [48x48] }]
    script: { shell: echo hello }
`;

const MANIFEST = `name: texts
title: Texts for people
description: Prompts about pages
version: 2.0.1
icons: data:image/png;base64,iVBORw0KGgo=
instructions: Begin with a prompt.
include: more.yaml
${TOOLS}prompts:
  - name: summary
    title: Summarize a page
    description: A text about a page
    icons: [https://example.com/summary.png]
    arguments:
      - { name: url, required: true, description: the page }
      - { name: style, enum: [short, shorter, long], default: short }
      - { name: words, type: integer, examples: [100, 250] }
    text: |
      Summarize {{url}} in a {{style}} text.{{ if words }} Use {{words}} words.{{ end }}
  - name: talk
    messages:
      - { text: "Write {{ and }} as they are." }
      - { role: assistant, text: I do. }
`;

const MORE = 'tools: {}\nprompts: { ask: { text: Ask } }\n';

const SUMMARY = {
  name: 'summary',
  title: 'Summarize a page',
  description: 'A text about a page',
  icons: [{ src: 'https://example.com/summary.png' }],
  arguments: [
    { name: 'url', description: 'the page', required: true },
    { name: 'style', required: false },
    { name: 'words', required: false },
  ],
};

async function textsOf(client: Client, name: string, input?: Record<string, string>): Promise<unknown> {
  const { messages } = await client.getPrompt({ name, ...(input && { arguments: input }) });
  return messages.map(({ role, content }) => [role, content.type === 'text' && content.text]);
}

for (const { what, ...connection } of CONNECTIONS) {
  describe(`prompts of ${what}`, () => {
    // Over HTTP in version 2025 there is no stream for notifications.
    const isNotified = connection.over === 'stdio' || connection.era === '2026';
    let connected: Connected;
    let client: Client;
    const cwd = folderWith({ 'gantz.yaml': MANIFEST, 'more.yaml': MORE });
    before(async () => {
      connected = await connectClient({ ...connection, config: join(cwd, 'gantz.yaml') });
      ({ client } = connected);
    });
    after(() => connected.close());

    it('come with the title, the icons and the instructions of the manifest', async () => {
      assert.deepEqual(client.getServerVersion(), {
        name: 'texts',
        title: 'Texts for people',
        description: 'Prompts about pages',
        version: '2.0.1',
        icons: [{ src: 'data:image/png;base64,iVBORw0KGgo=' }],
      });
      assert.equal(client.getInstructions(), 'Begin with a prompt.');
      const list = { listChanged: isNotified };
      const capabilities = { tools: list, prompts: list, resources: list, completions: {} };
      assert.deepEqual(client.getServerCapabilities(), capabilities);
      const [hello] = (await client.listTools()).tools;
      assert.deepEqual(hello?.icons, [{ src: 'https://example.com/hello.png', sizes: ['48x48'] }]);
      assert.equal(hello.title, 'Say hello');
    });

    it('are listed, those of included files too', async () => {
      const { prompts } = await client.listPrompts();
      assert.deepEqual(
        prompts.map(({ name }) => name),
        ['ask', 'summary', 'talk'],
      );
      assert.deepEqual(prompts[1], SUMMARY);
    });

    it('have the values of their arguments in their texts, and none is read as a template', async () => {
      assert.deepEqual(await textsOf(client, 'summary', { url: '{{style}} $(id)', words: '100' }), [
        ['user', 'Summarize {{style}} $(id) in a short text. Use 100 words.\n'],
      ]);
      assert.deepEqual(await textsOf(client, 'talk'), [
        ['user', 'Write {{ and }} as they are.'],
        ['assistant', 'I do.'],
      ]);
    });

    it('refuse arguments that are wrong, and unknown prompts', async () => {
      const wrong: [name: string, input: Record<string, string>, message: RegExp][] = [
        ['summary', {}, /url is required/],
        ['summary', { url: 'u', style: 'huge' }, /style must be one of "short"/],
        ['summary', { url: 'u', words: 'many' }, /words must be integer|words .*integer/],
        ['summary', { ulr: 'u' }, /did you mean "url"/],
        ['sumary', {}, /no prompt "sumary"\. Did you mean summary\?/],
        ['__proto__', {}, /no prompt/],
      ];
      for (const [name, input, message] of wrong)
        await assert.rejects(textsOf(client, name, input), (error: unknown) => {
          const { code, data, message: text } = error as Error & { code: number; data: { code: string } };
          assert.deepEqual([code, data.code], [-32602, 'INVALID_PARAMETERS']);
          assert.match(text, message);
          return true;
        });
    });

    it('complete arguments by their enum and their examples', async () => {
      const complete = async (name: string, value: string): Promise<unknown> => {
        const ref = { type: 'ref/prompt' as const, name: 'summary' };
        return (await client.complete({ ref, argument: { name, value } })).completion.values;
      };
      assert.deepEqual(await complete('style', 'sh'), ['short', 'shorter']);
      assert.deepEqual(await complete('words', ''), ['100', '250']);
      assert.deepEqual(await complete('url', 'h'), []);
      for (const name of ['ulr', 'constructor', ''])
        await assert.rejects(complete(name, ''), { code: -32602 });
    });

    it('follow an edit of the manifest, also of an included file', async () => {
      await writeFile(join(cwd, 'more.yaml'), MORE.replaceAll('Ask', 'Ask again'));
      if (isNotified) await waitFor(() => connected.changes.size === 3, { what: 'the three notifications' });
      assert.ok(!isNotified || connected.changes.has('prompts'));
      const renamed = async (): Promise<boolean> =>
        JSON.stringify(await textsOf(client, 'ask')).includes('Ask again');
      await waitFor(renamed, { what: 'the new text' });
    });
  });
}

describe('a manifest without instructions and icons', () => {
  for (const era of ['2025', '2026'] as const)
    it(`has those of gantz, after its description, in version ${era}`, async () => {
      const cwd = folderWith({ 'gantz.yaml': `name: plain\ndescription: Says hello\n${TOOLS}` });
      const { client, close } = await connectClient({ era, config: join(cwd, 'gantz.yaml') });
      try {
        assert.match(client.getInstructions() ?? '', /^Says hello\n\nA failed call .*`hint`/);
        const { icons = [], version } = client.getServerVersion() ?? {};
        assert.match(icons[0]?.src ?? '', /^data:image\/svg\+xml,%3Csvg/);
        assert.equal(version, VERSION);
        assert.deepEqual((await client.listPrompts()).prompts, []);
        // An icon may be long, and only the answer to server/discover has it.
        assert.doesNotMatch(JSON.stringify(await client.callTool({ name: 'hello' })), /svg/);
      } finally {
        await close();
      }
    });
});
