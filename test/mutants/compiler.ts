import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Asks TypeScript whether it takes another text for a file of the project. */
export class Compiler {
  private readonly texts = new Map<string, { text: string; version: number }>();
  private readonly service: ts.LanguageService;

  constructor(private readonly root: string) {
    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => readFileSync(path, 'utf8')) as {
      config: Record<string, unknown>;
    };
    const { options, fileNames } = ts.parseJsonConfigFileContent({ ...config, include: ['src'] }, ts.sys, root);
    this.service = ts.createLanguageService({
      ...ts.sys,
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
      // What is not used any more, as a statement is gone, is not what is asked.
      getCompilationSettings: () => ({ ...options, noUnusedLocals: false, noUnusedParameters: false }),
      getScriptFileNames: () => fileNames,
      getScriptVersion: (path) => String(this.texts.get(path)?.version ?? 0),
      getScriptSnapshot: (path) => {
        const text = this.texts.get(path)?.text ?? ts.sys.readFile(path);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => root,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
    });
  }

  /** @param whole the file as it is */
  takes(file: string, text: string, whole: string): boolean {
    const path = join(this.root, file);
    const version = (this.texts.get(path)?.version ?? 0) + 1;
    this.texts.set(path, { text, version });
    const isTaken =
      this.service.getSyntacticDiagnostics(path).length === 0 && this.service.getSemanticDiagnostics(path).length === 0;
    this.texts.set(path, { text: whole, version: version + 1 });
    return isTaken;
  }
}
