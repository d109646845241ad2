import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';

/** What the source says of error and warning codes. */
export interface CodesInSource {
  /** Every code, with the files that can raise it. */
  readonly codes: ReadonlyMap<string, readonly string[]>;
  /** Places that give a code which cannot be read from the source, as `file: expression`. */
  readonly unread: readonly string[];
}

/** A code of the lab: a past fact in PascalCase. Codes of AWS, such as L-1216C47A, have another form. */
const CODE = /^([A-Z][a-z]+)+$/;

/** Rooms of services of AWS that a rehearsal plays. They give AWS's own codes to those who ask them; a code of ours is in a LabError. */
const ROOM_OF_AWS = /^lib\/rehearsal\/(?:aws-answers|cloud-formation|ec2|eks|functions|iam)\//;

/** What a file declares, by name: constants by their values, functions by the place of their parameter `code`. */
interface Declarations {
  readonly constants: Map<string, ts.Expression>;
  /** -1 for a function without such a parameter. */
  readonly functions: Map<string, number>;
  /** Names that come from another file of the project, with its path. */
  readonly imported: Map<string, string>;
}

/**
 * Finds all codes in the TypeScript files of some folders: the property `code` of an object, and the argument of a function
 * whose parameter is called `code`. Constants and tables of constants are followed, also into other files. Constructors are not:
 * the one that takes a code as an argument makes faults of AWS. In a room that plays AWS, only the codes of LabErrors are ours.
 */
export function codesInSource(root: string, folders: readonly string[]): CodesInSource {
  const files = folders.flatMap((folder) => typeScriptFilesIn(join(root, folder))).map((file) =>
    ts.createSourceFile(file.slice(root.length + 1), readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true));
  const project = new Project(files);
  const codes = new Map<string, string[]>();
  const unread: string[] = [];
  const collect = (expression: ts.Expression, file: ts.SourceFile): void => {
    const texts = project.textsOf(expression, file.fileName);
    if (texts === undefined) unread.push(`${file.fileName}: ${expression.getText()}`);
    for (const code of texts ?? []) {
      if (CODE.test(code)) codes.set(code, [...codes.get(code) ?? [], file.fileName]);
    }
  };
  for (const file of files) {
    const isOfAws = ROOM_OF_AWS.test(file.fileName);
    visit(file, (node) => {
      if (ts.isPropertyAssignment(node) && node.name.getText() === 'code' && (!isOfAws || isInLabError(node))) collect(node.initializer, file);
      if (isOfAws || !ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return;
      const argument = node.arguments[project.placeOfCode(node.expression.text, file.fileName)];
      if (argument !== undefined) collect(argument, file);
    });
  }
  return { codes, unread };
}

/** The files of the project, and what each declares. */
class Project {
  private readonly declarations: ReadonlyMap<string, Declarations>;

  constructor(files: readonly ts.SourceFile[]) {
    this.declarations = new Map(files.map((file) => [file.fileName, declarationsIn(file)]));
  }

  /** Which argument of a function is its code; -1 for none. */
  placeOfCode(name: string, file: string): number {
    const declared = this.declarations.get(file);
    return declared?.functions.get(name) ?? this.declarations.get(declared?.imported.get(name) ?? '')?.functions.get(name) ?? -1;
  }

  /** The texts that an expression may be; none where it passes on a code from elsewhere, undefined where it cannot be said. */
  textsOf(expression: ts.Expression, file: string): readonly string[] | undefined {
    if (ts.isStringLiteralLike(expression)) return [expression.text];
    if (ts.isConditionalExpression(expression)) return both(this.textsOf(expression.whenTrue, file), this.textsOf(expression.whenFalse, file));
    if (ts.isBinaryExpression(expression)) return both(this.textsOf(expression.left, file), this.textsOf(expression.right, file));
    if (ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression)) return this.textsOf(expression.expression, file);
    if (ts.isObjectLiteralExpression(expression)) {
      return expression.properties.flatMap((property) => ts.isPropertyAssignment(property) ? this.textsOf(property.initializer, file) ?? [] : []);
    }
    // A code that another error, or a parameter, has brought.
    if (expression.getText() === 'code' || expression.getText().endsWith('.code')) return [];
    return this.textsOfConstant(ts.isElementAccessExpression(expression) ? expression.expression.getText() : expression.getText(), file);
  }

  private textsOfConstant(name: string, file: string): readonly string[] | undefined {
    const declared = this.declarations.get(file);
    const value = declared?.constants.get(name);
    if (value !== undefined) return this.textsOf(value, file);
    const origin = declared?.imported.get(name);
    const imported = this.declarations.get(origin ?? '')?.constants.get(name);
    return origin === undefined || imported === undefined ? undefined : this.textsOf(imported, origin);
  }
}

function declarationsIn(file: ts.SourceFile): Declarations {
  const declarations: Declarations = { constants: new Map(), functions: new Map(), imported: new Map() };
  visit(file, (node) => {
    if (ts.isVariableDeclaration(node) && node.initializer !== undefined) {
      if (ts.isArrowFunction(node.initializer)) declarations.functions.set(node.name.getText(), placeOfCodeIn(node.initializer));
      else declarations.constants.set(node.name.getText(), node.initializer);
    }
    if (ts.isFunctionDeclaration(node) && node.name !== undefined) declarations.functions.set(node.name.text, placeOfCodeIn(node));
    if (ts.isImportDeclaration(node)) rememberImports(node, file.fileName, declarations);
  });
  return declarations;
}

function placeOfCodeIn(callable: ts.SignatureDeclaration): number {
  return callable.parameters.findIndex((parameter) => parameter.name.getText() === 'code');
}

function rememberImports(node: ts.ImportDeclaration, file: string, { imported }: Declarations): void {
  const names = node.importClause?.namedBindings;
  if (!ts.isStringLiteral(node.moduleSpecifier) || !node.moduleSpecifier.text.startsWith('.') || names === undefined || !ts.isNamedImports(names)) return;
  const origin = `${normalize(join(dirname(file), node.moduleSpecifier.text))}.ts`;
  for (const { name } of names.elements) imported.set(name.text, origin);
}

function isInLabError({ parent: { parent } }: ts.PropertyAssignment): boolean {
  return ts.isNewExpression(parent) && parent.expression.getText() === 'LabError';
}

function typeScriptFilesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => join(folder, name)).sort();
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

function both(some: readonly string[] | undefined, others: readonly string[] | undefined): readonly string[] | undefined {
  return some === undefined || others === undefined ? undefined : [...some, ...others];
}
