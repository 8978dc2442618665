import ts from 'typescript';

/** One small break of a source text. */
export interface Mutant {
  /** Beginning with 1. */
  line: number;
  /** What was done: `< for <=`, `without the statement`, … */
  change: string;
  /** The text with the break in it. */
  text: string;
}

interface Edit {
  node: ts.Node;
  change: string;
  replacement: string;
}

const SWAPPED: Partial<Record<ts.SyntaxKind, string>> = {
  [ts.SyntaxKind.LessThanToken]: '<=',
  [ts.SyntaxKind.LessThanEqualsToken]: '<',
  [ts.SyntaxKind.GreaterThanToken]: '>=',
  [ts.SyntaxKind.GreaterThanEqualsToken]: '>',
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: '!==',
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: '===',
  [ts.SyntaxKind.AmpersandAmpersandToken]: '||',
  [ts.SyntaxKind.BarBarToken]: '&&',
  [ts.SyntaxKind.PlusToken]: '-',
  [ts.SyntaxKind.MinusToken]: '+',
};

/** Every break of a source text that this knows, in the order of the text. Types are left alone: they are not run. */
export function mutantsOf(text: string): Mutant[] {
  const source = parse(text);
  const mutants: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    for (const edit of editsOf(node, source)) {
      const line = source.getLineAndCharacterOfPosition(edit.node.getStart(source)).line + 1;
      mutants.push({ line, change: edit.change, text: textWith(edit, source, source) });
    }
    forEachPart(node, visit);
  };
  visit(source);
  return mutants;
}

/**
 * The text with all of its breaks in it, each behind a switch: they are compiled once, and then chosen while it runs.
 * A switch asks `globalThis.isBroken(name, index)`, with the index of the break in {@link mutantsOf}.
 */
export function withSwitches(text: string, name: string): string {
  const source = parse(text);
  let count = 0;
  const render = (node: ts.Node): string => {
    const edits = editsOf(node, source).map((edit) => ({ edit, index: count++ }));
    let whole = '';
    let at = node.getStart(source);
    forEachPart(node, (part) => {
      whole += text.slice(at, part.getStart(source)) + render(part);
      at = part.end;
    });
    whole += text.slice(at, node.end);
    return edits.reduceRight((rest, { edit, index }) => {
      if (ts.isStatement(node)) return `{ if (!isBroken$(${index})) { ${rest} } }`;
      return `(isBroken$(${index}) ? (${textWith(edit, node, source)}) : (${rest}))`;
    }, whole);
  };
  const ask = `function isBroken$(index) { return globalThis.isBroken?.(${JSON.stringify(name)}, index); }`;
  return `${render(source)}\n${ask}\n`;
}

function parse(text: string): ts.SourceFile {
  return ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true);
}

function forEachPart(node: ts.Node, visit: (part: ts.Node) => void): void {
  ts.forEachChild(node, (part) => {
    if (!ts.isTypeNode(part) && !ts.isInterfaceDeclaration(part) && !ts.isImportDeclaration(part)) visit(part);
  });
}

function textWith({ node, replacement }: Edit, around: ts.Node, source: ts.SourceFile): string {
  const { text } = source;
  return (
    text.slice(ts.isSourceFile(around) ? 0 : around.getStart(source), node.getStart(source)) +
    replacement +
    text.slice(node.end, around.end)
  );
}

function editsOf(node: ts.Node, source: ts.SourceFile): Edit[] {
  if (ts.isExpressionStatement(node) || ts.isThrowStatement(node)) {
    return isOfSuper(node) ? [] : [{ node, change: 'without the statement', replacement: '{}' }];
  }
  const edits: Edit[] = [];
  if (isCondition(node)) {
    edits.push({ node, change: 'the opposite condition', replacement: `!(${node.getText(source)})` });
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) edits.push({ node, change: 'false for true', replacement: 'false' });
  if (node.kind === ts.SyntaxKind.FalseKeyword) edits.push({ node, change: 'true for false', replacement: 'true' });
  if (ts.isBinaryExpression(node)) {
    const { operatorToken, left, right } = node;
    const swapped = SWAPPED[operatorToken.kind];
    if (swapped !== undefined && ![left, right].some(isText)) {
      const change = `${swapped} for ${operatorToken.getText(source)}`;
      edits.push({ node: operatorToken, change, replacement: swapped });
    }
  }
  return edits;
}

function isCondition(node: ts.Node): boolean {
  const { parent } = node as { parent: ts.Node | undefined };
  if (!parent) return false;
  if (ts.isConditionalExpression(parent)) return parent.condition === node;
  return (ts.isIfStatement(parent) || ts.isWhileStatement(parent)) && parent.expression === node;
}

function isOfSuper(node: ts.ExpressionStatement | ts.ThrowStatement): boolean {
  return ts.isCallExpression(node.expression) && node.expression.expression.kind === ts.SyntaxKind.SuperKeyword;
}

/** Texts are joined by `+`, and not subtracted. */
function isText(node: ts.Expression): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}
