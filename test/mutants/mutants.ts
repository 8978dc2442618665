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
  const source = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true);
  const edits: Edit[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isImportDeclaration(node)) return;
    edits.push(...editsOf(node, source));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return edits.map(({ node, change, replacement }) => {
    const start = node.getStart(source);
    return {
      line: source.getLineAndCharacterOfPosition(start).line + 1,
      change,
      text: text.slice(0, start) + replacement + text.slice(node.end),
    };
  });
}

function editsOf(node: ts.Node, source: ts.SourceFile): Edit[] {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node)) return [negated(node.expression, source)];
  if (ts.isConditionalExpression(node)) return [negated(node.condition, source)];
  if (ts.isExpressionStatement(node) || ts.isThrowStatement(node)) {
    return isOfSuper(node) ? [] : [{ node, change: 'without the statement', replacement: ';' }];
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [{ node, change: 'false for true', replacement: 'false' }];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [{ node, change: 'true for false', replacement: 'true' }];
  if (!ts.isBinaryExpression(node)) return [];
  const { operatorToken, left, right } = node;
  const swapped = SWAPPED[operatorToken.kind];
  if (swapped === undefined || [left, right].some(isText)) return [];
  const change = `${swapped} for ${operatorToken.getText(source)}`;
  return [{ node: operatorToken, change, replacement: swapped }];
}

function negated(condition: ts.Expression, source: ts.SourceFile): Edit {
  return { node: condition, change: 'the opposite condition', replacement: `!(${condition.getText(source)})` };
}

function isOfSuper(node: ts.ExpressionStatement | ts.ThrowStatement): boolean {
  return ts.isCallExpression(node.expression) && node.expression.expression.kind === ts.SyntaxKind.SuperKeyword;
}

/** Texts are joined by `+`, and not subtracted. */
function isText(node: ts.Expression): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}
