import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import * as ts from 'typescript';

/** The house, from the roof down: a room imports only from itself and from rooms below it. */
const ROOMS = [
  'bin',
  'lib/cli',
  'lib/exercise',
  'lib/rehearsal',
  // It gives the guard exactly the rights that the drain needs.
  'lib/stack',
  'lib/removal',
  'lib/deploy',
  'lib/preflight',
  'lib/plan',
  'lib/aws',
  'lib/assembly',
  'charts',
  'lib/guide',
  'lib/config',
  'lib/kubernetes',
  // The ground floor: files that stand in no room.
  'lib',
] as const;

/**
 * Keys that others look for, letter by letter: `karpenter.sh/nodepool`, also within a longer text without spaces such as
 * `aws:ResourceTag/karpenter.sh/nodepool`; tags of AWS such as `aws:eks:cluster-name`; types of custom resources.
 */
const WELL_KNOWN = [
  /(?<![\w.-])(?:[a-z0-9-]+\.)+[a-z]{2,}\/[\w./-]*\w/g,
  /^(?:aws|eks):[a-z-]+(?::[a-z-]+)*$/g,
  /^Custom::[\w-]+$/g,
] as const;

/** A file of the house: what it declares for others, what it takes from them, and the texts in it. */
interface SourceFile {
  readonly path: string;
  readonly exportedNames: readonly string[];
  readonly imports: readonly string[];
  readonly texts: readonly string[];
}

function sourceFiles(): readonly SourceFile[] {
  const paths = ['bin', 'lib', 'charts']
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
    .filter((path) => path.endsWith('.ts') && !path.includes('/schemas/'));
  return paths.map(readSource);
}

function readSource(path: string): SourceFile {
  const content = readFileSync(path, 'utf8');
  const source = ts.createSourceFile(path, content, ts.ScriptTarget.Latest, true);
  // Those that are made late, by `await import(...)`, as well.
  const imports = ts.preProcessFile(content).importedFiles
    .filter(({ fileName }) => fileName.startsWith('.') && !fileName.endsWith('.json'))
    .map(({ fileName }) => `${normalize(join(dirname(path), fileName)).replace(/\.js$/, '')}.ts`);
  return { path, exportedNames: source.statements.flatMap(exportedNamesOf), imports, texts: textsIn(source) };
}

function exportedNamesOf(statement: ts.Statement): readonly string[] {
  if (ts.isExportDeclaration(statement)) {
    const { exportClause } = statement;
    return exportClause !== undefined && ts.isNamedExports(exportClause) ? exportClause.elements.map(({ name }) => name.text) : [];
  }
  const isExported = ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
  if (!isExported) return [];
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.getText());
  return ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement)
    || ts.isTypeAliasDeclaration(statement) || ts.isEnumDeclaration(statement) ? [statement.name?.text ?? 'default'] : [];
}

/** Texts of a file, but not the names of what it imports. A template counts as the parts between its expressions. */
function textsIn(node: ts.Node): readonly string[] {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return [];
  const own = ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node) ? [node.text] : [];
  const inside: string[] = [];
  ts.forEachChild(node, (child) => {
    inside.push(...textsIn(child));
  });
  return [...own, ...inside];
}

/** Sentences and links are no keys. */
function wellKnownKeys(text: string): readonly string[] {
  return /\s|:\/\//.test(text) ? [] : WELL_KNOWN.flatMap((pattern) => text.match(pattern) ?? []);
}

/** What stands in more than one file: `NAME: one.ts, other.ts`. */
function shared(files: readonly SourceFile[], namesOf: (file: SourceFile) => readonly string[]): readonly string[] {
  const homes = new Map<string, Set<string>>();
  for (const file of files) {
    for (const name of namesOf(file)) homes.set(name, (homes.get(name) ?? new Set()).add(file.path));
  }
  return [...homes].filter(([, paths]) => paths.size > 1).map(([name, paths]) => `${name}: ${[...paths].join(', ')}`);
}

/** How high a file stands: 0 on the ground floor. */
function floorOf(path: string): number {
  const folder = dirname(path);
  return ROOMS.length - 1 - ROOMS.findIndex((room) => folder === room || (room !== 'lib' && folder.startsWith(`${room}/`)));
}

/** Files that import each other in a circle, over any number of steps. Imports of types count as well. */
function circles(files: readonly SourceFile[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (path: string, open: readonly string[]): void => {
    if (open.includes(path)) found.push([...open.slice(open.indexOf(path)), path].join(' -> '));
    if (finished.has(path) || open.includes(path)) return;
    for (const next of byPath.get(path)?.imports ?? []) visit(next, [...open, path]);
    finished.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}

describe('the house', () => {
  const files = sourceFiles();

  test('is read as a whole', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter(({ path }) => floorOf(path) === ROOMS.length).map(({ path }) => path)).toEqual([]);
  });

  test('gives an exported name one meaning', () => {
    expect(shared(files, ({ exportedNames }) => exportedNames)).toEqual([]);
  });

  test('has one home for each key that others look for', () => {
    expect(shared(files, ({ texts }) => texts.flatMap(wellKnownKeys))).toEqual([]);
  });

  test('has rooms that import only from rooms below them', () => {
    const upward = files.flatMap(({ path, imports }) => imports
      .filter((target) => floorOf(target) > floorOf(path))
      .map((target) => `${path} imports ${target}`));
    expect(upward).toEqual([]);
  });

  test('has no files that import each other in a circle', () => {
    expect(circles(files)).toEqual([]);
  });
});
