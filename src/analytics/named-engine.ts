import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';

/** An engine whose errors begin with `name`: where there are two of them, they say which one it was. */
export function namedEngine(engine: Engine, name: string): Engine {
  const told = (error: unknown): never => {
    if (!(error instanceof EngineError)) throw error;
    const { fault, message, code } = error;
    throw new EngineError(fault, `${name}: ${message}`, {
      cause: error,
      ...(code !== undefined && { code }),
    });
  };
  return {
    prepare: () => engine.prepare().catch(told),
    command: (...command) => engine.command(...command).catch(told),
    insert: (insert) => engine.insert(insert).catch(told),
    query: (...question) => engine.query<never>(...question).catch(told),
    async *export(...question) {
      try {
        yield* engine.export(...question);
      } catch (error) {
        told(error);
      }
    },
    foreign: (...question) => engine.foreign(...question).catch(told),
    syntaxTree: (...question) => engine.syntaxTree(...question).catch(told),
    backup: (name) => engine.backup(name).catch(told),
    close: () => engine.close(),
  };
}
