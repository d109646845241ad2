import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { GUIDE_FOLDER } from '../../lib/guide/guide-page';
import { LANGUAGES } from '../../lib/words';

const ROOT = resolve(__dirname, '../..');

/** Texts for people. */
export const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'README.ko.md', 'docs/instructor-runbook.md', 'docs/real-account.md', 'docs/class.md'] as const;

/** One program with its arguments, as somebody is told to type it. */
export interface PrintedCommand {
  /** As written, with `NAME` where the source puts a value in. */
  readonly text: string;
  readonly words: readonly string[];
  readonly file: string;
  /** Whether its end is marked, by backticks or a code block. Elsewhere the words of a sentence may follow it. */
  readonly isMarked: boolean;
}

/** Programs of ours and of the cluster; `curl`, `grep`, `ls` and their like need no proof. */
const PROGRAM = /^(?:npm|npx|kubectl|aws|helm|lab|node)$/;

/** The pages of the guide. What stands in their blocks is typed on a rehearsal. */
const GUIDE_PAGES: readonly string[] = LANGUAGES.flatMap((language) => readdirSync(join(ROOT, GUIDE_FOLDER, language)).map((page) => join(GUIDE_FOLDER, language, page)));

/** Every command in the documents, in code blocks and between backticks. */
export function commandsInDocuments(): readonly PrintedCommand[] {
  return [...DOCUMENTS, ...GUIDE_PAGES].flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const blocks = GUIDE_PAGES.includes(file) ? [] : [...text.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) => block.replaceAll('\\\n', ' ').split('\n'));
    const spans = [...text.replaceAll(/^```.*?^```$/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
    return [...blocks, ...spans].flatMap((line) => commandsOf(line, file, true));
  });
}

/** Every command in a text that the program prints: whole strings, between backticks, and in the middle of a sentence. */
export function commandsInSource(): readonly PrintedCommand[] {
  return ['lib', 'bin', 'charts'].flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('schemas'))
    .flatMap((name) => {
      const file = join(folder, name);
      return textsIn(file).flatMap((text) => commandsInText(text, file));
    }));
}

function commandsInText(text: string, file: string): readonly PrintedCommand[] {
  const marked = [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
  const rest = text.replaceAll(/`[^`]*`/g, '');
  const inSentences = [...rest.matchAll(/(?<![\w./@-])(?:npm (?:run|ci|start|test)\b|npx |kubectl |aws [a-z]|helm [a-z]).*?(?=[.,;:)](?:\s|$)|\s\(|<\/|$)/gs)].map(([command]) => command);
  return [...marked.flatMap((span) => commandsOf(span, file, true)), ...inSentences.flatMap((command) => commandsOf(command, file, false))];
}

/** The commands of a line of shell: what `&&`, `;` and `|` join, without comments and prompts. */
function commandsOf(line: string, file: string, isMarked: boolean): readonly PrintedCommand[] {
  const tokens = [...line.matchAll(/"[^"]*"|'[^']*'|&&|[;|]|\s#.*$|(?:[^\s;|&"']|"[^"]*"|'[^']*')+/g)].map(([token]) => token.trim()).filter((token) => !token.startsWith('#'));
  const commands: string[][] = [[]];
  for (const token of tokens) {
    if (['&&', ';', '|'].includes(token)) commands.push([]);
    else commands.at(-1)?.push(token);
  }
  return commands
    .map((words) => words.includes('>') ? words.slice(0, words.indexOf('>')) : words)
    .filter(([program = '', next = '']) => PROGRAM.test(program) && next !== '' && next !== '()')
    .map((words) => ({ text: words.join(' '), words: words.map((word) => word.replaceAll(/^["']|["']$/g, '')), file, isMarked }));
}

/** String literals and templates of a file; what a template puts in is `NAME`. */
function textsIn(file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const texts: string[] = [];
  const see = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) texts.push(node.text);
    if (ts.isTemplateExpression(node)) texts.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('NAME'));
    ts.forEachChild(node, see);
  };
  see(source);
  return texts;
}
