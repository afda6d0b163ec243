import type { Engine } from './engine.ts';

/** A function as system.functions describes it; names in lower case. */
export interface KnownFunction {
  readonly name: string;
  readonly aliasTo: string;
  readonly isAggregate: number;
  readonly categories: string;
}

/** Kinds of functions that compute from their arguments and nothing else. */
const CATEGORIES = new Set([
  'Arithmetic',
  'Arrays',
  'Bit',
  'Bitmap',
  'Comparison',
  'Conditional',
  'Dates and Times',
  'Distance',
  'Encoding',
  'Geo',
  'Hash',
  'IP Address',
  'JSON',
  'Logical',
  'Map',
  'Mathematical',
  'Null',
  'Rounding',
  'String',
  'String Replacement',
  'String Search',
  'String Splitting',
  'Time Window',
  'Tuple',
  'Type Conversion',
  'URL',
  'UUID',
]);

const ALSO_ALLOWED = [
  'lambda',
  '_cast',
  'casewithexpression',
  'materialize',
  'identity',
  'totypename',
  'transform',
  'bar',
  'version',
  'finalizeaggregation',
  'formatreadablesize',
  'formatreadablequantity',
  'formatreadabletimedelta',
  'row_number',
  'rank',
  'dense_rank',
  'ntile',
  'percent_rank',
  'laginframe',
  'leadinframe',
  'lag',
  'lead',
  'nth_value',
];

/**
 * Whatever ClickHouse sorts them under: they reach beyond their arguments, or read schemas and templates from
 * files.
 */
const NEVER = [
  'file',
  'url',
  'chdb',
  'executable',
  'remote',
  'input',
  'sleep',
  'sleepeachrow',
  'formatrow',
  'formatrownonewline',
  'catboostevaluate',
];

/** Functions that stand where a table does. */
const TABLES = new Set([
  'numbers',
  'numbers_mt',
  'zeros',
  'zeros_mt',
  'generateseries',
  'generate_series',
  'values',
]);

const COMBINATORS =
  /(If|Array|Map|SimpleState|State|MergeState|Merge|ForEach|Distinct|OrDefault|OrNull|Resample|ArgMin|ArgMax)$/i;

/** Knows which functions of a ClickHouse only compute. */
export class PureFunctions {
  private readonly allowed: ReadonlySet<string>;
  private readonly aggregates: ReadonlySet<string>;
  private readonly known: ReadonlySet<string>;

  constructor(functions: readonly KnownFunction[]) {
    const pure = new Set(ALSO_ALLOWED);
    for (const { name, isAggregate, categories } of functions) {
      const kinds = categories.split(',').map((kind) => kind.trim());
      if (isAggregate === 1 || (categories !== '' && kinds.every((kind) => CATEGORIES.has(kind))))
        pure.add(name);
    }
    for (const name of NEVER) pure.delete(name);
    for (const { name, aliasTo } of functions) if (aliasTo !== '' && pure.has(aliasTo)) pure.add(name);
    for (const name of NEVER) pure.delete(name);
    this.allowed = pure;
    this.aggregates = new Set(functions.filter(({ isAggregate }) => isAggregate).map(({ name }) => name));
    this.known = new Set([...functions.map(({ name }) => name), ...NEVER]);
  }

  /**
   * Whether a function of this name computes from its arguments and nothing else; one that is unknown does
   * not.
   */
  isPure(name: string): boolean {
    if (this.allowed.has(name.toLowerCase())) return true;
    for (let base = name; COMBINATORS.test(base); ) {
      base = base.replace(COMBINATORS, '');
      if (this.aggregates.has(base.toLowerCase())) return true;
    }
    return false;
  }

  /** Whether a name, standing anywhere, could hand over a function that does more than compute. */
  isSuspect(name: string): boolean {
    return this.known.has(name.toLowerCase()) && !this.isPure(name);
  }

  /** Whether a function in the place of a table makes its rows from its arguments. */
  isPureTable(name: string): boolean {
    return TABLES.has(name.toLowerCase());
  }
}

/** Asks an engine for the functions it has. Throws EngineError. */
export async function learnFunctions(engine: Pick<Engine, 'query'>): Promise<PureFunctions> {
  return new PureFunctions(
    await engine.query<KnownFunction>(`
SELECT lower(name) AS name, lower(alias_to) AS aliasTo, is_aggregate AS isAggregate, toString(categories) AS categories
FROM system.functions`),
  );
}
